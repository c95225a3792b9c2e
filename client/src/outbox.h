// Makes batches, decides when to send them and what an answer means. At most one batch is in
// flight; it stays as it is until it is settled, while new counts gather for the next one.
//
// Thread safety: none; its owner locks. The table and the details may be written meanwhile; they
// must outlive the Outbox. It reads no clock: `now` is a monotonic time that never goes back from
// one call to the next.
#ifndef GMEWATCH_CLIENT_SRC_OUTBOX_H_
#define GMEWATCH_CLIENT_SRC_OUTBOX_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "client/src/backoff.h"
#include "client/src/batch.h"
#include "client/src/code_table.h"
#include "client/src/detail_list.h"
#include "client/src/losses.h"
#include "client/src/outcome.h"

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
  uint64_t rejected_events = 0;
  uint64_t lost_events = 0;
  uint64_t pending_events = 0;
  uint64_t batches_sent = 0;
  uint64_t batches_failed = 0;
  std::string last_error;
  int last_error_code = 0;
};

// The bytes of a ReportRequest, and its number.
struct OutgoingBatch {
  uint64_t sequence = 0;
  std::string bytes;
};

class Outbox {
 public:
  static constexpr uint64_t kEventsMax = 1'000'000;  // of a batch

  Outbox(const OutboxOptions& options, Session session, CodeTable* table, DetailList* details,
         uint32_t seed, absl::Duration now);
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // The time from which Next is to be called.
  absl::Duration NextAttempt() const;

  // Returns the batch in flight again; if nothing is in flight, a new batch; nothing without counts
  // and losses. Settle must follow before the next call.
  std::optional<OutgoingBatch> Next(absl::Duration now);

  // Takes the outcome of sending the batch that Next returned.
  void Settle(absl::Duration now, const Outcome& outcome);

  // Makes NextAttempt skip the interval, and the back-off beyond initial_backoff, until everything
  // that is pending now is settled; the server's delays still count. Returns the number of the last
  // batch of that.
  uint64_t ExpediteFlush();

  // There is another key: if the last attempt failed because of the key, the next one is due as
  // soon as the server allows it.
  void RetryWithNewKey();

  // Every batch up to this number is settled: acknowledged, rejected or given up.
  uint64_t settled_sequence() const { return settled_sequence_; }

  bool HasUnreportedLosses() const { return losses_.HasUnreported() || table_.Overflow() > 0; }

  OutboxStats Stats() const;

 private:
  bool expedited() const { return settled_sequence_ < expedite_until_; }
  void MakeBatch(absl::Duration now);
  // Records why an attempt failed; an OK status clears it.
  void SetLastError(const absl::Status& status);
  void Settled(absl::Duration now);
  void Acknowledged(absl::Duration now);
  void Rejected(absl::Duration now);
  void GiveUp(absl::Duration now);
  void Retry(absl::Duration now, const Outcome& outcome);

  const OutboxOptions options_;
  const Session session_;
  CodeTable& table_;
  DetailList& details_;
  Losses losses_;
  Backoff backoff_;
  OutboxStats stats_;

  std::optional<Batch> in_flight_;
  uint64_t in_flight_events_ = 0;
  absl::Duration in_flight_made_;    // the horizon counts from here
  absl::Duration in_flight_oldest_;  // `age` counts from here
  absl::Duration gathering_since_;   // no event in the table is older

  uint64_t settled_sequence_ = 0;
  uint64_t expedite_until_ = 0;

  // The next attempt is at the latest of these; the tick holds for new batches only and is skipped
  // while a flush is expedited.
  absl::Duration server_allows_ = -absl::InfiniteDuration();
  absl::Duration backoff_ends_ = -absl::InfiniteDuration();
  absl::Duration tick_;
  absl::Duration last_failure_ = -absl::InfiniteDuration();
  bool tried_new_key_ = false;   // since the last acknowledgement
  absl::Duration min_interval_;  // between two batches, as the server asked
  bool ticked_ = false;          // the first tick is over and the phase of the others chosen
};

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_OUTBOX_H_
