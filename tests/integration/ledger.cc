#include "tests/integration/ledger.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace gmewatch {
namespace {

constexpr char kEvents[] = "gme_error_events_total";
constexpr char kSuccesses[] = "gme_success_events_total";
constexpr const char* kResults[] = {"counted", "duplicate", "rejected"};
// The reasons of rejections after which the batch is sent again.
constexpr const char* kRetryReasons[] = {"overloaded", "session_limit", "log_failed", "stopping"};
constexpr const char* kLossLabels[] = {"unspecified", "too_many_codes", "expired",
                                       "refused",  // allow(words): the name on the wire
                                       "spool_full"};
// What the ledger speaks of.
constexpr const char* kFamilies[] = {
    kEvents,    "gme_error_sessions_total", "gme_error_late_events_total",
    kSuccesses, "gme_sessions_total",       "gme_client_lost_events_total"};

const char* CategoryOf(int32_t code) {
  if (code == kReaderCode.code) return kReaderCode.category;
  for (const LedgerCode& known : kLedgerCodes) {
    if (known.code == code) return known.category;
  }
  return "unknown";
}

bool IsOfFamily(const std::string& series, const char* family) {
  return absl::StartsWith(series, absl::StrCat(family, "{"));
}

std::string LabelSeries(const char* family, const char* label, const std::string& value) {
  return absl::StrCat(family, "{", label, "=\"", value, "\"}");
}

// The sum of a family's series with these values of the label. One that is not there is zero.
template <size_t kValues>
double SumOf(const Samples& samples, const char* family, const char* label,
             const char* const (&values)[kValues]) {
  double sum = 0;
  for (const char* value : values) {
    sum += std::max(0.0, ValueOf(samples, LabelSeries(family, label, value)));
  }
  return sum;
}

}  // namespace

uint64_t EventsIn(const v1::ReportRequest& batch) {
  uint64_t events = 0;
  for (const uint32_t count : batch.counts()) events += count;
  return events;
}

std::string Differences::Text() const {
  constexpr size_t kShown = 20;
  const size_t shown = std::min(kShown, wrong.size());
  const auto end = wrong.begin() + static_cast<std::ptrdiff_t>(shown);
  return absl::StrCat("missing ", missing, ", surplus ", surplus, ", series that differ ",
                      wrong.size(), "\n", absl::StrJoin(wrong.begin(), end, "\n"));
}

void Ledger::Acknowledged(const v1::Session& session, const v1::ReportRequest& batch) {
  ++batches_;
  PlaceCounts& place = places_[{session.app(), session.region()}];
  place.sessions.insert(session.id());
  const bool late = batch.age().seconds() > 600;
  for (int i = 0; i < batch.codes_size(); ++i) {
    if (batch.codes(i) == kSuccessfulCode) {
      place.successes += batch.counts(i);
      continue;
    }
    Cell& cell = place.codes[batch.codes(i)];
    cell.events += batch.counts(i);
    if (late) cell.late += batch.counts(i);
    cell.sessions.insert(session.id());
  }
  for (const v1::ClientLoss& loss : batch.losses()) place.lost[loss.reason()] += loss.events();
}

void Ledger::AnsweredRejected(const std::string& reason, const v1::ReportRequest& batch) {
  ++rejected_[reason].answered.batches;
  rejected_[reason].answered.events += EventsIn(batch);
}

void Ledger::Unanswered(const std::string& reason, const v1::ReportRequest& batch) {
  ++unanswered_;
  if (reason.empty()) return;
  ++rejected_[reason].unanswered.batches;
  rejected_[reason].unanswered.events += EventsIn(batch);
}

void Ledger::Add(const Ledger& other) {
  for (const auto& [key, counts] : other.places_) {
    PlaceCounts& place = places_[key];
    place.successes += counts.successes;
    place.sessions.insert(counts.sessions.begin(), counts.sessions.end());
    for (const auto& [reason, events] : counts.lost) place.lost[reason] += events;
    for (const auto& [code, cell] : counts.codes) {
      place.codes[code].events += cell.events;
      place.codes[code].late += cell.late;
      place.codes[code].sessions.insert(cell.sessions.begin(), cell.sessions.end());
    }
  }
  for (const auto& [reason, counts] : other.rejected_) {
    for (const auto part : {&Rejections::answered, &Rejections::unanswered}) {
      (rejected_[reason].*part).batches += (counts.*part).batches;
      (rejected_[reason].*part).events += (counts.*part).events;
    }
  }
  batches_ += other.batches_;
  answered_ += other.answered_;
  answered_retry_ += other.answered_retry_;
  unanswered_ += other.unanswered_;
  surprises_.insert(surprises_.end(), other.surprises_.begin(), other.surprises_.end());
}

