// The operations of each row that are usual at this hour: those of the same time yesterday, the day
// before, and the same weekday of last week. Judges no error; says to people how the traffic is.
//
// Thread safety: none. A pure function of its ticks. About 230 bytes a row.
#ifndef GMEWATCH_DAEMON_DETECT_USUAL_TRAFFIC_H_
#define GMEWATCH_DAEMON_DETECT_USUAL_TRAFFIC_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gmewatch/internal/detector.pb.h"

namespace gmewatch {

class UsualTraffic {
 public:
  // The traffic of a row, in operations per second.
  struct Rates {
    double recent = 0;      // in the last minutes
    double operations = 0;  // that `recent` was measured from
    bool known = false;     // a past day is known; the rest is 0 otherwise
    double usual = 0;       // the mean of the past days
    double most = 0;        // the highest of the past days within an hour of this time
    // Successes and errors of the last minute, whatever their number says about operations.
    double reported = 0;
  };

  explicit UsualTraffic(double tick_seconds);

  void Resize(size_t rows) { rows_.resize(rows); }
  // Adds what a row reported in the ticks that are running: successes and errors.
  void AddReported(uint32_t row, uint64_t reported) { rows_[row].reported += reported; }
  // Adds the operations of the `ticks` ticks that are running. For each row this or Skip is called.
  void Add(uint32_t row, double operations, uint32_t ticks);
  // The row's operations are not known.
  void Skip(uint32_t row) { rows_[row].reported = 0; }
  // Ends the ticks up to `tick`.
  void EndTick(uint32_t tick);

  Rates At(uint32_t row) const;
  // Rates::operations alone.
  double RecentOperations(uint32_t row) const { return double{rows_[row].recent_operations}; }

  void Save(google::protobuf::RepeatedPtrField<internal::UsualTrafficRecord>* out) const;
  // Goes on after `tick`. False if a record cannot be; the rows are then as new. REQUIRES: Resize.
  bool Load(const google::protobuf::RepeatedPtrField<internal::UsualTrafficRecord>& rows,
            uint32_t tick);

 private:
  static constexpr int64_t kDay = 24;
  static constexpr int64_t kWeek = 7 * kDay;
  struct Row {
    std::array<uint8_t, kWeek> hours{};  // by the hour of a week: the mean rate, 0 if not known
    float hour_operations = 0;           // of this hour
    float hour_ticks = 0;
    float recent_operations = 0;  // fading sums
    float recent_ticks = 0;
    float minute_reported = 0;  // the same, of what was reported
    float minute_ticks = 0;
    uint64_t reported = 0;  // in the ticks that are running
  };
  int64_t HourOf(uint32_t tick) const;
  // The rate that this hour and the one next to it had, so many hours ago; below 0: not known.
  double RateBack(const Row& row, int64_t hours) const;

  double tick_seconds_;
  double fading_per_tick_;
  double minute_fading_per_tick_;
  uint32_t last_tick_ = 0;
  std::vector<Row> rows_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_USUAL_TRAFFIC_H_
