// The cost of the spike detector: a tick, a read of the counters, and the memory of a series, over
// 10,000 places with 100 codes each.
// `build/release/tests/bench/detect_bench --benchmark_counters_tabular=true`
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/detect/counter_reader.h"
#include "daemon/detect/detector.h"

namespace gmewatch {
namespace {

constexpr uint32_t kApps = 200;
constexpr uint32_t kRegions = 50;
constexpr uint32_t kPlaces = kApps * kRegions;
constexpr uint32_t kCodes = 100;
constexpr int64_t kStart = 1'425'445'200;  // seconds since 1970, the start of an hour

Place PlaceOf(uint32_t place) {
  return {absl::StrCat("game-", place / kRegions), absl::StrCat("region-", place % kRegions)};
}

uint64_t Mixed(uint64_t n) {
  n = (n ^ (n >> 30U)) * 0xBF58476D1CE4E5B9U;
  n = (n ^ (n >> 27U)) * 0x94D049BB133111EBU;
  return n ^ (n >> 31U);
}

// Every `each`th cell has 2 to 5 events of as many senders.
std::vector<CellGain> Gains(uint32_t each, uint64_t seed) {
  std::vector<CellGain> gains;
  for (uint32_t cell = 0; cell < kPlaces * kCodes; ++cell) {
    if ((cell + seed) % each != 0) continue;
    CellGain& gain = gains.emplace_back();
    gain.place = cell / kCodes;
    gain.slot = cell % kCodes + 1;
    const uint64_t random = Mixed(cell * 1'000'003ULL + seed);
    gain.events = 2 + random % 4;
    for (uint64_t i = 0; i < gain.events; ++i) {
      ++gain.by_sender[(random >> (8 + 3 * i)) % Senders::kBuckets];
    }
    gain.sessions = static_cast<uint32_t>(random >> 32U);
  }
  return gains;
}

size_t ResidentBytes() {
  malloc_trim(0);
  std::ifstream statm("/proc/self/statm");
  size_t all = 0;
  size_t resident = 0;
  statm >> all >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

DetectSettings SettingsOf(absl::Duration tick) {
  DetectSettings settings;
  settings.tick = tick;
  return settings;
}

// A detector that has watched every cell for forty ticks; the second one ends an hour.
struct World {
  explicit World(uint32_t each = 1, absl::Duration tick_length = absl::Seconds(10))
      : ticks_per_hour(static_cast<uint32_t>(absl::Hours(1) / tick_length)),
        tick(static_cast<uint32_t>(kStart / absl::ToInt64Seconds(tick_length)) - 2),
        detector(SettingsOf(tick_length)) {
    std::vector<WatchedCode> codes(kCodes + 1);
    for (uint32_t slot = 0; slot <= kCodes; ++slot) codes[slot].code = static_cast<int32_t>(slot);
    detector.SetCodes(codes);
    for (uint32_t place = 0; place < kPlaces; ++place) detector.AddPlace(PlaceOf(place));
    // New series are stored in the order of their first events, here a random one.
    std::vector<CellGain> first = Gains(each, 0);
    std::shuffle(first.begin(), first.end(), std::mt19937(7));
    Tick(first);
    // Each further tick has another 1/`each` of the cells.
    for (uint64_t i = 1; i < 40; ++i) Tick(Gains(each, i * 977));
  }

  void Tick(const std::vector<CellGain>& gains) { detector.Tick(tick++, 1, gains); }
  // Whether the next tick begins a new hour.
  bool IsHoursEnd() const { return tick % ticks_per_hour == 0; }

  uint32_t ticks_per_hour;
  uint32_t tick;
  Detector detector;
};

World& SharedWorld() {
  static World* const world = new World;
  return *world;
}

// If an hour ends, the tick that ends it is not measured.
void EndHour(benchmark::State& state, World* world) {
  if (!world->IsHoursEnd()) return;
  state.PauseTiming();
  world->Tick({});
  state.ResumeTiming();
}

// range(0): one in this many cells has events; 0: none has.
void Tick(benchmark::State& state) {
  World& world = SharedWorld();
  const auto each = static_cast<uint32_t>(state.range(0));
  std::vector<std::vector<CellGain>> gains;
  for (uint64_t i = 0; i < 8; ++i) {
    gains.push_back(each == 0 ? std::vector<CellGain>() : Gains(each, i * 977));
  }
  size_t next = 0;
  for (auto iteration : state) {
    EndHour(state, &world);
    world.Tick(gains[next++ % gains.size()]);
  }
  state.counters["series"] = static_cast<double>(world.detector.Report().series);
  state.counters["gains"] = static_cast<double>(gains[0].size());
  size_t active = 0;
  for (const Spike& spike : world.detector.Report().spikes) active += spike.active ? 1 : 0;
  state.counters["spikes"] = static_cast<double>(active);
}
BENCHMARK(Tick)->ArgName("each")->Arg(1)->Arg(100)->Arg(0)->Iterations(40)->Unit(
    benchmark::kMillisecond);

// The tick after the end of an hour, which visits every series; range(0) as above.
void TickThatEndsAnHour(benchmark::State& state) {
  World& world = SharedWorld();
  const auto each = static_cast<uint32_t>(state.range(0));
  const std::vector<CellGain> gains = Gains(each, 1);
  for (auto iteration : state) {
    state.PauseTiming();
    while (!world.IsHoursEnd()) {
      world.Tick(world.tick % 4 == 0 ? gains : std::vector<CellGain>());
    }
    state.ResumeTiming();
    world.Tick({});
  }
}
BENCHMARK(TickThatEndsAnHour)
    ->ArgName("each")
    ->Arg(100)
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);

// Every cell has five times its expected rate: each code rises everywhere.
void TickInAnOutage(benchmark::State& state) {
  World world;
  std::vector<CellGain> gains = Gains(1, 3);
  for (CellGain& gain : gains) {
    gain.events *= 5;
    for (uint32_t& events : gain.by_sender) events *= 5;
  }
  for (int i = 0; i < 10; ++i) world.Tick(gains);
  for (auto iteration : state) world.Tick(gains);
  size_t active = 0;
  for (const Spike& spike : world.detector.Report().spikes) active += spike.active ? 1 : 0;
  state.counters["spikes"] = static_cast<double>(active);
}
BENCHMARK(TickInAnOutage)->Iterations(10)->Unit(benchmark::kMillisecond);

// Counters of the same cells; one in range(0) gains events, 0: none.
void Read(benchmark::State& state) {
  const auto each = static_cast<uint32_t>(state.range(0));
  Counters counters;
  for (uint32_t code = 0; code < kCodes; ++code) counters.AddCode(static_cast<int32_t>(code), true);
  for (uint32_t place = 0; place < kPlaces; ++place) counters.AddPlace(PlaceOf(place), true);
  const auto count = [&counters](uint32_t one_in, uint64_t seed) {
    for (uint32_t cell = 0; cell < kPlaces * kCodes; ++cell) {
      if ((cell + seed) % one_in != 0) continue;
      Cell* target = counters.mutable_place(cell / kCodes)->mutable_cell(cell % kCodes + 1);
      target->CountInTime({Mixed(cell + seed), seed}, 3);
    }
  };
  count(1, 0);
  CounterReader reader(counters);
  size_t gains = 0;
  uint64_t seed = 0;
  for (auto iteration : state) {
    state.PauseTiming();
    if (each != 0) count(each, ++seed);
    state.ResumeTiming();
    gains = reader.Read().size();
  }
  state.counters["gains"] = static_cast<double>(gains);
}
BENCHMARK(Read)->ArgName("each")->Arg(1)->Arg(100)->Arg(0)->Iterations(20)->Unit(
    benchmark::kMillisecond);

// A tick after more than a day, and the resident bytes of a series, its indexes included. range(0):
// with 1 every cell has a season of its own, with 1000 a cell has events now and then.
void TickAfterADay(benchmark::State& state) {
  const auto each = static_cast<uint32_t>(state.range(0));
  const size_t before = ResidentBytes();
  // Long ticks, so that a day takes few of them; the cost of a tick does not depend on its length.
  auto world = std::make_unique<World>(each, absl::Minutes(10));
  for (uint64_t i = 0; i < uint64_t{26} * world->ticks_per_hour; ++i)
    world->Tick(Gains(each, i * 31));
  const auto bytes = static_cast<double>(ResidentBytes() - before);
  const auto series = static_cast<double>(world->detector.Report().series);
  const std::vector<CellGain> gains = Gains(each, 0);
  for (auto iteration : state) {
    EndHour(state, world.get());
    world->Tick(gains);
  }
  state.counters["series"] = series;
  state.counters["bytes_a_series"] = bytes / series;
}
BENCHMARK(TickAfterADay)
    ->ArgName("each")
    ->Arg(1)
    ->Arg(1000)
    ->Iterations(10)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gmewatch
