#include "daemon/spike_watch.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/base/log.h"
#include "daemon/model/code_label.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

// A clock that was set back by more than this makes the detector begin anew; for less it waits.
constexpr absl::Duration kBackMax = absl::Minutes(10);

std::string Text(const SpikePlace& where) {
  return absl::StrCat(CodeLabel(where.code, where.other_code), " in ", where.place.region, " of ",
                      where.place.app);
}

std::string Rate(double per_second) { return absl::StrCat(per_second, "/s"); }

}  // namespace

SpikeWatch::SpikeWatch(const DetectSettings& settings, const Counters& counters, Clock& clock)
    : counters_(counters),
      clock_(clock),
      tick_(settings.tick),
      settings_(settings),
      detector_(settings),
      catalog_(Catalog::Embedded()) {}

SpikeWatch::~SpikeWatch() { Stop(); }

void SpikeWatch::Load(const std::vector<DetectorPage>& pages) {
  if (pages.empty()) return;
  absl::MutexLock lock(&mutex_);
  absl::Status status = detector_.Load(pages);
  for (size_t id = 0; status.ok() && id < detector_.places(); ++id) {
    // Its rows are the first of the counters'.
    if (id < counters_.places() && detector_.place(id) == counters_.place(id).place()) continue;
    status = absl::DataLossError("the detector's memory is of other counters");
  }
  if (!status.ok()) {
    BeginAnew(status.message());
    return;
  }
  save_whole_ = false;
  report_ = detector_.Report();
}

void SpikeWatch::BeginAnew(absl::string_view why) {
  LogError("the detector of spikes begins anew; it needs some days to know what is usual",
           {{"why", std::string(why)}});
  detector_ = Detector(settings_);
  report_ = SpikeReport();
  save_whole_ = true;
  codes_changed_ = true;
  last_tick_ = 0;
  reader_.reset();
}

void SpikeWatch::SetCatalog(const Catalog& catalog) {
  absl::MutexLock lock(&mutex_);
  catalog_ = catalog;
  codes_changed_ = true;
}

void SpikeWatch::SetSettings(const DetectSettings& settings) {
  absl::MutexLock lock(&mutex_);
  settings_ = settings;
  settings_.tick = tick_;  // which changes with the next start only, as the reload's log says
  detector_.SetSettings(settings_);
  codes_changed_ = true;
}

void SpikeWatch::Start() { thread_ = std::thread(&SpikeWatch::Run, this); }

void SpikeWatch::Stop() {
  if (!thread_.joinable()) return;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

uint32_t SpikeWatch::TickNow() const {
  const int64_t tick = absl::ToUnixSeconds(clock_.Now()) / absl::ToInt64Seconds(tick_);
  return static_cast<uint32_t>(std::clamp<int64_t>(tick, 1, UINT32_MAX));
}

void SpikeWatch::Run() {
  for (;;) {
    Look();
    const absl::Time now = clock_.Now();
    const absl::Duration past = (now - absl::UnixEpoch()) % tick_;
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), tick_ - past)) return;
  }
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
  first_tick_ += static_cast<uint32_t>(absl::Ceil(kSettleTime, tick_) / tick_);
  if (last_tick_ > now) return;  // the clock went back meanwhile; Look waits
  // What is older than kLateAge comes as late, so the time that the first look stands for ends
  // there.
  const auto reach = static_cast<uint32_t>(kLateAge / tick_);
  last_tick_ = std::max(last_tick_, first_tick_ - std::min(first_tick_ - 1, std::max(reach, 1U)));
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
    const CatalogCode* known = catalog_.Find(watched.code);
    if (known != nullptr) watched.action = known->action;
    watched.ignored = (known != nullptr && known->severity == "benign") ||
                      absl::c_linear_search(settings_.ignored_codes, watched.code);
  }
  detector_.SetCodes(std::move(codes));
  detector_.SetFirstCauses(catalog_.FirstCauses());
}

void SpikeWatch::Look() {
  const absl::Duration begin = clock_.Monotonic();
  absl::MutexLock lock(&mutex_);
  if (!reader_.has_value()) Begin();
  const uint32_t tick = TickNow();
  if (tick + kBackMax / tick_ < last_tick_) {
    BeginAnew("the clock went back");
    return;
  }
  // The clock went back a little: what comes until it is there again belongs to ticks that were
  // looked at already.
  if (tick <= last_tick_) reader_->Read();
  // The tick that runs is not over; the one before it is.
  if (tick <= last_tick_ + 1 || tick <= first_tick_) return;
  const uint32_t done = tick - 1;
  // Rows first: a row that comes now has no gains yet, or they come with the next look.
  const std::vector<CellGain>& gains = reader_->Read();
  UpdateCodes();
  for (size_t id = detector_.places(); id < counters_.places(); ++id) {
    detector_.AddPlace(counters_.place(id).place());
  }
  detector_.Tick(done, done - last_tick_, gains);
  last_tick_ = done;
  SpikeReport report = detector_.Report();
  Tell(report_, report);
  report_ = std::move(report);
  last_duration_ = clock_.Monotonic() - begin;
}

std::string SpikeWatch::NameOf(const SpikePlace& where) const {
  const CatalogCode* known = where.other_code ? nullptr : catalog_.Find(where.code);
  return known == nullptr ? "" : known->name;
}

void SpikeWatch::Tell(const SpikeReport& before, const SpikeReport& after) {
  const auto was_active = [&before](const Spike& spike) {
    return absl::c_any_of(before.spikes, [&spike](const Spike& old) {
      return old.where == spike.where && old.retry_loop == spike.retry_loop && old.active;
    });
  };
  for (const Spike& spike : after.spikes) {
    if (spike.active == was_active(spike)) continue;
    const std::string what = spike.retry_loop ? "a retry loop" : "a spike";
    LogInfo(absl::StrCat(what, spike.active ? " begins" : " is over"),
            {{"where", Text(spike.where)},
             {"name", NameOf(spike.where)},
             {"observed", Rate(spike.observed_rate)},
             {"expected", Rate(spike.expected_rate)}});
  }
  for (const Incident& incident : after.incidents) {
    const auto old = absl::c_find_if(
        before.incidents, [&incident](const Incident& other) { return other.id == incident.id; });
    const size_t members = old == before.incidents.end() ? 0 : old->members.size();
    const bool was_open = old != before.incidents.end() && old->active;
    if (incident.active == was_open && incident.members.size() == members) continue;
    LogInfo(incident.active ? "an incident" : "an incident is over",
            {{"id", absl::StrCat(incident.id)},
             {"app", incident.place.app},
             {"region", incident.place.region},
             {"codes", absl::StrJoin(incident.members, ", ",
                                     [](std::string* out, const SpikePlace& member) {
                                       absl::StrAppend(out, Text(member));
                                     })},
             {"likely_cause", CauseLabel(incident)},
             {"action", incident.cause_action}});
  }
}

SpikeReport SpikeWatch::Report() const {
  absl::MutexLock lock(&mutex_);
  return report_;
}

SpikeWatch::Saved SpikeWatch::Save(bool changed_only) {
  absl::MutexLock lock(&mutex_);
  Saved out;
  out.whole = std::exchange(save_whole_, false) || !changed_only;
  out.pages = detector_.Save(!out.whole);
  return out;
}

SpikeWatch::Stats SpikeWatch::stats() const {
  absl::MutexLock lock(&mutex_);
  const auto active =
      absl::c_count_if(report_.incidents, [](const Incident& incident) { return incident.active; });
  return {last_duration_, report_.series, static_cast<uint64_t>(active)};
}

}  // namespace gmewatch
