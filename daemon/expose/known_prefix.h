// How much of a table that only grows somebody has seen for a certain time: rows and columns are
// added at the end, so what was seen long enough ago is a prefix of each.
//
// Thread safety: none. Memory: fixed. Sightings within a twelfth of `span` share the time of the
// latest, so something may count as seen that much later than it was, never earlier.
#ifndef GMEWATCH_DAEMON_EXPOSE_KNOWN_PREFIX_H_
#define GMEWATCH_DAEMON_EXPOSE_KNOWN_PREFIX_H_

#include <array>
#include <cstddef>

#include "absl/time/time.h"

namespace gmewatch {

struct TableSize {
  size_t places = 0;
  size_t codes = 0;

  bool Covers(const TableSize& other) const {
    return places >= other.places && codes >= other.codes;
  }
  void Grow(const TableSize& other) {
    places = places < other.places ? other.places : places;
    codes = codes < other.codes ? other.codes : codes;
  }
};

class KnownPrefix {
 public:
  // A table of this size was seen at `time`. `span` is the longest time that Advance leaves.
  void Saw(const TableSize& size, absl::Duration time, absl::Duration span);

  // From now on everything that was seen at `time` or before counts as known.
  void Advance(absl::Duration time);

  // At least this much counts as known.
  void Raise(const TableSize& size);

  const TableSize& known() const { return known_; }

  static constexpr int kStepsInSpan = 12;
  static constexpr size_t kSteps = kStepsInSpan + 4;

 private:
  struct Step {
    TableSize size;
    absl::Duration first;  // of the sightings that share the step
    absl::Duration last;
  };

  TableSize known_;
  std::array<Step, kSteps> steps_{};  // by time and by size; none is within known_
  size_t used_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_KNOWN_PREFIX_H_
