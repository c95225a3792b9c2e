// Ends a process that a test started with SIGKILL at a named point of its work: before or after the
// Nth call of a kind on one of its files, whichever thread makes it.
//
// Thread safety: none. The processes that are started with environment() share one kill point, and
// must have ended before the object does.
#ifndef GMEWATCH_TESTS_SUPPORT_KILL_POINT_H_
#define GMEWATCH_TESTS_SUPPORT_KILL_POINT_H_

#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/kill_point_state.h"

namespace gmewatch {

// Where: the calls that count.
struct KillPlace {
  GmewatchKillCall call = kKillAtSync;
  std::string file;  // its name without its folder; for a log line, a text in it
  bool after = false;
};

class KillPoint {
 public:
  KillPoint();
  KillPoint(const KillPoint&) = delete;
  KillPoint& operator=(const KillPoint&) = delete;
  ~KillPoint();

  // For ChildOptions.
  std::vector<std::string> environment() const;

  // From now on the `nth` such call (from 1) ends the process that makes it.
  void Set(const KillPlace& place, int nth);
  void Clear();
  // Whether a process has ended there since Set.
  bool reached() const;

 private:
  TempDir dir_;
  GmewatchKillPointState* state_ = nullptr;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_KILL_POINT_H_
