#include "daemon/triage/trust.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/model/loss_reason.h"
#include "daemon/model/reject_reason.h"
#include "daemon/triage/numbers_text.h"
#include "daemon/triage/timestamp.h"

namespace gmewatch {
namespace {

// A counter reads its log up to the end every ten seconds or more often.
constexpr absl::Duration kLogBehindMax = absl::Seconds(20);

// Late events are worth a warning above this share of all, if there are this many.
constexpr double kLateShare = 0.02;
constexpr uint64_t kLateMin = 10;
// A limit is worth a warning from this share of it on.
constexpr double kNearLimit = 0.9;
// A daemon that has run for less than this has gaps in its history.
constexpr absl::Duration kYoung = absl::Hours(1);

// What a reason to reject means for the numbers, and what to do.
absl::string_view MeaningOf(RejectReason reason) {
  switch (reason) {
    case RejectReason::kInvalid:
      return "their clients break a rule of the protocol, and their counts are lost for good";
    case RejectReason::kUnauthenticated:
      return "no key or a wrong key: games that use it are not counted at all";
    case RejectReason::kPermissionDenied:
      return "an app or region that is not in the settings is not counted at all";
    case RejectReason::kOverloaded:
      return "too much was waiting for the log; clients send them again";
    case RejectReason::kSessionLimit:
      return "no room for new sessions; clients send them again, see limits.max_sessions";
    case RejectReason::kLogFailed:
      return "the log could not be written; clients send them again. Check the disk of the "
             "state directory";
    case RejectReason::kStopping:
      return "gmewatchd was stopping; clients send them again";
    case RejectReason::kQuota:
      return "someone sent more than a quota allows; clients send them again, see quotas in the "
             "settings";
    case RejectReason::kSeriesFull:
      return "a series has counted 2^52 events, its counts are lost; gmectl forget begins it again";
  }
  return "";
}

// The worst first.
constexpr RejectReason kWorstFirst[] = {
    RejectReason::kLogFailed,        RejectReason::kSeriesFull,      RejectReason::kOverloaded,
    RejectReason::kSessionLimit,     RejectReason::kUnauthenticated, RejectReason::kQuota,
    RejectReason::kPermissionDenied, RejectReason::kInvalid,         RejectReason::kStopping};
static_assert(std::size(kWorstFirst) == kRejectReasons);

void WarnOfRejections(const RecentNumbers& recent, v1::Trust* out) {
  for (const RejectReason reason : kWorstFirst) {
    const uint64_t events = recent.rejected[static_cast<size_t>(reason)];
    if (events == 0) continue;
    const auto count = static_cast<double>(events);
    out->set_refused_events(out->refused_events() + count);
    out->add_warnings(absl::StrCat(CountText(count), " events rejected in the last ten minutes (",
                                   RejectReasonLabel(reason), "): ", MeaningOf(reason), "."));
  }
}

void WarnOfLosses(const RecentNumbers& recent, v1::Trust* out) {
  std::string reasons;
  for (size_t reason = 0; reason < kLossReasons; ++reason) {
    const auto count = static_cast<double>(recent.lost[reason]);
    if (count == 0) continue;
    out->set_lost_events(out->lost_events() + count);
    absl::StrAppend(&reasons, reasons.empty() ? "" : ", ", kLossReasonLabels[reason], " ",
                    CountText(count));
  }
  if (reasons.empty()) return;
  out->add_warnings(absl::StrCat("Clients report that they lost ", CountText(out->lost_events()),
                                 " events in the last ten minutes (", reasons,
                                 "): the true counts are higher."));
}

void WarnOfLimit(absl::string_view what, absl::string_view beyond, uint64_t now, uint64_t limit,
                 v1::Trust* out) {
  if (limit == 0 || static_cast<double>(now) < kNearLimit * static_cast<double>(limit)) return;
  out->add_warnings(absl::StrCat(CountText(static_cast<double>(now)), " of at most ",
                                 CountText(static_cast<double>(limit)), " ", what, ": ", beyond,
                                 "."));
}

void WarnOfLog(const DaemonState& state, v1::Trust* out) {
  if (!state.reads_log) return;
  if (!state.log_behind.has_value()) {
    out->add_warnings(
        "This counter has not read the log up to its end yet: newer reports are not counted here.");
  } else if (*state.log_behind > kLogBehindMax) {
    out->add_warnings(absl::StrCat(
        "Counted up to ", absl::FormatDuration(absl::Trunc(*state.log_behind, absl::Seconds(1))),
        " ago: this counter cannot read the log at present."));
  }
}

}  // namespace

v1::Trust TrustOf(const DaemonState& state, const RecentNumbers& recent, absl::Time now) {
  v1::Trust out;
  out.set_counted_events(static_cast<double>(recent.counted));
  out.set_late_events(static_cast<double>(recent.late));
  *out.mutable_running_since() = TimestampOf(absl::ToUnixSeconds(state.running_since));
  if (!state.ready) {
    out.add_warnings("gmewatchd accepts no batches right now: new reports are not counted yet.");
  }
  WarnOfLog(state, &out);
  WarnOfRejections(recent, &out);
  if (state.checkpoint_failed) {
    out.add_warnings(
        "The last checkpoint could not be written: counts are safe in the log, which grows. Check "
        "the disk of the state directory.");
  }
  WarnOfLosses(recent, &out);
  if (recent.late >= kLateMin && out.late_events() > kLateShare * out.counted_events()) {
    out.add_warnings(absl::StrCat(PercentText(out.late_events() / out.counted_events()),
                                  " of the events of the last ten minutes were more than ten "
                                  "minutes old on arrival: they are "
                                  "in the totals, but in no rate and no spike."));
  }
  WarnOfLimit("sessions", "at the limit new clients are rejected until old sessions expire",
              state.sessions, state.sessions_limit, &out);
  WarnOfLimit("pairs of app and region",
              "beyond the limit the region, then the app, is counted as \"other\"",
              state.app_regions, state.app_regions_limit, &out);
  if (state.reload_failed) {
    out.add_warnings(
        "The last reload of the settings failed: the settings before it stay in force. The log of "
        "gmewatchd says why.");
  }
  const absl::Duration age = now - state.running_since;
  if (age < kYoung) {
    out.add_warnings(absl::StrCat("gmewatchd has run for ", DurationText(age),
                                  ": the last hour and day may have a gap before that, and it is "
                                  "not known who reported a code "
                                  "before that."));
  }
  return out;
}

}  // namespace gmewatch
