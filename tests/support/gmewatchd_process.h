// gmewatchd as a process, and its metrics.
//
// Thread safety: Scrape may be called from any thread; the rest from one. Errors: absl::Status with
// the standard error of the process.
#ifndef GMEWATCH_TESTS_SUPPORT_GMEWATCHD_PROCESS_H_
#define GMEWATCH_TESTS_SUPPORT_GMEWATCHD_PROCESS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/support/child_process.h"

namespace gmewatch {

// The values of a scrape by series, `name{labels}` as it is written there.
using Samples = std::map<std::string, double>;

// The series of an error code. `family` is "gme_error_events_total" and the like.
std::string CodeSeries(absl::string_view family, absl::string_view code, absl::string_view category,
                       absl::string_view region, absl::string_view app);
// The series of a place.
std::string PlaceSeries(absl::string_view family, absl::string_view region, absl::string_view app);

// The value of a series; -1 if it is missing.
double ValueOf(const Samples& samples, const std::string& series);
// The sum over all series of the family.
double SumOf(const Samples& samples, absl::string_view family);

// Fetches /metrics from this address; empty if it does not answer.
Samples ScrapeMetrics(const std::string& admin_address);

class GmewatchdProcess {
 public:
  // Starts `program` (empty: gmewatchd) and waits until it is ready. It takes free ports, and
  // settings without apps, unless `arguments` say otherwise.
  static absl::StatusOr<std::unique_ptr<GmewatchdProcess>> Start(std::vector<std::string> arguments,
                                                                 const std::string& program = "",
                                                                 const ChildOptions& options = {});

  ChildProcess& process() { return *process_; }
  const std::string& ingest_address() const { return ingest_address_; }
  const std::string& admin_address() const { return admin_address_; }
  // Empty unless `arguments` have a --connect_address.
  const std::string& connect_address() const { return connect_address_; }

  // Empty if /metrics does not answer.
  Samples Scrape() const { return ScrapeMetrics(admin_address_); }
  // Scrapes until `series` has at least `value`; returns its last value.
  double AwaitValue(const std::string& series, double value,
                    absl::Duration timeout = absl::Seconds(60)) const;
  // Reloads settings and catalogue (SIGHUP) and waits until the daemon has counted that under
  // `result`, "success" or "failure"; false if it does not.
  bool Reload(const std::string& result) const;
  // Ends it with SIGTERM; returns the exit status.
  int Terminate();

 private:
  explicit GmewatchdProcess(std::unique_ptr<ChildProcess> process) : process_(std::move(process)) {}

  std::unique_ptr<ChildProcess> process_;
  std::string ingest_address_;
  std::string admin_address_;
  std::string connect_address_;
};

// The word after `key` in the ready line of a server; empty if `key` is missing.
std::string WordAfter(const std::string& line, absl::string_view key);

// The paths of the built programs.
std::string GmewatchdPath();
std::string GmectlPath();

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_GMEWATCHD_PROCESS_H_
