#include "daemon/version_silence.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

constexpr int64_t kUnusedSeconds = 2 * int64_t{86400};
constexpr int64_t kFewUnusedSeconds = 3600;
// So many slots are kept free.
constexpr size_t kFreeMin = 8;

// The detector's names for a pair: it knows places.
Place NameOf(const ClientVersion& version) { return {version.platform, version.app_version}; }

// Whether the detector may keep what it learned of a place: it is a roll-up or one of `versions`.
bool IsKept(const Place& place, const std::vector<ClientVersion>& versions) {
  return absl::c_any_of(versions, [&place](const ClientVersion& version) {
    return !version.empty() && Holds(place, NameOf(version));
  });
}

}  // namespace

VersionSilence::VersionSilence(int64_t tick_seconds, double sessions_min, VersionTable& table)
    : tick_seconds_(tick_seconds),
      sessions_min_(sessions_min),
      table_(table),
      reader_([&table] { return table.Versions().size(); },
              [&table](size_t slot) -> Reporters& { return table.reporters(slot); }),
      detector_(std::make_unique<SilenceDetector>(tick_seconds, sessions_min)) {}

void VersionSilence::SetSessionsMin(double sessions_min) {
  sessions_min_ = sessions_min;
  detector_->SetSessionsMin(sessions_min);
}

const std::vector<Arrivals>& VersionSilence::Read() {
  const std::vector<ClientVersion> versions = table_.Versions();
  const std::vector<Arrivals>& arrivals = reader_.Read();
  const bool grew = versions.size() >= versions_.size() &&
                    std::equal(versions_.begin(), versions_.end(), versions.begin());
  if (!grew) Rebuild(versions);
  for (size_t slot = detector_->places(); slot < arrivals.size(); ++slot) {
    // A pair may have come since.
    detector_->AddPlace(slot < versions.size() ? NameOf(versions[slot]) : Place());
    versions_.resize(slot + 1);
    if (slot < versions.size()) versions_[slot] = versions[slot];
  }
  return arrivals;
}

void VersionSilence::Rebuild(const std::vector<ClientVersion>& versions) {
  const internal::SilenceState all = detector_->Save();
  internal::SilenceState kept;
  kept.set_time_s(all.time_s());
  kept.set_tick_seconds(all.tick_seconds());
  for (int i = 0; i < all.apps_size(); ++i) {
    const Place place = {all.apps(i), all.regions(i)};
    if (!IsKept(place, versions)) continue;
    kept.add_apps(place.app);
    kept.add_regions(place.region);
    kept.add_arrivals(all.arrivals(i));
    kept.add_ticks(all.ticks(i));
    kept.add_deviations(all.deviations(i));
    kept.add_expected(all.expected(i));
    kept.add_sessions(all.sessions(i));
    kept.add_stopped(all.stopped(i));
    kept.add_rhythm(all.rhythm(i));
  }
  for (const internal::SilenceRecord& silence : all.silences()) {
    if (IsKept({silence.app(), silence.region()}, versions)) *kept.add_silences() = silence;
  }
  detector_ = std::make_unique<SilenceDetector>(tick_seconds_, sessions_min_);
  // It was saved a moment ago, so it can be read.
  if (kept.apps_size() > 0) detector_->Load(kept, all.time_s()).IgnoreError();
  versions_.clear();
  loaded_.clear();
}

void VersionSilence::Tick(int64_t time_s, int ticks) {
  time_s_ = time_s;
  const std::vector<Arrivals>& arrivals = Read();
  for (size_t slot = 0; slot < arrivals.size(); ++slot) {
    if (arrivals[slot].sessions == 0) continue;
    uses_[slot].last_s = time_s;
    uses_[slot].sessions = std::max(uses_[slot].sessions, arrivals[slot].all_sessions);
  }
  detector_->Tick(time_s, ticks, arrivals);
}

void VersionSilence::Interrupt() {
  Read();
  detector_->Interrupt();
}

void VersionSilence::EndQuarter(int64_t time_s) {
  reader_.Forget();
  const std::vector<ClientVersion> versions = table_.Versions();
  const auto used = static_cast<size_t>(
      absl::c_count_if(versions, [](const ClientVersion& version) { return !version.empty(); }));
  if (used + kFreeMin <= VersionTable::kVersionsMax) return;
  for (size_t slot = 0; slot < versions.size(); ++slot) {
    Use& use = uses_[slot];
    if (versions[slot].empty()) continue;
    const int64_t unused_s = use.sessions < sessions_min_ ? kFewUnusedSeconds : kUnusedSeconds;
    if (use.last_s + unused_s > time_s) continue;
    table_.Free(slot);
    use = {};
  }
}

ClientVersion VersionSilence::VersionOf(const Place& name) const {
  const ClientVersion* only = nullptr;
  for (const auto* known : {&versions_, &loaded_}) {
    for (const ClientVersion& version : *known) {
      if (!IsKept(name, {version}) || (only != nullptr && version == *only)) continue;
      if (only != nullptr) return {name.app, name.region};
      only = &version;
    }
  }
  return only == nullptr ? ClientVersion{name.app, name.region} : *only;
}

SilenceReport VersionSilence::Report() const {
  SilenceReport report = detector_->Report();
  std::erase_if(report.silences, [](const Silence& silence) {
    return silence.place.app == kAllLabel && silence.place.region == kAllLabel;
  });
  for (Silence& silence : report.silences) {
    silence.version = VersionOf(silence.place);
    silence.place = {kAllLabel, kAllLabel};
  }
  return report;
}

absl::Status VersionSilence::Load(const internal::SilenceState& state, int64_t time_s) {
  if (state.apps_size() == 0) return absl::OkStatus();
  absl::Status status = detector_->Load(state, time_s);
  for (int i = 0; status.ok() && i < state.apps_size(); ++i) {
    if (state.apps(i) == kAllLabel || state.regions(i) == kAllLabel) continue;
    loaded_.push_back({state.apps(i), state.regions(i)});
  }
  return status;
}

}  // namespace gmewatch
