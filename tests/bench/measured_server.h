// A server under measurement: gmewatchd or bare_sink as a process of ours, and what it costs.
//
// Thread safety: none. Errors: as absl::Status, with what the process wrote.
#ifndef GMEWATCH_TESTS_BENCH_MEASURED_SERVER_H_
#define GMEWATCH_TESTS_BENCH_MEASURED_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "tests/support/child_process.h"
#include "tests/support/gmewatchd_process.h"

namespace gmewatch {

struct CountedTotals {
  uint64_t batches = 0;
  uint64_t events = 0;
};

class MeasuredServer {
 public:
  // `command` is words divided by blanks: the program and its arguments. `{dir}` stands for an
  // empty directory that is gone afterwards. A program without a slash is one of this build. Free
  // ports of loopback are added. Waits until it is ready.
  static absl::StatusOr<std::unique_ptr<MeasuredServer>> Start(const std::string& command);

  const std::string& address() const { return address_; }
  pid_t pid() const { return process_->pid(); }
  // Of all its threads so far, in steps of 10 ms.
  double CpuSeconds() const;
  uint64_t ResidentBytes() const;

  // Only gmewatchd has metrics; a bare sink says what it counted when it is stopped.
  bool has_metrics() const { return !admin_address_.empty(); }
  Samples Scrape() const { return ScrapeMetrics(admin_address_); }
  CountedTotals Totals() const;

  // SIGTERM; what a bare sink counted. Fails where the process does not end well.
  absl::StatusOr<CountedTotals> Stop();

 private:
  MeasuredServer() = default;

  TempDir dir_;
  std::unique_ptr<ChildProcess> process_;
  std::string address_;
  std::string admin_address_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_BENCH_MEASURED_SERVER_H_
