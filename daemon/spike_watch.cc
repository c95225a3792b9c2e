#include "daemon/spike_watch.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/log.h"
#include "daemon/model/limits.h"
#include "daemon/spike_log.h"

namespace gmewatch {
namespace {

// If the clock was set back by more than this, the detector is reset; if by less, it waits.
constexpr absl::Duration kBackMax = absl::Minutes(10);

// An incident's number is this many times a random number of the daemon, plus a counter: two
// daemons that one Prometheus scrapes number theirs apart, and after a lost state the numbers are
// new, too. Doubles, which samples are, have all of these numbers.
constexpr uint64_t kIncidentsOfOne = 100'000;
constexpr uint64_t kRandomMin = 100'000;
constexpr uint64_t kRandomMax = 999'999;

uint64_t RandomIncidentBase() {
  std::random_device random;
  std::uniform_int_distribution<uint64_t> any(kRandomMin, kRandomMax);
  return any(random) * kIncidentsOfOne;
}

void LogReset(const absl::Status& status) {
  LogError("spike detector state reset: baselines need several days to relearn",
           {{"reason", std::string(status.message())}});
}

}  // namespace

SpikeWatch::SpikeWatch(const DetectSettings& settings, const Counters& counters, Clock& clock)
    : counters_(counters),
      clock_(clock),
      tick_(settings.tick),
      settings_(settings),
      detector_(settings),
      catalog_(std::make_shared<const Catalog>(Catalog::Embedded())),
      report_(std::make_shared<const SpikeReport>()),
      task_([this] { return RunOnce(); }) {
  detector_.NumberIncidentsFrom(RandomIncidentBase());
}

void SpikeWatch::Start() {
  codes_logged_ = counters_.codes();
  task_.Start();
}

void SpikeWatch::Stop() { task_.Stop(); }

absl::Duration SpikeWatch::RunOnce() {
  const auto wait = [this] { return tick_ - (clock_.Now() - absl::UnixEpoch()) % tick_; };
  if (complete_ != nullptr && !complete_()) {
    ++skipped_;
    return wait();
  }
  const bool gap = std::exchange(skipped_, 0) >= kSkippedMax;
  const SpikeSnapshot before = Report();
  std::shared_ptr<const Catalog> catalog;
  absl::Status status;
  {
    absl::MutexLock lock(&mutex_);
    if (gap && reader_.has_value()) AwaitClients(TickNow());
    status = Tick();
    catalog = catalog_;
  }
  codes_logged_ = LogUnknownCodes(counters_, codes_logged_, *catalog);
  if (status.ok()) {
    LogSpikeChanges(*before, *Report(), *catalog);
  } else {
    LogReset(status);
  }
  return wait();
}

absl::Status SpikeWatch::Tick() {
  const absl::Duration begin = clock_.Monotonic();
  if (!reader_.has_value()) Begin();
  const uint32_t tick = TickNow();
  if (tick + kBackMax / tick_ < last_tick_) {
    Reset();
    return absl::FailedPreconditionError("the clock was set back by more than ten minutes");
  }
  // The clock was set back a little. Events that come before it has caught up belong to ticks that
  // are over, so they are read and dropped.
  if (tick <= last_tick_) reader_->Read();
  // The tick before the current one is the last that has ended.
  if (tick <= last_tick_ + 1 || tick <= first_tick_) return absl::OkStatus();
  const uint32_t done = tick - 1;
  // Gains are read before places are added, so the place of each gain is known. A place that is
  // added to the counters meanwhile has its first gains in the next tick.
  const std::vector<CellGain>& gains = reader_->Read();
  UpdateCodes();
  for (size_t id = detector_.places(); id < counters_.places(); ++id) {
    detector_.AddPlace(counters_.place(id).place());
  }
  detector_.Tick(done, done - last_tick_, gains);
  last_tick_ = done;
  Publish(detector_.Report(), clock_.Monotonic() - begin);
  return absl::OkStatus();
}

void SpikeWatch::Begin() {
  reader_.emplace(counters_);
  const uint32_t now = TickNow();
  last_tick_ = detector_.last_tick();
  first_tick_ = now + 1;
  if (last_tick_ == 0) {
    last_tick_ = now;
    return;
  }
  AwaitClients(now);
}

void SpikeWatch::AwaitClients(uint32_t now) {
  first_tick_ = now + 1 + static_cast<uint32_t>(absl::Ceil(kReconnectTime, tick_) / tick_);
  if (last_tick_ > now) return;  // the clock was set back while the daemon was down; Tick waits
  // Events older than kLateAge arrive as late, so the first tick covers no more time than that.
  const auto reach = static_cast<uint32_t>(kLateAge / tick_);
  last_tick_ = std::max(last_tick_, first_tick_ - std::min(first_tick_ - 1, std::max(reach, 1U)));
}

uint32_t SpikeWatch::TickNow() const {
  const int64_t tick = absl::ToUnixSeconds(clock_.Now()) / absl::ToInt64Seconds(tick_);
  return static_cast<uint32_t>(std::clamp<int64_t>(tick, 1, UINT32_MAX));
}

void SpikeWatch::UpdateCodes() {
  if (!codes_changed_ && detector_.codes() == counters_.codes()) return;
  codes_changed_ = false;
  std::vector<WatchedCode> codes(counters_.codes());
  for (size_t slot = 0; slot < codes.size(); ++slot) {
    WatchedCode& watched = codes[slot];
    watched.other = slot == kOtherSlot;
    if (watched.other) continue;
    watched.code = counters_.code(slot);
    const CatalogCode* known = catalog_->Find(watched.code);
    if (known != nullptr) watched.action = known->action;
    watched.ignored = (known != nullptr && known->severity == "benign") ||
                      absl::c_linear_search(settings_.ignored_codes, watched.code);
  }
  detector_.SetCodes(std::move(codes));
  detector_.SetFirstCauses(catalog_->FirstCauses());
}

void SpikeWatch::Reset() {
  detector_ = Detector(settings_);
  detector_.NumberIncidentsFrom(RandomIncidentBase());
  save_whole_ = true;
  codes_changed_ = true;
  last_tick_ = 0;
  reader_.reset();
  Publish(SpikeReport(), absl::ZeroDuration());
}

void SpikeWatch::Publish(SpikeReport report, absl::Duration tick_duration) {
  const auto incidents =
      absl::c_count_if(report.incidents, [](const Incident& incident) { return incident.active; });
  const DetectorStats stats{tick_duration, report.series, static_cast<uint64_t>(incidents)};
  // The old snapshot is freed after unlocking, unless a reader still has it.
  auto snapshot = std::make_shared<const SpikeReport>(std::move(report));
  absl::MutexLock lock(&published_mutex_);
  report_.swap(snapshot);
  stats_ = stats;
}

void SpikeWatch::Load(const std::vector<DetectorPage>& pages) {
  if (pages.empty()) return;
  absl::Status status;
  {
    absl::MutexLock lock(&mutex_);
    status = detector_.Load(pages);
    for (size_t id = 0; status.ok() && id < detector_.places(); ++id) {
      // The detector's rows are the first rows of the counters.
      if (id < counters_.places() && detector_.place(id) == counters_.place(id).place()) continue;
      status = absl::DataLossError("the saved state belongs to other counters");
    }
    for (size_t slot = 0; status.ok() && slot < detector_.codes(); ++slot) {
      // Its columns are the first columns of the counters.
      const bool other = slot == kOtherSlot;
      if (slot < counters_.codes() && (other || detector_.code(slot) == counters_.code(slot))) {
        continue;
      }
      status = absl::DataLossError(
          absl::StrCat("state.db, detector_pages: column ", slot, " is not that of the counters"));
    }
    // States of versions that counted incidents from 1.
    if (status.ok() && detector_.last_incident() < kRandomMin * kIncidentsOfOne) {
      detector_.NumberIncidentsFrom(RandomIncidentBase());
    }
    if (status.ok()) {
      save_whole_ = false;
      Publish(detector_.Report(), absl::ZeroDuration());
    } else {
      Reset();
    }
  }
  if (!status.ok()) LogReset(status);
}

void SpikeWatch::SetCatalog(const Catalog& catalog) {
  auto next = std::make_shared<const Catalog>(catalog);
  absl::MutexLock lock(&mutex_);
  catalog_.swap(next);
  codes_changed_ = true;
}

void SpikeWatch::SetSettings(const DetectSettings& settings) {
  absl::MutexLock lock(&mutex_);
  settings_ = settings;
  settings_.tick = tick_;
  detector_.SetSettings(settings_);
  codes_changed_ = true;
}

SpikeWatch::Saved SpikeWatch::Save(bool changed_only) {
  absl::MutexLock lock(&mutex_);
  Saved out;
  out.whole = std::exchange(save_whole_, false) || !changed_only;
  out.pages = detector_.Save(!out.whole);
  return out;
}

std::optional<ExplainedCode> SpikeWatch::Explain(int32_t code, bool other) {
  std::optional<CodeView> view;
  {
    absl::MutexLock lock(&mutex_);
    view = detector_.ViewOf(code, other);
  }
  if (!view.has_value()) return std::nullopt;
  return view->Explain();
}

SpikeSnapshot SpikeWatch::Report() const {
  absl::MutexLock lock(&published_mutex_);
  return report_;
}

DetectorStats SpikeWatch::stats() const {
  absl::MutexLock lock(&published_mutex_);
  return stats_;
}

}  // namespace gmewatch
