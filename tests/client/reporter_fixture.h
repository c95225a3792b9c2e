// Options of a Reporter with short intervals, so that no test waits for one.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_TESTS_CLIENT_REPORTER_FIXTURE_H_
#define GMEWATCH_TESTS_CLIENT_REPORTER_FIXTURE_H_

#include <chrono>
#include <string>
#include <utility>

#include "gmewatch/reporter.h"

namespace gmewatch {

inline ReporterOptions QuickOptions(std::string address) {
  ReporterOptions options;
  options.address = std::move(address);
  options.app = "demo";
  options.region = "eu";
  options.flush_interval = std::chrono::milliseconds(10);
  options.first_flush_interval = std::chrono::milliseconds(10);
  options.initial_backoff = std::chrono::milliseconds(10);
  options.max_backoff = std::chrono::milliseconds(50);
  options.acknowledge_timeout = std::chrono::seconds(5);
  return options;
}

// The same, but nothing is sent before Flush or Stop.
inline ReporterOptions PatientOptions(std::string address) {
  ReporterOptions options = QuickOptions(std::move(address));
  options.flush_interval = std::chrono::hours(1);
  options.first_flush_interval = std::chrono::hours(1);
  return options;
}

// A generous deadline: what it is for takes milliseconds on an idle machine.
inline constexpr std::chrono::seconds kSoon(20);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_CLIENT_REPORTER_FIXTURE_H_
