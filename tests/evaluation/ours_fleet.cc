#include "tests/evaluation/ours_fleet.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "daemon/model/limits.h"

namespace gmewatch::detect_eval {
namespace {

// Monday, 5 January 2026, 00:00 UTC, in ticks since 1970.
constexpr int64_t kFirstTick = 1'767'571'200 / kTickSeconds;

// Five times detect.min_sessions, as the daemon has it.
constexpr double kSessionsMin = 15;

DetectSettings SettingsOf(double false_alarms_a_week) {
  DetectSettings settings;
  settings.tick = absl::Seconds(kTickSeconds);
  settings.false_alarms_per_week = false_alarms_a_week;
  return settings;
}

// Places are named by their numbers.
Place NameOf(const FleetPlace& place) {
  return {absl::StrCat("app", place.app), absl::StrCat("region", place.region)};
}

int NumberOf(const std::string& name) { return name == kAllLabel ? kAll : name.back() - '0'; }

std::vector<WatchedCode> Codes() {
  std::vector<WatchedCode> codes(kErrorCodes + 1);
  codes[0].other = true;
  for (int code = 1; code <= kErrorCodes; ++code) codes[static_cast<size_t>(code)].code = code;
  return codes;
}

uint64_t IncidentOf(const SpikeReport& report, const SpikePlace& where) {
  for (const Incident& incident : report.incidents) {
    const auto& members = incident.members;
    if (incident.active && std::find(members.begin(), members.end(), where) != members.end()) {
      return incident.id;
    }
  }
  return 0;
}

}  // namespace

OursFleet::OursFleet(double false_alarms_a_week)
    : settings_(SettingsOf(false_alarms_a_week)),
      detector_(settings_),
      silence_(std::in_place, kTickSeconds, kSessionsMin) {
  detector_.SetCodes(Codes());
}

void OursFleet::Observe(const MonthTick& tick, std::vector<ActiveLine>* active) {
  if (tick.restart) Restart();
  AddPlaces(tick);
  gains_.clear();
  auto next = tick.gains.begin();
  for (uint32_t leaf = 0; leaf < kLeaves; ++leaf) {
    for (; next != tick.gains.end() && next->place == leaf; ++next) {
      gains_.push_back(*next);
      gains_.back().place = *ids_[leaf];
    }
    if (tick.successes[leaf] == 0) continue;
    gains_.push_back({.place = *ids_[leaf], .success = true, .events = tick.successes[leaf]});
  }
  detector_.Tick(static_cast<uint32_t>(kFirstTick + tick.tick), static_cast<uint32_t>(tick.ticks),
                 gains_);
  WatchSilence(tick);
  active->clear();
  for (const Silence& silence : silence_->Report().silences) {
    if (!silence.active) continue;
    active->push_back({LineKind::kSilence,
                       0,
                       {NumberOf(silence.place.app), NumberOf(silence.place.region)},
                       silence.start_s / kTickSeconds - kFirstTick});
  }
  const SpikeReport report = detector_.Report();
  for (const gmewatch::Spike& spike : report.spikes) {
    if (!spike.active) continue;
    const Place& place = spike.where.place;
    active->push_back({spike.retry_loop ? LineKind::kLoop : LineKind::kSpike,
                       spike.where.code,
                       {NumberOf(place.app), NumberOf(place.region)},
                       spike.start_s / kTickSeconds - kFirstTick,
                       IncidentOf(report, spike.where)});
  }
}

void OursFleet::WatchSilence(const MonthTick& tick) {
  constexpr int64_t kQuarterTicks = 900 / kTickSeconds;
  arrivals_.resize(detector_.places());
  const bool quarter_ends = (tick.tick / kQuarterTicks) != (last_tick_ / kQuarterTicks);
  for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
    if (!ids_[leaf].has_value()) continue;
    Arrivals& arrivals = arrivals_[*ids_[leaf]];
    arrivals.sessions = static_cast<double>(tick.successes[leaf]);
    if (quarter_ends) arrivals.all_sessions = 0;
    arrivals.all_sessions += arrivals.sessions;
  }
  if (tick.ticks > 1) silence_->Interrupt();
  silence_->Tick((kFirstTick + tick.tick + 1) * kTickSeconds, static_cast<int>(tick.ticks),
                 arrivals_);
  last_tick_ = tick.tick;
}

void OursFleet::Restart() {
  const internal::SilenceState silence = silence_->Save();
  silence_.emplace(kTickSeconds, kSessionsMin);
  const int64_t now_s = (kFirstTick + last_tick_ + 1) * kTickSeconds;
  if (!silence_->Load(silence, now_s).ok()) std::abort();
  for (size_t id = 0; id < detector_.places(); ++id) silence_->AddPlace(detector_.place(id));
  const std::vector<DetectorPage> pages = detector_.Save(false);
  detector_ = Detector(settings_);
  const absl::Status loaded = detector_.Load(pages);
  if (!loaded.ok()) std::abort();  // a detector that cannot read its own state has no score
  detector_.SetCodes(Codes());
}

void OursFleet::AddPlaces(const MonthTick& tick) {
  const auto add = [this](size_t leaf) {
    if (ids_[leaf].has_value()) return;
    ids_[leaf] = static_cast<uint32_t>(detector_.places());
    detector_.AddPlace(NameOf(FleetRows()[leaf]));
    silence_->AddPlace(NameOf(FleetRows()[leaf]));
  };
  for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
    if (tick.successes[leaf] > 0) add(leaf);
  }
  for (const CellGain& gain : tick.gains) add(gain.place);
}

}  // namespace gmewatch::detect_eval
