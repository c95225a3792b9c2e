// The cost of Report to the thread that calls it.
//
//   build/release/tests/bench/client_bench --benchmark_repetitions=10
//
// Other work on the machine only adds to the time, so read the smallest repetition. With more
// threads than cores the real time includes waits for a core; read items_per_second there.
#include <benchmark/benchmark.h>

#include <array>
#include <chrono>

#include "client/c/gmewatch.h"
#include "gmewatch/reporter.h"

namespace gmewatch {
namespace {

// A Reporter that sends nothing while the benchmark runs.
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

// The codes of a game: mostly successes.
constexpr std::array<int32_t, 16> kCodes = {0,     1005, 0, 10004, 0, 0, 10001, 0,
                                            32777, 0,    0, 1003,  0, 0, 4103,  0};

void ReportOneCode(benchmark::State& state) {
  Reporter& reporter = QuietReporter();
  for (auto _ : state) reporter.Report(1005);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ReportOneCode)->Threads(1)->Threads(2)->Threads(8)->UseRealTime();

void ReportMix(benchmark::State& state) {
  Reporter& reporter = QuietReporter();
  size_t next = static_cast<size_t>(state.thread_index());
  for (auto _ : state) reporter.Report(kCodes[next++ % kCodes.size()]);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ReportMix)->Threads(1)->Threads(2)->Threads(8)->UseRealTime();

// The same for the core in C.
gmewatch_client* QuietCore() {
  static gmewatch_client* const core = [] {
    gmewatch_options options = gmewatch_defaults();
    options.url = "http://127.0.0.1:1";
    options.app = "bench";
    options.region = "eu";
    options.post = [](void*, const gmewatch_request*) { return 0; };
    return gmewatch_create(&options);
  }();
  return core;
}

void CoreReportOneCode(benchmark::State& state) {
  gmewatch_client* const core = QuietCore();
  for (auto _ : state) gmewatch_report(core, 1005, 1);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(CoreReportOneCode)->Threads(1)->Threads(2)->Threads(8)->UseRealTime();

void CoreReportMix(benchmark::State& state) {
  gmewatch_client* const core = QuietCore();
  size_t next = static_cast<size_t>(state.thread_index());
  for (auto _ : state) gmewatch_report(core, kCodes[next++ % kCodes.size()], 1);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(CoreReportMix)->Threads(1)->Threads(2)->Threads(8)->UseRealTime();

// A frame in which nothing is due.
void CoreIdleTick(benchmark::State& state) {
  gmewatch_client* const core = QuietCore();
  for (auto _ : state) benchmark::DoNotOptimize(gmewatch_tick(core));
}
BENCHMARK(CoreIdleTick);

}  // namespace
}  // namespace gmewatch
