// A server under measurement: gmewatchd or bare_sink as a child process, its CPU time and memory.
//
// Thread safety: none. Errors: absl::Status with the standard error of the process.
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
  bool has_events = true;  // a front counts the batches that it has written, and no events
};

class MeasuredServer {
 public:
  // Starts `command`, a program and its arguments separated by blanks, on free ports of loopback
  // and waits until it is ready. `{dir}` is replaced by an empty directory that the destructor
  // deletes. "gmewatchd" and "bare_sink" are those of this build.
  static absl::StatusOr<std::unique_ptr<MeasuredServer>> Start(const std::string& command);

  const std::string& address() const { return address_; }
  // Empty for a bare sink.
  const std::string& admin_address() const { return admin_address_; }
  pid_t pid() const { return process_->pid(); }
  // The CPU time of all its threads so far, in steps of 10 ms.
  double CpuSeconds() const;
  uint64_t ResidentBytes() const;

  // Only gmewatchd has metrics; a bare sink prints its counts when it is stopped.
  bool has_metrics() const { return !admin_address_.empty(); }
  Samples Scrape() const { return ScrapeMetrics(admin_address_); }
  CountedTotals Totals() const;

  // Sends SIGTERM; returns the counts of a bare sink. An error if the exit status is not 0.
  absl::StatusOr<CountedTotals> Stop();

 private:
  MeasuredServer() = default;

  TempDir dir_;
  TempDir settings_;
  std::unique_ptr<ChildProcess> process_;
  std::string address_;
  std::string admin_address_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_BENCH_MEASURED_SERVER_H_
