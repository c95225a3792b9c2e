// How many operations each row has, from the successes that clients report (code 0): errors are
// measured against it. A crowd, a night, a holiday or a launch changes the operations and the
// errors alike, so it raises nothing.
//
// The *exposure* of a tick is its operations, relative to the row's mean over weeks. A row without
// successes has an exposure of 1: its errors are counted alone. If successes are reported no more
// it stays what it was, so that no error is unexpected for that.
//
// Thread safety: none. A pure function of its ticks. 320 bytes a row.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_TRAFFIC_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_TRAFFIC_H_

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gmewatch {

class Traffic {
 public:
  static constexpr size_t kSlots = 60;  // of an hour
  // Exposures of the hour up to the end of each slot.
  using Sums = std::array<float, kSlots>;

  // What is saved of a row.
  struct Row {
    // Fading sums of the last minutes; while `mean` is 0: of the first half.
    double recent_operations = 0;
    double recent_ticks = 0;
    double hour_successes = 0;  // of this hour, so far; while `mean` is 0: since the first one
    double hour_errors = 0;
    float hour_ticks = 0;  // the same
    float hours = 0;       // that `mean` was learned from
    float mean = 0;        // successes a tick; 0: none are reported, or too few
    float exposure = 1;    // of this tick
    // The last ticks without any report, and those without any success. The latter are not in the
    // fading sums yet.
    float silent_ticks = 0;
    float failing_ticks = 0;
    Sums sums = {};
  };

  explicit Traffic(double tick_seconds);

  // Adds rows that are missing.
  void Resize(size_t rows);

  // Adds what a row counted in this tick.
  void Add(uint32_t row, uint64_t successes, uint64_t errors) {
    gains_[row].successes += successes;
    gains_[row].errors += errors;
  }
  // Ends the addition of the `ticks` ticks that end with `tick` and were counted together. Appends
  // the rows that have enough successes from now on: what was learned of their errors is no ratio
  // yet.
  void EndTick(uint32_t tick, uint32_t ticks, std::vector<uint32_t>* begun);

  // Whether the row has operations: enough successes are reported.
  bool IsKnown(uint32_t row) const { return rows_[row].mean > 0; }
  // The mean number of operations in each of the ticks that were added last.
  double Operations(uint32_t row) const { return double{rows_[row].exposure} * rows_[row].mean; }
  // The mean exposure of these ticks.
  float Now(uint32_t row) const { return rows_[row].exposure; }
  // That of the last minutes.
  float Usual(uint32_t row) const;
  // The sum of the exposures of the ticks from `first` up to, but without, `end`, to within a
  // minute. REQUIRES: both are in the hour of the last tick, or were counted together with its
  // first ticks.
  float Between(uint32_t row, uint32_t first, uint32_t end) const;

  // Ends an hour. Returns by which the row's mean has changed: the errors a
  // tick at an exposure of 1 have changed alike. 0: there are no successes any more, so the
  // exposure stays what it is.
  double EndHour(uint32_t row);

  const std::vector<Row>& rows() const { return rows_; }
  // Replaces all rows by what was saved after `tick`.
  void Restore(std::vector<Row> rows, uint32_t tick);

 private:
  struct Gain {
    uint64_t successes = 0;
    uint64_t errors = 0;
  };
  double OfHour(uint32_t tick) const { return std::fmod(tick, ticks_per_hour_); }
  // Counts a tick of a row that has successes.
  void Count(const Gain& gain, uint32_t ticks, Row* traffic) const;
  // Counts a tick of a row that has none. Returns whether it has enough now.
  bool Begins(const Gain& gain, uint32_t ticks, Row* traffic) const;
  // The first `done` ticks of the hour have had this exposure.
  void FillHour(uint32_t row, double done, float exposure);
  // The exposures of the hour before the tick `of_hour`.
  float Before(const Sums& sums, double of_hour) const;

  double fading_per_tick_;
  double ticks_per_hour_;
  double hour_done_ = 0;  // ticks of the hour
  uint32_t last_tick_ = 0;
  std::vector<Row> rows_;
  std::vector<Gain> gains_;  // of this tick, by row
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_TRAFFIC_H_
