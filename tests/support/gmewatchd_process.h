// gmewatchd as a process, and what its admin port says.
//
// Thread safety: Scrape may be called from any thread; the rest from one. Errors: as absl::Status,
// with what the process wrote.
#ifndef GMEWATCH_TESTS_SUPPORT_GMEWATCHD_PROCESS_H_
#define GMEWATCH_TESTS_SUPPORT_GMEWATCHD_PROCESS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/support/child_process.h"

namespace gmewatch {

// Samples by what stands before the value: `name{labels}` as written.
using Samples = std::map<std::string, double>;

// The series of an error code. `family` is "gme_error_events_total" and the like.
std::string CodeSeries(absl::string_view family, absl::string_view code, absl::string_view category,
                       absl::string_view region, absl::string_view app);
// The series of a place.
std::string PlaceSeries(absl::string_view family, absl::string_view region, absl::string_view app);

// Its value, or -1 where it is not there.
double ValueOf(const Samples& samples, const std::string& series);
// Over all series of the family.
double SumOf(const Samples& samples, absl::string_view family);

// What /metrics says at this address; empty where it does not answer.
Samples ScrapeMetrics(const std::string& admin_address);

class GmewatchdProcess {
 public:
  // Starts `program` (empty: gmewatchd) with free ports unless `arguments` say otherwise, and waits
  // until it is ready.
  static absl::StatusOr<std::unique_ptr<GmewatchdProcess>> Start(std::vector<std::string> arguments,
                                                                 const std::string& program = "",
                                                                 const ChildOptions& options = {});

  ChildProcess& process() { return *process_; }
  const std::string& ingest_address() const { return ingest_address_; }
  const std::string& admin_address() const { return admin_address_; }

  // Empty where /metrics does not answer.
  Samples Scrape() const { return ScrapeMetrics(admin_address_); }
  // Scrapes until `series` is there with at least `value`; what it was last.
  double AwaitValue(const std::string& series, double value,
                    absl::Duration timeout = absl::Seconds(60)) const;
  // Ends it with SIGTERM; the exit status.
  int Terminate();

 private:
  explicit GmewatchdProcess(std::unique_ptr<ChildProcess> process) : process_(std::move(process)) {}

  std::unique_ptr<ChildProcess> process_;
  std::string ingest_address_;
  std::string admin_address_;
};

// Where the built programs are.
std::string GmewatchdPath();
std::string GmectlPath();

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_GMEWATCHD_PROCESS_H_
