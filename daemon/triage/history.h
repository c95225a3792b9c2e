// What was counted in the last hour by minutes and in the last day by quarters of an hour, by code
// and for the daemon as a whole; fed with sums that only grow.
//
// Thread safety: none. Times are in seconds since 1970, rates in events a second. Late events are
// counted apart: when they happened is not known. Memory: 1.4 KB a code that was seen.
#ifndef GMEWATCH_DAEMON_TRIAGE_HISTORY_H_
#define GMEWATCH_DAEMON_TRIAGE_HISTORY_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "daemon/model/epoch.h"
#include "daemon/model/limits.h"
#include "daemon/triage/counter_sums.h"
#include "daemon/triage/step_grid.h"
#include "gmewatch/internal/triage_history.pb.h"

namespace gmewatch {

// A code's numbers now; by slot of the counters.
struct CodeNumbers {
  double rate = 0;  // of the last minute
  uint64_t events_5m = 0;
  uint64_t events_1h = 0;
  uint64_t events_24h = 0;
  uint64_t events_total = 0;  // late ones too
  uint64_t sessions_total = 0;
  // The minutes in which it was first and last seen, late events too; 0: not since this remembers.
  int64_t first_seen_s = 0;
  int64_t last_seen_s = 0;
};

// Of the last ten minutes.
struct RecentNumbers {
  uint64_t counted = 0;  // errors, late ones too
  uint64_t late = 0;
  uint64_t successes = 0;
  std::array<uint64_t, kLossReasons> lost{};
  std::array<uint64_t, kRejectReasons> refused{};
};

class History {
 public:
  static constexpr size_t kHourSteps = 60;
  static constexpr size_t kDaySteps = 96;

  // What the sums gained since the last call happened in between. The first call is where counting
  // begins. More than kGapSeconds between two calls: what is between is missing, and the gain is
  // the newer minute's. A clock that went back by more than kBackSeconds: all steps are anew.
  void Add(const CounterSums& sums, const RejectedByReason& refused, int64_t now_s);
  static constexpr int64_t kGapSeconds = 60;
  static constexpr int64_t kBackSeconds = 600;

  // Codes that were there at an Add.
  size_t codes() const { return codes_.size(); }
  CodeNumbers Numbers(size_t slot) const;
  StepCounts Hour(size_t slot) const { return minutes_.Last(slot, kHourSteps); }
  StepCounts Day(size_t slot) const { return quarters_.Last(slot, kDaySteps); }
  RecentNumbers Recent() const;
  // Of the last Add, 0 before it.
  int64_t last_s() const { return last_s_; }

  // All but the numbers of the codes, which it knows by their slots.
  void Save(internal::TriageHistory* out) const;
  // Goes on from it, in place of all that is there. DataLoss, and nothing changed: it is of another
  // version or damaged.
  absl::Status Load(const internal::TriageHistory& in);

 private:
  // Of the grids: those of the codes have the numbers of their slots, the others follow.
  static constexpr size_t kCountedSeries = kCodeSlotsMax;
  static constexpr size_t kLateSeries = kCountedSeries + 1;
  static constexpr size_t kSuccessSeries = kLateSeries + 1;
  static constexpr size_t kLostSeries = kSuccessSeries + 1;
  static constexpr size_t kRefusedSeries = kLostSeries + kLossReasons;
  static constexpr size_t kSeries = kRefusedSeries + kRejectReasons;

  struct Code {
    CounterSums::Code sums;
    int64_t first_seen_s = 0;
    int64_t last_seen_s = 0;
  };
  // The minute to which what was gained belongs; the grids stand there.
  int64_t MoveTo(int64_t now_s);
  void Count(size_t series, uint64_t gain);
  // What `sum` gained, and remembers it. A sum read while it is written may be a little behind.
  static uint64_t Gain(uint64_t sum, uint64_t* before);
  double RateOf(size_t slot) const;

  StepGrid minutes_{60, kHourSteps};
  StepGrid quarters_{900, kDaySteps};
  std::vector<Code> codes_;
  uint64_t successes_ = 0;
  std::array<uint64_t, kLossReasons> lost_{};
  std::array<uint64_t, kRejectReasons> refused_{};
  int64_t begin_s_ = 0;  // of the first Add, or of the first after a gap; 0 before it
  int64_t last_s_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_HISTORY_H_
