// Decides what to send next, when, and what an answer means: at most one batch is in flight, made
// once and kept as it is until it is settled, while new counts gather for the one after it.
//
// Thread safety: none; its owner locks. The table and the details may be written meanwhile. They
// must outlive the Outbox. It reads no clock: `now` is a monotonic time and never goes back from
// one call to the next.
#ifndef GMEWATCH_CLIENT_SRC_OUTBOX_H_
#define GMEWATCH_CLIENT_SRC_OUTBOX_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "client/src/backoff.h"
#include "client/src/code_table.h"
#include "client/src/detail_list.h"
#include "client/src/losses.h"
#include "client/src/outcome.h"
#include "gmewatch/v1/error_reporting.pb.h"

namespace gmewatch::client {

// As in ReporterOptions; in range.
struct OutboxOptions {
  absl::Duration flush_interval;
  absl::Duration first_flush_interval;
  absl::Duration initial_backoff;
  absl::Duration max_backoff;
  absl::Duration session_horizon;
  bool fail_fast = false;
};

// As in ReporterStats.
struct OutboxStats {
  uint64_t acknowledged_events = 0;
  uint64_t refused_events = 0;
  uint64_t lost_events = 0;
  uint64_t pending_events = 0;
  uint64_t batches_sent = 0;
  uint64_t batches_failed = 0;
  std::string last_error;
  int last_error_code = 0;
};

class Outbox {
 public:
  static constexpr uint64_t kCountMax = 1'000'000'000;

  Outbox(const OutboxOptions& options, v1::Session session, CodeTable* table, DetailList* details,
         uint32_t seed, absl::Duration now);
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // The time from which Next is to be called.
  absl::Duration NextAttempt() const;

  // What to send now: the batch in flight again or, where none is, a new one; nothing where there
  // is nothing to say. Settle must follow before the next call.
  std::optional<v1::ReportRequest> Next(absl::Duration now);

  // What became of the batch that Next gave.
  void Settle(absl::Duration now, const Outcome& outcome);

  // Sends all that is there now without waiting for the interval, and as soon as the server and the
  // shortest back-off allow. Returns the batch whose settlement means that it is done.
  uint64_t ExpediteFlush();

  // Every batch up to this number is acknowledged, refused or given up.
  uint64_t settled_sequence() const { return settled_sequence_; }

  bool HasUnreportedLosses() const { return losses_.HasUnreported() || table_.Overflow() > 0; }

  OutboxStats Stats() const;

 private:
  bool hurrying() const { return settled_sequence_ < hurry_until_; }
  void MakeBatch(absl::Duration now);
  // Records why an attempt failed; an OK status clears it.
  void SetLastError(const absl::Status& status);
  void Settled(absl::Duration now);
  void Acknowledged(absl::Duration now);
  void Refused(absl::Duration now);
  void GiveUp(absl::Duration now);
  void Retry(absl::Duration now, const Outcome& outcome);

  const OutboxOptions options_;
  const v1::Session session_;
  CodeTable& table_;
  DetailList& details_;
  Losses losses_;
  Backoff backoff_;
  OutboxStats stats_;

  std::optional<v1::ReportRequest> in_flight_;
  uint64_t in_flight_events_ = 0;
  absl::Duration in_flight_made_;    // the horizon counts from here
  absl::Duration in_flight_oldest_;  // `age` counts from here
  absl::Duration gathering_since_;   // no event in the table is older

  uint64_t settled_sequence_ = 0;
  uint64_t hurry_until_ = 0;

  // No attempt before all of these, but for the tick: that is for new batches and may be hurried.
  absl::Duration server_allows_ = -absl::InfiniteDuration();
  absl::Duration backoff_ends_ = -absl::InfiniteDuration();
  absl::Duration tick_;
  absl::Duration last_failure_ = -absl::InfiniteDuration();
  absl::Duration min_interval_;  // between two batches, as the server asked
  bool ticked_ = false;          // the first tick is over, and the phase of the others chosen
};

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_OUTBOX_H_
