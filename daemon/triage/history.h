// What was counted in the last hour by minutes and in the last day by quarters of an hour, by code
// and for the daemon as a whole, from sums that only grow.
//
// Thread safety: none. Times are in seconds since 1970, rates in events per second. Late events are
// counted apart, because it is not known when they happened. Memory: 1.4 KB for each code that was
// seen.
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

// The numbers of a code now.
struct CodeNumbers {
  double rate = 0;  // in the last minute
  uint64_t events_5m = 0;
  uint64_t events_1h = 0;
  uint64_t events_24h = 0;
  uint64_t events_total = 0;  // with late ones
  uint64_t sessions_total = 0;
  // The minutes in which it was first and last seen, late events included; 0 if that was before
  // this history began.
  int64_t first_seen_s = 0;
  int64_t last_seen_s = 0;
};

// Events of the last ten minutes.
struct RecentNumbers {
  uint64_t counted = 0;  // errors, with late ones
  uint64_t late = 0;
  std::array<uint64_t, kLossReasons> lost{};
  std::array<uint64_t, kRejectReasons> rejected{};
};

class History {
 public:
  static constexpr size_t kHourSteps = 60;
  static constexpr size_t kDaySteps = 96;

  // Counts what the sums gained since the last call. The first call only sets where counting
  // begins. If more than kGapSeconds passed, the steps in between are missing and the gain goes to
  // the newer minute. If the clock went back by more than kBackSeconds, all steps are cleared.
  void Add(const CounterSums& sums, const RejectedByReason& rejected, int64_t now_s);
  static constexpr int64_t kGapSeconds = 60;
  static constexpr int64_t kBackSeconds = 600;

  // How many codes Add has met; a code is known by its slot in the counters.
  size_t codes() const { return codes_.size(); }
  CodeNumbers Numbers(size_t slot) const;
  // Some counters began again at zero: what they count from now on is a gain.
  void Forget(const CounterSums& sums);

  StepCounts Hour(size_t slot) const { return minutes_.Last(SeriesOf(slot), kHourSteps); }
  StepCounts Day(size_t slot) const { return quarters_.Last(SeriesOf(slot), kDaySteps); }
  RecentNumbers Recent() const;
  // The time of the last Add; 0 before it.
  int64_t last_s() const { return last_s_; }

  // Writes everything but the codes' numbers (TriageCode.code), because it knows only their slots.
  void Save(internal::TriageHistory* out) const;
  // Replaces everything by what was saved. DataLoss, and nothing changed: the record is from
  // another version or damaged.
  absl::Status Load(const internal::TriageHistory& in);

 private:
  // Series of the grids. A code's series has the number of its slot; these follow, and then the
  // further slots: so a history of a version that had no more than the first ones is read.
  static constexpr size_t kFirstSlots = 192;
  static constexpr size_t kCountedSeries = kFirstSlots;
  static constexpr size_t kLateSeries = kCountedSeries + 1;
  // The number between is not used any more: saved histories may have successes there.
  static constexpr size_t kLostSeries = kLateSeries + 2;
  static constexpr size_t kRejectedSeries = kLostSeries + kLossReasons;
  static constexpr size_t kFirstSeries = kRejectedSeries + kRejectReasons;
  static constexpr size_t kSeries = kFirstSeries + kCodeSlotsMax - kFirstSlots;
  static size_t SeriesOf(size_t slot) {
    return slot < kFirstSlots ? slot : slot - kFirstSlots + kFirstSeries;
  }

  struct Code {
    CounterSums::Code sums;
    int64_t first_seen_s = 0;
    int64_t last_seen_s = 0;
  };
  // Moves the grids to the minute that the gain belongs to, and returns its first second.
  int64_t MoveTo(int64_t now_s);
  void Count(size_t series, uint64_t gain);
  // Returns what `sum` gained and stores it in `before`. 0 if `sum` is smaller: a sum that is read
  // while it is written may be a little behind.
  static uint64_t Gain(uint64_t sum, uint64_t* before);
  double RateOf(size_t slot) const;

  StepGrid minutes_{60, kHourSteps};
  StepGrid quarters_{900, kDaySteps};
  std::vector<Code> codes_;
  std::array<uint64_t, kLossReasons> lost_{};
  std::array<uint64_t, kRejectReasons> rejected_{};
  int64_t begin_s_ = 0;  // of the first Add, or of the first after a gap; 0 before it
  int64_t last_s_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_HISTORY_H_
