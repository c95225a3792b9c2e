// The half of History and StepGrid that comes and goes with a checkpoint.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "daemon/triage/history.h"
#include "daemon/triage/step_grid.h"

namespace gmewatch {
namespace {

constexpr uint32_t kFormat = 1;

absl::Status Unreadable(absl::string_view why) {
  return absl::DataLossError(absl::StrCat("the history of counts ", why));
}

}  // namespace

void StepGrid::Save(internal::StepGridRecord* out) const {
  out->set_newest(newest_);
  out->mutable_known()->Add(known_.begin(), known_.end());
  for (size_t number = 0; number < events_.size(); ++number) {
    const std::vector<uint64_t>& events = events_[number];
    if (std::all_of(events.begin(), events.end(), [](uint64_t n) { return n == 0; })) continue;
    internal::SeriesRecord* series = out->add_series();
    series->set_number(static_cast<uint32_t>(number));
    series->mutable_events()->Add(events.begin(), events.end());
  }
}

bool StepGrid::Load(const internal::StepGridRecord& in, size_t series_max) {
  // Later than any clock would overflow when it is turned into seconds.
  constexpr int64_t kNewestMax = int64_t{1} << 40;
  const auto steps = static_cast<int>(known_.size());
  if (in.newest() < 0 || in.newest() > kNewestMax || in.known_size() != steps) return false;
  for (const internal::SeriesRecord& series : in.series()) {
    if (series.number() >= series_max || series.events_size() != steps) return false;
  }
  newest_ = in.newest();
  known_.assign(in.known().begin(), in.known().end());
  events_.clear();
  for (const internal::SeriesRecord& series : in.series()) {
    if (events_.size() <= series.number()) events_.resize(series.number() + 1);
    events_[series.number()].assign(series.events().begin(), series.events().end());
  }
  return true;
}

void History::Save(internal::TriageHistory* out) const {
  out->set_format(kFormat);
  out->set_series(kSeries);
  out->set_begin_s(begin_s_);
  out->set_last_s(last_s_);
  for (const Code& code : codes_) {
    internal::TriageCode* record = out->add_codes();
    record->set_events(code.sums.events);
    record->set_late(code.sums.late);
    record->set_in_time(code.sums.in_time);
    record->set_sessions(code.sums.sessions);
    record->set_first_seen_s(code.first_seen_s);
    record->set_last_seen_s(code.last_seen_s);
  }
  out->set_successes(successes_);
  out->mutable_lost()->Add(lost_.begin(), lost_.end());
  out->mutable_refused()->Add(refused_.begin(), refused_.end());
  minutes_.Save(out->mutable_minutes());
  quarters_.Save(out->mutable_quarters());
}

absl::Status History::Load(const internal::TriageHistory& in) {
  if (in.format() != kFormat) {
    return Unreadable(absl::StrCat("has format ", in.format(), "; this version reads ", kFormat));
  }
  if (in.series() != kSeries || in.lost_size() != static_cast<int>(kLossReasons) ||
      in.refused_size() != static_cast<int>(kRejectReasons)) {
    return Unreadable("is of another version, with other series");
  }
  History loaded;
  if (in.codes_size() > static_cast<int>(kCodeSlotsMax) || in.begin_s() <= 0 ||
      in.last_s() < in.begin_s() || !loaded.minutes_.Load(in.minutes(), kSeries) ||
      !loaded.quarters_.Load(in.quarters(), kSeries)) {
    return Unreadable("is damaged");
  }
  for (const internal::TriageCode& code : in.codes()) {
    loaded.codes_.push_back({{.events = code.events(),
                              .late = code.late(),
                              .in_time = code.in_time(),
                              .sessions = code.sessions()},
                             code.first_seen_s(),
                             code.last_seen_s()});
  }
  loaded.successes_ = in.successes();
  std::copy(in.lost().begin(), in.lost().end(), loaded.lost_.begin());
  std::copy(in.refused().begin(), in.refused().end(), loaded.refused_.begin());
  loaded.begin_s_ = in.begin_s();
  loaded.last_s_ = in.last_s();
  *this = std::move(loaded);
  return absl::OkStatus();
}

}  // namespace gmewatch
