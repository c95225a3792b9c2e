#include "client/src/outbox.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace gmewatch::client {
namespace {

// A wrong key or a server without the service: an operator can correct that, waiting cannot.
bool NeedsAnOperator(absl::StatusCode code) {
  return code == absl::StatusCode::kUnauthenticated ||
         code == absl::StatusCode::kPermissionDenied || code == absl::StatusCode::kUnimplemented;
}

// The same for a user who waits: a gateway that finds the request wrong will not change its mind
// soon.
bool OnlyPeopleHelp(absl::StatusCode code) {
  return NeedsAnOperator(code) || code == absl::StatusCode::kInvalidArgument;
}

}  // namespace

Outbox::Outbox(const OutboxOptions& options, Session session, CodeTable* table, DetailList* details,
               uint32_t seed, absl::Duration now)
    : options_(options),
      session_(std::move(session)),
      table_(*table),
      details_(*details),
      backoff_(options.initial_backoff, options.max_backoff, seed),
      gathering_since_(now),
      tick_(now + options.first_flush_interval) {}

absl::Duration Outbox::NextAttempt() const {
  const absl::Duration allowed = std::max(server_allows_, backoff_ends_);
  return in_flight_.has_value() || expedited() ? allowed : std::max(allowed, tick_);
}

std::optional<OutgoingBatch> Outbox::Next(absl::Duration now) {
  if (in_flight_.has_value() && now - in_flight_made_ >= options_.session_horizon) GiveUp(now);
  if (!in_flight_.has_value()) MakeBatch(now);
  if (!in_flight_.has_value()) return std::nullopt;
  // Only the age changes between attempts: the server may have counted the batch already.
  in_flight_->age = now - in_flight_oldest_;
  ++stats_.batches_sent;
  return OutgoingBatch{in_flight_->sequence, Encode(session_, *in_flight_)};
}

void Outbox::MakeBatch(absl::Duration now) {
  if (tick_ <= now) {
    // The first interval is the same for all clients. The second is random, so that clients that
    // were started together do not report in step.
    const absl::Duration interval =
        ticked_ ? options_.flush_interval : backoff_.PartOf(options_.flush_interval);
    ticked_ = true;
    tick_ += interval;
    if (tick_ <= now) tick_ = now + options_.flush_interval;
  }
  const uint64_t overflow = table_.TakeOverflow();
  losses_.Add(LossReason::kTooManyCodes, overflow);
  stats_.lost_events = SaturatingAdd(stats_.lost_events, overflow);

  Batch batch;
  uint64_t events = 0;
  table_.Take(kEventsMax, [&](int32_t code, uint64_t count) {
    batch.counts.push_back({code, static_cast<uint32_t>(count)});
    events += count;
  });
  const bool empty = events == 0 && !losses_.HasUnreported();
  const absl::Duration oldest = gathering_since_;
  // Events that did not fit into this batch are as old as those that did.
  if (table_.Events() == 0 || empty) gathering_since_ = now;
  if (empty) return;

  losses_.AttachTo(&batch);
  details_.MoveTo(&batch);
  batch.sequence = settled_sequence_ + 1;
  in_flight_ = std::move(batch);
  in_flight_events_ = events;
  in_flight_made_ = now;
  in_flight_oldest_ = oldest;
}

void Outbox::Settle(absl::Duration now, const Outcome& outcome) {
  if (!in_flight_.has_value()) return;
  if (outcome.min_interval.has_value()) {
    min_interval_ = std::clamp(*outcome.min_interval, absl::ZeroDuration(), kServerPauseMax);
  }
  if (outcome.status.ok() && outcome.acknowledged_sequence >= in_flight_->sequence) {
    Acknowledged(now);
  } else if (outcome.rejected || (options_.fail_fast && OnlyPeopleHelp(outcome.status.code()))) {
    SetLastError(outcome.status);
    Rejected(now);
  } else {
    Retry(now, outcome);
  }
}

void Outbox::SetLastError(const absl::Status& status) {
  stats_.last_error = status.ok() ? "" : status.ToString();
  stats_.last_error_code = static_cast<int>(status.code());
}

void Outbox::Settled(absl::Duration now) {
  settled_sequence_ = in_flight_->sequence;
  in_flight_.reset();
  in_flight_events_ = 0;
  server_allows_ = std::max(server_allows_, now + min_interval_);
}

void Outbox::Acknowledged(absl::Duration now) {
  stats_.acknowledged_events += in_flight_events_;
  SetLastError(absl::OkStatus());
  losses_.Commit();
  backoff_.Reset();
  tried_new_key_ = false;
  Settled(now);
}

void Outbox::Rejected(absl::Duration now) {
  stats_.rejected_events += in_flight_events_;
  losses_.Rollback();
  losses_.Add(LossReason::kRejected, in_flight_events_);
  Settled(now);
  // Back-off, so that a server that rejects everything gets fewer and fewer batches.
  last_failure_ = now;
  backoff_ends_ = now + backoff_.Next();
}

void Outbox::GiveUp(absl::Duration now) {
  stats_.lost_events = SaturatingAdd(stats_.lost_events, in_flight_events_);
  losses_.Rollback();
  losses_.Add(LossReason::kExpired, in_flight_events_);
  Settled(now);
}

void Outbox::Retry(absl::Duration now, const Outcome& outcome) {
  ++stats_.batches_failed;
  SetLastError(outcome.status.ok()
                   ? absl::UnavailableError(absl::StrCat("the server acknowledged batch ",
                                                         outcome.acknowledged_sequence,
                                                         ", not yet ", in_flight_->sequence))
                   : outcome.status);
  last_failure_ = now;
  // A Flush has no time to wait for an operator.
  const bool wait_for_operator = NeedsAnOperator(outcome.status.code()) && !expedited();
  const absl::Duration pause = wait_for_operator ? backoff_.Longest() : backoff_.Next();
  // The jitter is added to the server's delay, because all clients get the same one.
  server_allows_ = now + outcome.retry_delay.value_or(outcome.status.ok() ? min_interval_
                                                                          : absl::ZeroDuration());
  backoff_ends_ = server_allows_ + pause;
}

uint64_t Outbox::ExpediteFlush() {
  uint64_t last = settled_sequence_ + (in_flight_.has_value() ? 1 : 0);
  const uint64_t events = table_.Events();
  if (events > 0 || HasUnreportedLosses()) {
    // If one batch is not enough, each takes at least this many.
    constexpr uint64_t kTaken = kEventsMax - CodeTable::kCodesMax;
    last += events <= kEventsMax ? 1 : (events + kTaken - 1) / kTaken;
  }
  expedite_until_ = std::max(expedite_until_, last);
  if (expedited()) {
    backoff_.Reset();
    backoff_ends_ = std::min(backoff_ends_, last_failure_ + options_.initial_backoff);
  }
  return last;
}

void Outbox::RetryWithNewKey() {
  if (stats_.last_error_code != static_cast<int>(absl::StatusCode::kUnauthenticated)) return;
  if (std::exchange(tried_new_key_, true)) {
    // The new key was no better, and nor may the next one be.
    backoff_ends_ = server_allows_ + backoff_.Next();
    return;
  }
  backoff_.Reset();
  backoff_ends_ = server_allows_;
}

OutboxStats Outbox::Stats() const {
  OutboxStats stats = stats_;
  stats.lost_events = SaturatingAdd(stats.lost_events, table_.Overflow());
  stats.pending_events = in_flight_events_ + table_.Events();
  return stats;
}

}  // namespace gmewatch::client
