// Counts of the last 60 minutes and of the clock hours before, from ticks with gaps.
//
// Thread safety: none. Memory: one number for each tick of an hour, two for each kept hour. A tick
// is at most an hour long.
#ifndef GMEWATCH_TESTS_EVALUATION_HOURLY_COUNTS_H_
#define GMEWATCH_TESTS_EVALUATION_HOURLY_COUNTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gmewatch::detect_eval {

class HourlyCounts {
 public:
  struct Hour {
    int64_t index = 0;  // hours since tick 0
    double count = 0;
    double covered = 0;  // the share of its ticks that had data
  };

  HourlyCounts(double tick_seconds, size_t hours_kept);

  // Returns true if the tick is the first of a new clock hour, so that hours() has changed.
  bool Add(int64_t tick, uint64_t count);

  // The count and the ticks with data of the 60 minutes that end with the newest tick.
  double last_hour() const { return sum_; }
  int64_t last_hour_ticks() const { return present_; }

  // The clock hour of the newest tick, so far.
  const Hour& this_hour() const { return now_; }

  // The finished clock hours, oldest first, without holes: an hour without data has a count of 0.
  const std::vector<Hour>& hours() const { return hours_; }

  int64_t ticks_per_hour() const { return ticks_per_hour_; }

 private:
  // Advances the ring to `tick`; ticks an hour older are dropped.
  void MoveTo(int64_t tick);
  void StartHour(int64_t index);

  const int64_t ticks_per_hour_;
  const size_t hours_kept_;
  const double tick_share_;    // of an hour
  std::vector<int64_t> ring_;  // the counts of the last hour's ticks, -1 without data
  size_t place_ = 0;           // of the newest tick in the ring
  int64_t tick_ = 0;           // the newest one
  int64_t hour_end_ = 0;       // the first tick after `now_`
  double sum_ = 0;
  int64_t present_ = 0;
  bool started_ = false;
  Hour now_;
  std::vector<Hour> hours_;
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_EVALUATION_HOURLY_COUNTS_H_
