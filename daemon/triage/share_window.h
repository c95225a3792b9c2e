// Events of the last ten minutes and of the 24 hours before them.
//
// Thread safety: none. Minutes are whole minutes since 1970. Both windows move in steps: the first
// is 9 to 10 minutes long, the second 23 to 24 hours.
#ifndef GMEWATCH_DAEMON_TRIAGE_SHARE_WINDOW_H_
#define GMEWATCH_DAEMON_TRIAGE_SHARE_WINDOW_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace gmewatch {

class ShareWindow {
 public:
  void Add(uint64_t events, int64_t minute);
  // Adds all events of another window.
  void Add(const ShareWindow& other);

  // Events of the last ten minutes, and of the day before them, as of `minute`.
  uint64_t Now(int64_t minute) const;
  uint64_t Before(int64_t minute) const;

 private:
  static constexpr int64_t kMinutes = 10;
  static constexpr int64_t kHours = 24;

  void MoveTo(int64_t minute);
  // Makes `hour` the newest of the hours.
  void MoveHours(int64_t hour);
  static size_t MinuteIndex(int64_t minute) { return static_cast<size_t>(minute % kMinutes); }
  static size_t HourIndex(int64_t hour) { return static_cast<size_t>(hour % kHours); }

  int64_t minute_ = 0;  // the newest
  int64_t hour_ = 0;    // the newest of `hours_`
  std::array<uint64_t, kMinutes> minutes_{};
  std::array<uint64_t, kHours> hours_{};  // what left `minutes_`, by hour
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_SHARE_WINDOW_H_