uint64_t Ledger::rejected() const {
  uint64_t batches = 0;
  for (const auto& [reason, counts] : rejected_) batches += counts.answered.batches;
  return batches;
}

std::map<std::string, uint64_t> Ledger::Events() const {
  std::map<std::string, uint64_t> events;
  for (const auto& [key, place] : places_) {
    for (const auto& [code, cell] : place.codes) {
      events[CodeSeries(kEvents, absl::StrCat(code), CategoryOf(code), key.second, key.first)] =
          cell.events;
    }
  }
  return events;
}

std::map<std::string, Ledger::Bounds> Ledger::Expected(LedgerLog log) const {
  const bool same_process = log == LedgerLog::kOwn;
  std::map<std::string, Bounds> expected;
  const auto exactly = [&expected](const std::string& series, uint64_t value) {
    expected[series] = {value, value};
  };
  for (const auto& [key, place] : places_) {
    const auto& [app, region] = key;
    for (const auto& [code, cell] : place.codes) {
      const auto series = [code = code, &region = region, &app = app](const char* family) {
        return CodeSeries(family, absl::StrCat(code), CategoryOf(code), region, app);
      };
      exactly(series(kEvents), cell.events);
      exactly(series("gme_error_late_events_total"), cell.late);
      exactly(series("gme_error_sessions_total"), cell.sessions.size());
    }
    exactly(PlaceSeries(kSuccesses, region, app), place.successes);
    exactly(PlaceSeries("gme_sessions_total", region, app), place.sessions.size());
    for (const auto& [reason, events] : place.lost) {
      exactly(absl::StrCat("gme_client_lost_events_total{reason=\"", kLossLabels[reason],
                           "\",region=\"", region, "\",app=\"", app, "\"}"),
              events);
    }
  }
  exactly("gmewatch_batches_total{result=\"counted\"}", batches_);
  uint64_t strangers = 0;
  for (const auto& [reason, counts] : rejected_) {
    const Count& low = counts.answered;
    if (reason == "unauthenticated" || reason == "permission_denied") {
      // Senders without a key: counted with the next commit, which a kill may prevent, and without
      // their events.
      strangers += low.batches;
      expected[LabelSeries("gmewatch_rejected_batches_total", "reason", reason)] = {
          0, low.batches + counts.unanswered.batches};
      exactly(LabelSeries("gmewatch_rejected_events_total", "reason", reason), 0);
      continue;
    }
    expected[LabelSeries("gmewatch_rejected_batches_total", "reason", reason)] = {
        low.batches, low.batches + counts.unanswered.batches};
    expected[LabelSeries("gmewatch_rejected_events_total", "reason", reason)] = {
        low.events, low.events + counts.unanswered.events};
  }
  // Every attempt that arrived is a counted batch, a duplicate or a rejection under one reason. A
  // process that was killed may not have written down its last answers of the kind "again, later".
  const uint64_t answered = answered_ + rejected() + (same_process ? answered_retry_ : 0);
  expected["received"] = {answered - strangers,
                          log == LedgerLog::kSharedByMany
                              ? UINT64_MAX / 2
                              : answered_ + rejected() + answered_retry_ + unanswered_};
  expected["rejected, to be sent again"] = {same_process ? answered_retry_ : 0,
                                            answered_retry_ + unanswered_};
  return expected;
}

Differences Ledger::Compare(const Samples& samples, LedgerLog log) const {
  Samples seen;
  for (const auto& [series, value] : samples) {
    for (const char* family : kFamilies) {
      if (IsOfFamily(series, family)) seen[series] = value;
    }
  }
  std::map<std::string, Bounds> expected = Expected(log);
  for (const auto& [series, bounds] : expected) seen[series] = ValueOf(samples, series);
  seen["received"] = SumOf(samples, "gmewatch_batches_total", "result", kResults);
  seen["rejected, to be sent again"] =
      SumOf(samples, "gmewatch_rejected_batches_total", "reason", kRetryReasons);

  Differences out;
  out.wrong = surprises_;
  for (const auto& [series, value] : seen) {
    const Bounds bounds = expected[series];  // no bounds: zero
    const auto low = static_cast<int64_t>(bounds.low);
    const auto high = static_cast<int64_t>(bounds.high);
    const auto counted = static_cast<int64_t>(value);
    if (counted >= low && counted <= high) continue;
    out.wrong.push_back(absl::StrCat(series, " is ", counted, ", the ledger has ", low,
                                     low == high ? "" : absl::StrCat(" to ", high)));
    if (!IsOfFamily(series, kEvents) && !IsOfFamily(series, kSuccesses)) continue;
    (counted < low ? out.missing : out.surplus) += counted < low ? low - counted : counted - high;
  }
  return out;
}

}  // namespace gmewatch
