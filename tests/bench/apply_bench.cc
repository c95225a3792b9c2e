// The cost of Aggregate::Apply for epochs of 1,000 batches, by entries in a batch and by sessions.
//
//   build/release/tests/bench/apply_bench
#include <benchmark/benchmark.h>

#include <vector>

#include "daemon/aggregate/aggregate.h"
#include "tests/bench/traffic.h"

namespace gmewatch {
namespace {

constexpr size_t kBatchesPerEpoch = 1000;

// range(0): entries in a batch; range(1): sessions, all of them known.
void Apply(benchmark::State& state) {
  Traffic traffic(static_cast<size_t>(state.range(1)), static_cast<size_t>(state.range(0)));
  Aggregate aggregate;
  std::vector<Verdict> verdicts;
  uint64_t number = 0;
  aggregate.Apply(++number, FirstEpoch(), &verdicts);
  Epoch epoch;
  epoch.time_ms = kTrafficTimeMs;
  for (size_t i = 0; i < traffic.sessions(); ++i) traffic.Add(i, &epoch);
  aggregate.Apply(++number, epoch, &verdicts);
  for (auto iteration : state) {
    state.PauseTiming();
    epoch.Clear();
    epoch.time_ms = kTrafficTimeMs;
    traffic.AddRandom(kBatchesPerEpoch, &epoch);
    state.ResumeTiming();
    aggregate.Apply(++number, epoch, &verdicts);
  }
  if (aggregate.batches_duplicate() != 0) state.SkipWithError("a batch was not counted");
  const auto batches = static_cast<double>(state.iterations()) * kBatchesPerEpoch;
  using benchmark::Counter;
  state.counters["batches"] = Counter(batches, Counter::kIsRate);
  state.counters["entries"] =
      Counter(batches * static_cast<double>(state.range(0)), Counter::kIsRate);
}
BENCHMARK(Apply)
    ->ArgNames({"entries", "sessions"})
    ->ArgsProduct({{1, 4, 100, 512}, {16, 1'000'000}})
    ->Unit(benchmark::kMicrosecond);

// Every batch is the first of its session; range(0): the sessions known at the start.
void ApplyNewSessions(benchmark::State& state) {
  const auto known = static_cast<size_t>(state.range(0));
  Aggregate aggregate;
  std::vector<Verdict> verdicts;
  uint64_t number = 0;
  aggregate.Apply(++number, FirstEpoch(), &verdicts);
  constexpr size_t kNewMax = 1'000'000;
  Traffic traffic(known + kNewMax, 1);
  Epoch epoch;
  epoch.time_ms = kTrafficTimeMs;
  size_t next = 0;
  while (next < known) traffic.Add(next++, &epoch);
  aggregate.Apply(++number, epoch, &verdicts);
  for (auto iteration : state) {
    state.PauseTiming();
    epoch.Clear();
    epoch.time_ms = kTrafficTimeMs;
    for (size_t i = 0; i < kBatchesPerEpoch; ++i) traffic.Add(next++, &epoch);
    state.ResumeTiming();
    aggregate.Apply(++number, epoch, &verdicts);
  }
  state.counters["batches"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * kBatchesPerEpoch, benchmark::Counter::kIsRate);
}
BENCHMARK(ApplyNewSessions)
    ->ArgName("known")
    ->Arg(0)
    ->Arg(1'000'000)
    ->Iterations(1000)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace gmewatch
