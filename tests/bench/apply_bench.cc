// What counting costs: Aggregate::Apply of epochs of 1,000 batches, by entries a batch and by how
// many sessions take turns. `build/release/tests/bench/apply_bench`
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "daemon/aggregate/aggregate.h"
#include "daemon/catalog/catalog.h"
#include "tests/bench/batch_bytes.h"

namespace gmewatch {
namespace {

constexpr size_t kBatchesPerEpoch = 1000;
constexpr int64_t kTimeMs = 1'700'000'000'000;
constexpr size_t kPlaces = 8;

SessionId IdOf(uint64_t i) {
  const std::mt19937_64::result_type mixed = (i + 1) * 0x9e3779b97f4a7c15;
  return {mixed, mixed ^ i};
}

Epoch FirstEpoch() {
  Epoch epoch;
  epoch.time_ms = kTimeMs;
  epoch.policy.emplace();
  const Catalog catalog = Catalog::Embedded();
  for (const CatalogCode& code : catalog.codes()) {
    epoch.policy->add_catalog_codes(code.value);
  }
  epoch.policy->set_max_app_regions(1024);
  epoch.policy->set_session_horizon_ms(86'400'000);
  return epoch;
}

// Gives batches of sessions in a random order, each with its next number.
class Traffic {
 public:
  Traffic(size_t sessions, size_t entries) : sequences_(sessions) {
    for (size_t i = 0; i < kPlaces; ++i) {
      origins_.emplace_back(Origin{"shooter", "region-" + std::to_string(i), "1.2", "2.9", "ios"});
    }
    for (size_t i = 0; i < entries; ++i) batch_.entries.push_back({BenchCode(i), BenchCount(i)});
  }

  void Add(size_t session, Epoch* epoch) {
    batch_.session = IdOf(session);
    batch_.sequence = ++sequences_[session];
    epoch->Add(batch_, origins_[session % kPlaces]);
  }
  void AddRandom(size_t batches, Epoch* epoch) {
    for (size_t i = 0; i < batches; ++i) Add(random_() % sequences_.size(), epoch);
  }
  size_t sessions() const { return sequences_.size(); }

 private:
  std::mt19937_64 random_{1};
  std::vector<uint64_t> sequences_;
  std::vector<HashedOrigin> origins_;
  Batch batch_;
};

// range(0): entries a batch; range(1): sessions, all of them known.
void Apply(benchmark::State& state) {
  Traffic traffic(static_cast<size_t>(state.range(1)), static_cast<size_t>(state.range(0)));
  Aggregate aggregate;
  std::vector<Verdict> verdicts;
  uint64_t number = 0;
  aggregate.Apply(++number, FirstEpoch(), &verdicts);
  Epoch epoch;
  epoch.time_ms = kTimeMs;
  for (size_t i = 0; i < traffic.sessions(); ++i) traffic.Add(i, &epoch);
  aggregate.Apply(++number, epoch, &verdicts);
  for (auto iteration : state) {
    state.PauseTiming();
    epoch.Clear();
    epoch.time_ms = kTimeMs;
    traffic.AddRandom(kBatchesPerEpoch, &epoch);
    state.ResumeTiming();
    aggregate.Apply(++number, epoch, &verdicts);
  }
  if (aggregate.batches_duplicate() != 0) state.SkipWithError("a batch was not counted");
  const auto batches = static_cast<double>(state.iterations() * kBatchesPerEpoch);
  using benchmark::Counter;
  state.counters["batches"] = Counter(batches, Counter::kIsRate);
  state.counters["entries"] =
      Counter(batches * static_cast<double>(state.range(0)), Counter::kIsRate);
}
BENCHMARK(Apply)
    ->ArgNames({"entries", "sessions"})
    ->ArgsProduct({{1, 100, 512}, {16, 1'000'000}})
    ->Unit(benchmark::kMicrosecond);

// Every batch is of a session not heard of before; range(0): how many are known when it begins.
void ApplyNewSessions(benchmark::State& state) {
  const auto known = static_cast<size_t>(state.range(0));
  Aggregate aggregate;
  std::vector<Verdict> verdicts;
  uint64_t number = 0;
  aggregate.Apply(++number, FirstEpoch(), &verdicts);
  constexpr size_t kNewMax = 1'000'000;
  Traffic traffic(known + kNewMax, 1);
  Epoch epoch;
  epoch.time_ms = kTimeMs;
  size_t next = 0;
  while (next < known) traffic.Add(next++, &epoch);
  aggregate.Apply(++number, epoch, &verdicts);
  for (auto iteration : state) {
    state.PauseTiming();
    epoch.Clear();
    epoch.time_ms = kTimeMs;
    for (size_t i = 0; i < kBatchesPerEpoch; ++i) traffic.Add(next++, &epoch);
    state.ResumeTiming();
    aggregate.Apply(++number, epoch, &verdicts);
  }
  state.counters["batches"] = benchmark::Counter(
      static_cast<double>(state.iterations() * kBatchesPerEpoch), benchmark::Counter::kIsRate);
}
BENCHMARK(ApplyNewSessions)
    ->ArgName("known")
    ->Arg(0)
    ->Arg(1'000'000)
    ->Iterations(1000)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace gmewatch
