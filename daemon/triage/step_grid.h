// Events by time step, for a number of series that share the steps: a ring of the newest steps.
//
// Thread safety: none. Times are in seconds since 1970. Memory: 8 bytes per step for each series
// that ever had an event.
#ifndef GMEWATCH_DAEMON_TRIAGE_STEP_GRID_H_
#define GMEWATCH_DAEMON_TRIAGE_STEP_GRID_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gmewatch/internal/triage_history.pb.h"

namespace gmewatch {

// A series over its last steps, the newest last.
struct StepCounts {
  int64_t start_s = 0;
  int64_t step_s = 0;
  std::vector<uint64_t> events;
  std::vector<bool> missing;  // the counters were not read in this step: its events are not known
};

class StepGrid {
 public:
  // Keeps `steps` steps, the running one included.
  StepGrid(int64_t step_s, size_t steps) : step_s_(step_s), known_(steps, false) {}

  // Goes to the step of this time, whose events are known from now on. The steps that it skips are
  // missing. A time before the newest step changes nothing.
  void MoveTo(int64_t now_s);
  // Adds to the newest step. REQUIRES: MoveTo was called.
  void Add(size_t series, uint64_t events);

  // The last `steps` steps, or all if it keeps fewer.
  StepCounts Last(size_t series, size_t steps) const;
  uint64_t Sum(size_t series, size_t steps) const;
  // The events of the step that ran `back` steps before the newest. REQUIRES: it is kept.
  uint64_t At(size_t series, size_t back) const;
  int64_t newest_start_s() const { return newest_ * step_s_; }

  void Save(internal::StepGridRecord* out) const;
  // Replaces everything by what was saved. False, and nothing changed, if the record has another
  // number of steps or a series number from `series_max` on.
  bool Load(const internal::StepGridRecord& in, size_t series_max);

 private:
  size_t IndexOf(size_t back) const {
    return static_cast<size_t>(newest_ - static_cast<int64_t>(back) +
                               static_cast<int64_t>(known_.size())) %
           known_.size();
  }

  int64_t step_s_;
  int64_t newest_ = -1;      // its start divided by step_s_; -1 before the first
  std::vector<bool> known_;  // by step modulo their number, like each series of events_
  std::vector<std::vector<uint64_t>> events_;  // by series; empty before its first event
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_STEP_GRID_H_
