// What Report costs the thread that calls it.
//
//   client_bench --benchmark_filter=Report
//
// Real time per call and thread: with more threads than cores it is as long as the call takes,
// waits for a core included, so compare items_per_second there.
#include <benchmark/benchmark.h>

#include <array>
#include <chrono>

#include "gmewatch/reporter.h"

namespace gmewatch {
namespace {

// Sends nothing while the benchmark runs.
Reporter& QuietReporter() {
  static Reporter* const reporter = [] {
    ReporterOptions options;
    options.address = "127.0.0.1:1";
    options.app = "bench";
    options.region = "eu";
    options.first_flush_interval = std::chrono::hours(1);
    return new Reporter(options);
  }();
  return *reporter;
}

// As a game meets them: mostly successes.
constexpr std::array<int32_t, 16> kCodes = {0,     1005, 0, 10004, 0, 0, 10001, 0,
                                            32777, 0,    0, 1003,  0, 0, 4103,  0};

void BM_ReportOneCode(benchmark::State& state) {
  Reporter& reporter = QuietReporter();
  for (auto _ : state) reporter.Report(1005);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ReportOneCode)->Threads(1)->Threads(2)->Threads(8)->UseRealTime();

void BM_ReportMix(benchmark::State& state) {
  Reporter& reporter = QuietReporter();
  size_t next = static_cast<size_t>(state.thread_index());
  for (auto _ : state) reporter.Report(kCodes[next++ % kCodes.size()]);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ReportMix)->Threads(1)->Threads(2)->Threads(8)->UseRealTime();

}  // namespace
}  // namespace gmewatch
