// The count of the last 60 minutes and of the clock hours before, from ticks with gaps.
//
// Thread safety: none. Memory: one number a tick of an hour, two a kept hour. A tick is at most an
// hour.
#ifndef GMEWATCH_TESTS_BENCH_DETECT_HOURLY_COUNTS_H_
#define GMEWATCH_TESTS_BENCH_DETECT_HOURLY_COUNTS_H_

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

  // True where this tick is the first of a new clock hour, that is, `hours()` has changed.
  bool Add(int64_t tick, uint64_t count);

  // Of the 60 minutes that end with the tick last added.
  double last_hour() const { return sum_; }
  int64_t last_hour_ticks() const { return present_; }

  // The clock hour of the tick last added, so far.
  const Hour& this_hour() const { return now_; }

  // The finished clock hours, oldest first, without holes: an hour without data is there with 0.
  const std::vector<Hour>& hours() const { return hours_; }

  int64_t ticks_per_hour() const { return ticks_per_hour_; }

 private:
  // Moves the ring on to `tick`; what was an hour before falls out.
  void MoveTo(int64_t tick);
  void StartHour(int64_t index);

  const int64_t ticks_per_hour_;
  const size_t hours_kept_;
  const double tick_share_;    // of an hour
  std::vector<int64_t> ring_;  // the counts of the last hour's ticks, -1 without data
  size_t place_ = 0;           // in the ring, of the tick last added
  int64_t tick_ = 0;           // the one last added
  int64_t hour_end_ = 0;       // the first tick behind `now_`
  double sum_ = 0;
  int64_t present_ = 0;
  bool started_ = false;
  Hour now_;
  std::vector<Hour> hours_;
};

}  // namespace gmewatch::detect_eval

#endif  // GMEWATCH_TESTS_BENCH_DETECT_HOURLY_COUNTS_H_
