#include "tests/evaluation/spikes.h"

#include <algorithm>
#include <cmath>

#include "tests/support/random.h"

namespace gmewatch::detect_eval {
namespace {

constexpr int64_t kSpikesPerSeries = 4;
constexpr int64_t kSlotTicks =
    36 * kHourTicks;  // at least 24 h between spikes, 12 h in which one may lie
constexpr double kShortestTicks = 6;
constexpr double kLongestTicks = 6 * kHourTicks;
constexpr int64_t kShamTicks = 12 * kHourTicks;      // from a spike's end to its sham window
constexpr int64_t kGraceTicks = 600 / kTickSeconds;  // an alarm may begin after the end

// Streams of a plan's seed, apart from those of the simulation.
enum Stream : uint64_t { kSpikeStream = 100, kReleaseStream };

size_t FactorOf(int64_t index, int64_t spike) {
  const int64_t number = index / static_cast<int64_t>(kBaselines.size()) * kSpikesPerSeries + spike;
  return static_cast<size_t>(number) % kFactors.size();
}

SeriesPlan PlanRelease(const RunSettings& settings, int64_t index) {
  SeriesPlan plan = PlanSeries(settings, Part::kReleases, index);
  Random random(MixSeed(plan.seed, kReleaseStream));
  constexpr int64_t kMinuteTicks = 60 / kTickSeconds;  // the level is set by the minute
  const int64_t into_day = random.Integer(0, kDayTicks - 1) / kMinuteTicks * kMinuteTicks;
  plan.release.tick = settings.learn_weeks * kWeekTicks + into_day;
  plan.release.factor = std::exp(random.Uniform(std::log(1.2), std::log(2.0)));
  return plan;
}

std::vector<SpikeResult> Describe(const SeriesPlan& plan, int64_t index,
                                  const std::vector<uint32_t>& counts) {
  const Level level(plan);
  std::vector<SpikeResult> results;
  for (const Spike& spike : plan.spikes) {
    const double excess = ExpectedExcess(level, spike, counts) / plan.variance_ratio;
    SpikeResult result;
    result.baseline = BaselineOf(index);
    result.factor = FactorOf(index, static_cast<int64_t>(results.size()));
    result.detectable = excess >= kDetectableExcess && spike.factor >= kDetectableFactor;
    result.strong_step =
        !spike.ramp && excess >= kStrongExcessPerTick * static_cast<double>(spike.length);
    results.push_back(result);
  }
  return results;
}

// Returns whether an alarm that begins at `tick` finds a spike that begins at `start`.
bool Finds(int64_t tick, int64_t start, int64_t length) {
  return tick >= start && tick <= start + length + kGraceTicks;
}

// Fills in the rule's result for each spike; returns the number of alarms away from all spikes.
int64_t Watch(Rule& rule, const SeriesPlan& plan, int64_t measured,
              const std::vector<uint32_t>& counts, SpikeResult* results) {
  bool active = false;
  int64_t outside = 0;
  Feed(rule, counts, [&](int64_t tick, const Step& step) {
    const bool begins = step.active && !active;
    active = step.active;
    if (!begins || tick < measured) return;
    ++outside;
    for (size_t i = 0; i < plan.spikes.size(); ++i) {
      const Spike& spike = plan.spikes[i];
      if (Finds(tick, spike.end() + kShamTicks, spike.length)) results[i].found_by_chance = true;
      if (!Finds(tick, spike.start, spike.length)) continue;
      --outside;
      if (results[i].found) continue;
      results[i].found = true;
      results[i].delay = tick - spike.start;
      results[i].start_error = step.since - spike.start;
    }
  });
  return outside;
}

ReleaseResult WatchRelease(Rule& rule, const SeriesPlan& plan,
                           const std::vector<uint32_t>& counts) {
  ReleaseResult result;
  bool active = false;
  Feed(rule, counts, [&](int64_t tick, const Step& step) {
    const int64_t after = tick - plan.release.tick;
    if (after >= 0 && step.active) {
      if (!active) result.alarmed = true;
      ++result.active_ticks;
    }
    if (after <= kDayTicks) result.on_after_day = after >= 0 && step.active;
    active = step.active;
  });
  return result;
}

}  // namespace

SeriesPlan PlanSpikes(const RunSettings& settings, int64_t index) {
  SeriesPlan plan = PlanSeries(settings, Part::kSpikes, index);
  Random random(MixSeed(plan.seed, kSpikeStream));
  for (int64_t week = 0; week < settings.measured_weeks; ++week) {
    const int64_t first = (settings.learn_weeks + week) * kWeekTicks;
    for (int64_t i = 0; i < kSpikesPerSeries; ++i) {
      Spike spike;
      spike.length =
          std::lround(std::exp(random.Uniform(std::log(kShortestTicks), std::log(kLongestTicks))));
      const int64_t latest = kSlotTicks - kDayTicks - spike.length;
      spike.start = first + i * kSlotTicks + random.Integer(0, latest);
      spike.factor = kFactors[FactorOf(index, static_cast<int64_t>(plan.spikes.size()))];
      spike.ramp = random.Uniform() < 0.5;
      plan.spikes.push_back(spike);
    }
  }
  return plan;
}

int64_t SpikeSeries(const RunSettings& settings) {
  const auto cells = static_cast<int64_t>(kBaselines.size() * kFactors.size());
  const int64_t per_series = kSpikesPerSeries * settings.measured_weeks;
  return (settings.spikes_per_cell * cells + per_series - 1) / per_series;
}

std::vector<SpikeTally> RunSpikes(const RunSettings& settings,
                                  const std::vector<Contender>& contenders) {
  const int64_t series = SpikeSeries(settings);
  const auto per_series = static_cast<size_t>(kSpikesPerSeries * settings.measured_weeks);
  std::vector<SpikeTally> tallies(contenders.size());
  for (SpikeTally& tally : tallies) {
    tally.spikes.resize(static_cast<size_t>(series) * per_series);
    tally.releases.resize(static_cast<size_t>(settings.releases));
  }
  // Each series writes to its own elements.
  std::vector<std::vector<int64_t>> outside(contenders.size(),
                                            std::vector<int64_t>(static_cast<size_t>(series)));
  std::vector<std::vector<uint32_t>> buffers(kThreadsMax);
  ForEachSeries(series, settings.threads, [&](size_t worker, int64_t index) {
    const SeriesPlan plan = PlanSpikes(settings, index);
    std::vector<uint32_t>& counts = buffers[worker];
    Simulate(plan, &counts);
    const std::vector<SpikeResult> blank = Describe(plan, index, counts);
    const auto place = static_cast<size_t>(index);
    for (size_t i = 0; i < contenders.size(); ++i) {
      SpikeResult* const results = &tallies[i].spikes[place * per_series];
      std::copy(blank.begin(), blank.end(), results);
      outside[i][place] = Watch(*MakeRule(settings, contenders[i]), plan,
                                settings.learn_weeks * kWeekTicks, counts, results);
    }
  });
  ForEachSeries(settings.releases, settings.threads, [&](size_t worker, int64_t index) {
    const SeriesPlan plan = PlanRelease(settings, index);
    Simulate(plan, &buffers[worker]);
    for (size_t i = 0; i < contenders.size(); ++i) {
      ReleaseResult& result = tallies[i].releases[static_cast<size_t>(index)];
      result = WatchRelease(*MakeRule(settings, contenders[i]), plan, buffers[worker]);
      result.baseline = BaselineOf(index);
    }
  });
  for (size_t i = 0; i < contenders.size(); ++i) {
    for (const int64_t count : outside[i]) tallies[i].alarms_outside += count;
  }
  return tallies;
}

}  // namespace gmewatch::detect_eval
