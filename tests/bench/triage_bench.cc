// The cost of the triage page's memory: to the thread that counts, for each epoch, beside
// Aggregate::Apply of the same epochs; and to its own thread, for each read of the counters of
// 10,000 places.
//
//   build/release/tests/bench/triage_bench --benchmark_counters_tabular=true
#include <benchmark/benchmark.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/base/clock.h"
#include "daemon/triage/memory.h"
#include "tests/bench/traffic.h"
#include "tests/support/allocations.h"

namespace gmewatch {
namespace {

constexpr size_t kBatchesPerEpoch = 1000;
constexpr int64_t kCommitIntervalMs = 5;
constexpr size_t kSessions = 4096;

// One epoch in each commit_interval. range(0): entries in a batch; range(1): versions of the game;
// the tables have room for 32.
void ApplyEpochs(benchmark::State& state, bool observe) {
  Traffic traffic(kSessions, static_cast<size_t>(state.range(0)),
                  static_cast<size_t>(state.range(1)));
  ManualClock clock(absl::FromUnixMillis(kTrafficTimeMs));
  Aggregate aggregate;
  TriageMemory memory(aggregate.counters(), clock);
  std::vector<Verdict> verdicts;
  uint64_t number = 0;
  aggregate.Apply(++number, FirstEpoch(), &verdicts);
  Epoch epoch;
  uint64_t allocations = 0;
  const auto one_epoch = [&](auto pause, auto resume) {
    pause();
    epoch.Clear();
    epoch.time_ms = kTrafficTimeMs + static_cast<int64_t>(number) * kCommitIntervalMs;
    traffic.AddRandom(kBatchesPerEpoch, &epoch);
    resume();
    aggregate.Apply(++number, epoch, &verdicts);
    const uint64_t before = Allocations();
    if (observe) memory.Observe(number, epoch, verdicts);
    allocations += Allocations() - before;
  };
  // Until every table is full.
  for (int i = 0; i < 1000; ++i) one_epoch([] {}, [] {});
  allocations = 0;
  for (auto iteration : state) {
    one_epoch([&state] { state.PauseTiming(); }, [&state] { state.ResumeTiming(); });
  }
  if (aggregate.batches_duplicate() != 0) state.SkipWithError("a batch was not counted");
  if (allocations != 0) state.SkipWithError("the triage memory allocated");
  state.counters["allocations"] = static_cast<double>(allocations);
  using benchmark::Counter;
  state.counters["batches"] =
      Counter(static_cast<double>(state.iterations()) * kBatchesPerEpoch, Counter::kIsRate);
}
void Apply(benchmark::State& state) { ApplyEpochs(state, false); }
void ApplyAndObserve(benchmark::State& state) { ApplyEpochs(state, true); }
BENCHMARK(Apply)
    ->ArgNames({"entries", "versions"})
    ->ArgsProduct({{1, 100, 512}, {1, 64}})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(ApplyAndObserve)
    ->ArgNames({"entries", "versions"})
    ->ArgsProduct({{1, 100, 512}, {1, 64}})
    ->Unit(benchmark::kMicrosecond);

// Reads the counters of 10,000 places with 100 codes each. range(0): one cell in this many has
// counted something since the last read; 0: none has.
void ReadCounters(benchmark::State& state) {
  constexpr uint32_t kPlaces = 10'000;
  constexpr uint32_t kRegions = 50;
  constexpr uint32_t kCodes = 100;
  const auto each = static_cast<uint32_t>(state.range(0));
  Counters counters;
  for (uint32_t code = 1; code <= kCodes; ++code) {
    counters.AddCode(static_cast<int32_t>(code), true);
  }
  for (uint32_t place = 0; place < kPlaces; ++place) {
    counters.AddPlace(
        {absl::StrCat("game-", place / kRegions), absl::StrCat("r-", place % kRegions)}, true);
  }
  const auto count = [&counters](uint32_t one_in, uint32_t seed) {
    for (uint32_t cell = 0; cell < kPlaces * kCodes; ++cell) {
      if ((cell + seed) % one_in != 0) continue;
      counters.mutable_place(cell / kCodes)->mutable_cell(cell % kCodes + 1)->events.Add(3);
    }
  };
  count(1, 0);
  ManualClock clock(absl::FromUnixMillis(kTrafficTimeMs));
  TriageMemory memory(counters, clock);
  uint32_t seed = 0;
  for (auto iteration : state) {
    state.PauseTiming();
    clock.Advance(absl::Seconds(10));
    if (each != 0) count(each, ++seed);
    state.ResumeTiming();
    memory.ReadCounters({}, absl::ZeroDuration());
  }
}
BENCHMARK(ReadCounters)
    ->ArgName("each")
    ->Arg(1)
    ->Arg(100)
    ->Arg(0)
    ->Iterations(40)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gmewatch
