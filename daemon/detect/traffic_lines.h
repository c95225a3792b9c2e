// What people want to know of the traffic though nothing is wrong: a *crowd*, a place that has far
// more operations than at this hour of the past days, and a *launch*, a place that is new. One line
// each, in the place that explains it, from start to end; never an alarm.
//
// A crowd needs a day of the past and kCrowdMinutes. It ends when the traffic is nearly usual; what
// comes each day is usual on its second day. A launch is shown for a day. At most kLinesMax lines
// are active; further ones wait until one has ended.
//
// Thread safety: none. A pure function of its ticks.
#ifndef GMEWATCH_DAEMON_DETECT_TRAFFIC_LINES_H_
#define GMEWATCH_DAEMON_DETECT_TRAFFIC_LINES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "daemon/detect/rows.h"
#include "daemon/detect/usual_traffic.h"
#include "daemon/model/spike.h"
#include "gmewatch/internal/detector.pb.h"

namespace gmewatch {

class TrafficLines {
 public:
  static constexpr size_t kLinesMax = 20;
  static constexpr uint16_t kCrowdMinutes = 10;

  // `leaf` was added to `rows`, which had `rows_before` of them, after a day or more without it.
  void AddPlace(uint32_t leaf, size_t rows_before, const Rows& rows, int64_t now_s);
  // Counts operations of an (app, region), failed ones included.
  void Count(uint32_t leaf, uint64_t operations, const Rows& rows);
  // Ends a tick at `now_s`. Crowds are judged once a minute.
  void EndTick(int64_t now_s, const Rows& rows, const UsualTraffic& traffic);

  // The active lines and those that ended within an hour before `now_s`.
  std::vector<TrafficLine> Shown(int64_t now_s) const;

  void Save(internal::TrafficLinesRecord* out) const;
  // Replaces everything. Rows that are not known are left out.
  void Load(const internal::TrafficLinesRecord& record, const Rows& rows);

 private:
  // A new place that is not announced yet.
  struct Candidate {
    uint32_t row = 0;  // the one that names it
    int64_t since_s = 0;
    uint64_t operations = 0;
  };
  // A row as it is judged.
  struct Judged {
    UsualTraffic::Rates rates;
    bool explains = true;  // what is too many is not that of one of its parts
  };
  bool IsKnownLaunch(uint32_t leaf, const Rows& rows) const;
  void UpdateLaunches(int64_t now_s, const Rows& rows);
  void UpdateCrowds(int64_t now_s, const Rows& rows, const UsualTraffic& traffic);
  // Counts how long each row is high; returns those that have been for long, the wholes first.
  std::vector<uint32_t> RowsThatAreHigh(const Rows& rows, const UsualTraffic& traffic);
  void FindCrowds(int64_t now_s, const Rows& rows, const UsualTraffic& traffic);
  // Whether a whole has begun to be high that may explain this row, too.
  bool Waits(uint32_t row, const Rows& rows, const std::vector<Judged>& judged) const;
  void BeginCrowd(uint32_t row, int64_t now_s, const Rows& rows, const UsualTraffic::Rates& rates);
  bool IsInCrowd(const Place& place) const;
  size_t ActiveLines() const;

  int64_t minute_ = 0;
  std::vector<uint16_t> high_minutes_;  // by row: for how long its traffic has been high
  std::vector<Candidate> candidates_;
  std::vector<TrafficLine> lines_;     // ended launches are kept for a week
  std::vector<uint16_t> low_minutes_;  // by line: for how long a crowd has been nearly usual
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_TRAFFIC_LINES_H_
