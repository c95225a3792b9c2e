#include "daemon/silence_watch.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "daemon/base/log.h"
#include "daemon/model/reject_reason.h"

namespace gmewatch {
namespace {

// Ticks that were late are spread over the time they stand for; more of them are a gap.
constexpr int64_t kLateTicksMax = 3;
// A stop matters if this many times detect.min_sessions are silent at once: as few sessions as make
// a rise a matter of many may stop because their players go to bed.
constexpr double kSessionsFactor = 5;

// A version that stops this close to a place has stopped with it.
constexpr int64_t kTogetherSeconds = 300;

double SessionsMin(const DetectSettings& settings) {
  return kSessionsFactor * settings.min_sessions;
}

// The silence of this place that is active in a report, or null.
const Silence* FindActive(const SilenceReport& report, const Silence& same) {
  const auto found = absl::c_find_if(report.silences, [&same](const Silence& silence) {
    return silence.active && silence.place == same.place && silence.version == same.version;
  });
  return found == report.silences.end() ? nullptr : &*found;
}

bool HasEnded(const SilenceReport& report, const Silence& silence) {
  return absl::c_any_of(report.silences, [&silence](const Silence& other) {
    return !other.active && other.place == silence.place && other.version == silence.version &&
           other.start_s == silence.start_s;
  });
}

void LogChanges(const SilenceReport& before, const SilenceReport& after) {
  for (const Silence& silence : after.silences) {
    const Silence* old = FindActive(before, silence);
    if (silence.active && old == nullptr) {
      const std::string usual = absl::StrFormat("%.3g/min", 60 * silence.usual_rate);
      if (silence.version.empty()) {
        LogWarning(
            "reports stopped",
            {{"app", silence.place.app}, {"region", silence.place.region}, {"usual", usual}});
      } else {
        LogWarning("reports stopped", {{"app", silence.place.app},
                                       {"region", silence.place.region},
                                       {"platform", silence.version.platform},
                                       {"version", silence.version.app_version},
                                       {"usual", usual}});
      }
    } else if (!silence.active && old != nullptr && !HasEnded(before, silence)) {
      const std::string lasted =
          absl::FormatDuration(absl::Seconds(silence.end_s - silence.start_s));
      if (silence.version.empty()) {
        LogInfo("stop of reports ended",
                {{"app", silence.place.app}, {"region", silence.place.region}, {"lasted", lasted}});
      } else {
        LogInfo("stop of reports ended", {{"app", silence.place.app},
                                          {"region", silence.place.region},
                                          {"platform", silence.version.platform},
                                          {"version", silence.version.app_version},
                                          {"lasted", lasted}});
      }
    }
  }
}

}  // namespace

Intake IntakeOf(const AggregateStats& aggregate, const CommitterStats& committer) {
  Intake out = {aggregate.batches_counted, 0, committer.epochs, committer.failed_epochs,
                committer.pending_bytes};
  for (const RejectReason reason :
       {RejectReason::kOverloaded, RejectReason::kSessionLimit, RejectReason::kLogFailed,
        RejectReason::kStopping, RejectReason::kQuota}) {
    out.rejected += aggregate.rejected[static_cast<size_t>(reason)].batches;
  }
  return out;
}

SilenceWatch::SilenceWatch(const DetectSettings& settings, const Counters& counters,
                           VersionTable& versions, Clock& clock, IntakeFn intake)
    : counters_(counters),
      clock_(clock),
      intake_(std::move(intake)),
      tick_seconds_(absl::ToInt64Seconds(std::min(settings.tick, kTickMax))),
      detector_(tick_seconds_, SessionsMin(settings)),
      versions_(tick_seconds_, SessionsMin(settings), versions),
      offset_s_(absl::ToUnixSeconds(clock.Now()) - absl::ToInt64Seconds(clock.Monotonic())),
      report_(std::make_shared<const SilenceReport>()),
      task_([this] { return RunOnce(); }) {}

void SilenceWatch::Start() { task_.Start(); }

void SilenceWatch::Stop() { task_.Stop(); }

absl::Duration SilenceWatch::RunOnce() {
  const SilenceSnapshot before = Report();
  absl::Duration wait;
  {
    absl::MutexLock lock(&mutex_);
    Tick();
    const absl::Duration tick = absl::Seconds(tick_seconds_);
    wait = tick - (clock_.Monotonic() + absl::Seconds(offset_s_)) % tick;
  }
  LogChanges(*before, *Report());
  return wait;
}

int64_t SilenceWatch::OwnSeconds() { return absl::ToInt64Seconds(clock_.Monotonic()) + offset_s_; }

void SilenceWatch::Tick() {
  const int64_t tick = OwnSeconds() / tick_seconds_;
  if (!reader_.has_value()) {
    reader_.emplace(counters_);
    before_ = intake_();
    last_tick_ = tick;
    seen_s_ = tick * tick_seconds_;
    return;
  }
  if (tick <= last_tick_) return;
  const int64_t ticks = tick - std::exchange(last_tick_, tick);
  const int64_t now_s = tick * tick_seconds_;
  const std::vector<Arrivals>& arrivals = reader_->Read();
  for (size_t id = detector_.places(); id < arrivals.size(); ++id) {
    detector_.AddPlace(counters_.place(id).place());
  }
  if (IsBlind(ticks)) {
    detector_.Interrupt();
    versions_.Interrupt();
    const absl::Duration blind = absl::Seconds(now_s - seen_s_);
    blind_s_ = now_s + absl::ToInt64Seconds(std::clamp(blind, kReturnMin, kReturnMax));
  } else if (now_s > blind_s_) {
    detector_.Tick(now_s, static_cast<int>(ticks), arrivals);
    versions_.Tick(now_s, static_cast<int>(ticks));
    seen_s_ = now_s;
    Publish();
  } else {
    versions_.Interrupt();
  }
  const int64_t quarter = ArrivalRhythm::kQuarterSeconds;
  if (now_s / quarter == (now_s - ticks * tick_seconds_) / quarter) return;
  reader_->Forget();
  versions_.EndQuarter(now_s);
}

bool SilenceWatch::IsBlind(int64_t ticks) {
  const Intake now = intake_();
  const Intake before = std::exchange(before_, now);
  const bool rejects = now.rejected - before.rejected > now.counted - before.counted;
  const bool hangs =
      now.pending_bytes > 0 && before.pending_bytes > 0 && now.commits == before.commits;
  const bool fails = now.failed_commits != before.failed_commits;
  return ticks > kLateTicksMax || rejects || hangs || fails;
}

void SilenceWatch::Publish() {
  SilenceReport report = detector_.Report();
  const std::vector<Silence> of_places = report.silences;
  for (const Silence& silence : versions_.Report().silences) {
    const bool explained = absl::c_any_of(of_places, [&silence](const Silence& place) {
      return std::abs(place.start_s - silence.start_s) <= kTogetherSeconds;
    });
    if (!explained) report.silences.push_back(silence);
  }
  // People read the wall clock.
  const int64_t to_wall = absl::ToUnixSeconds(clock_.Now()) - OwnSeconds();
  for (Silence& silence : report.silences) {
    silence.start_s += to_wall;
    if (!silence.active) silence.end_s += to_wall;
  }
  auto snapshot = std::make_shared<const SilenceReport>(std::move(report));
  absl::MutexLock lock(&published_mutex_);
  report_.swap(snapshot);
}

void SilenceWatch::Load(const std::string& saved) {
  if (saved.empty()) return;
  absl::Status status;
  {
    absl::MutexLock lock(&mutex_);
    internal::SilenceState state;
    if (!state.ParseFromString(saved)) {
      status = absl::DataLossError("it cannot be parsed");
    } else {
      const int64_t down_s =
          std::max<int64_t>(0, absl::ToUnixSeconds(clock_.Now()) - state.saved_s());
      const int64_t now_s = state.time_s() + down_s;
      status = detector_.Load(state, now_s);
      if (status.ok()) status = versions_.Load(state.versions(), now_s);
      if (status.ok()) {
        offset_s_ = now_s - absl::ToInt64Seconds(clock_.Monotonic());
        const absl::Duration down = std::clamp(absl::Seconds(down_s), kReturnMin, kReturnMax);
        blind_s_ = now_s + absl::ToInt64Seconds(down);
        Publish();
      }
    }
  }
  if (status.ok()) return;
  LogError("silence watch state reset: usual reports need a day to relearn",
           {{"reason", std::string(status.message())}});
}

void SilenceWatch::SetSettings(const DetectSettings& settings) {
  absl::MutexLock lock(&mutex_);
  detector_.SetSessionsMin(SessionsMin(settings));
  versions_.SetSessionsMin(SessionsMin(settings));
}

SilenceSnapshot SilenceWatch::Report() const {
  absl::MutexLock lock(&published_mutex_);
  return report_;
}

std::string SilenceWatch::Save() {
  absl::MutexLock lock(&mutex_);
  internal::SilenceState state = detector_.Save();
  *state.mutable_versions() = versions_.Save();
  // The time passed since its last tick is no downtime.
  state.set_saved_s(absl::ToUnixSeconds(clock_.Now()) - (OwnSeconds() - state.time_s()));
  if (state.time_s() == 0) return "";
  return state.SerializeAsString();
}

}  // namespace gmewatch
