// A real Prometheus at a free port that scrapes one target.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_INTEGRATION_PROMETHEUS_PROCESS_H_
#define GMEWATCH_TESTS_INTEGRATION_PROMETHEUS_PROCESS_H_

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "tests/support/child_process.h"

namespace gmewatch {

class PrometheusProcess {
 public:
  // Scrapes every `interval`, in whole seconds, with a timeout of one. Keeps its files in `dir`,
  // under this interval. Returns null if it does not start.
  // `token_file`: what the target asks for, if it is not empty.
  static std::unique_ptr<PrometheusProcess> Start(const TempDir& dir, const std::string& target,
                                                  absl::Duration interval = absl::Seconds(1),
                                                  const std::string& token_file = "");
  // VictoriaMetrics in its place.
  static std::unique_ptr<PrometheusProcess> StartVictoriaMetrics(const TempDir& dir,
                                                                 const std::string& target,
                                                                 absl::Duration interval);

  // The result of an instant query of one number; -1 if it has no result.
  double Query(const std::string& expression) const;
  // Queries until the result is at least `least`; returns the last result.
  double AwaitAtLeast(const std::string& expression, double least, absl::Duration timeout) const;
  const std::string& address() const { return address_; }

 private:
  explicit PrometheusProcess(std::unique_ptr<ChildProcess> process)
      : process_(std::move(process)) {}

  std::unique_ptr<ChildProcess> process_;
  std::string address_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_INTEGRATION_PROMETHEUS_PROCESS_H_
