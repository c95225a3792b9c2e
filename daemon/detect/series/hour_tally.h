// What came of a series in the current hour, to learn from when the hour is over.
//
// Thread safety: none.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_HOUR_TALLY_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_HOUR_TALLY_H_

#include <cstdint>

namespace gmewatch {

class HourTally {
 public:
  void Count(float events, float expected, uint32_t ticks) {
    events_ += events;
    expected_ += expected;
    ticks_ = static_cast<uint16_t>(ticks_ + ticks) & kTicksMask;
  }
  void MarkRise() { rose_ = 1; }
  // Forgets the counts: the level that they were expected at has changed.
  void Forget() {
    events_ = 0;
    expected_ = 0;
    ticks_ = 0;
  }
  // Begins the next hour.
  void Clear() { *this = HourTally(); }

  float events() const { return events_; }
  float expected() const { return expected_; }
  // That were watched.
  uint16_t ticks() const { return ticks_; }
  // Whether part of the hour was a rise.
  bool rose() const { return rose_ != 0; }

  bool IsSound() const;

 private:
  friend class SeriesRecord;

  static constexpr uint16_t kTicksMask = 0x7FFF;

  float events_ = 0;
  float expected_ = 0;
  uint16_t ticks_ : 15 = 0;
  uint16_t rose_ : 1 = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_HOUR_TALLY_H_
