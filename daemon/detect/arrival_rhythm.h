// What the same time of the past days brought: the rate of reports of one place in each quarter of
// an hour of the last seven days.
//
// A quarter of an hour is a byte: unknown, silent, or the rate on a logarithmic scale with steps of
// 10 %. One in which reports had stopped is not learned from, or an outage would be usual tomorrow;
// the second time on the day after or a week after, it is, so that a nightly or weekly maintenance
// is reported twice.
//
// Thread safety: none. Memory: 672 bytes.
#ifndef GMEWATCH_DAEMON_DETECT_ARRIVAL_RHYTHM_H_
#define GMEWATCH_DAEMON_DETECT_ARRIVAL_RHYTHM_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace gmewatch {

class ArrivalRhythm {
 public:
  static constexpr int64_t kQuarterSeconds = 900;
  // In quarters.
  static constexpr int64_t kDay = 86400 / kQuarterSeconds;
  static constexpr int64_t kWeek = 7 * kDay;

  // The least of what past days brought.
  struct Least {
    int days = 0;     // how many days are known, up to 3
    double rate = 0;  // per second
  };

  // `quarter`: quarters of an hour since 1970.
  void SetRate(int64_t quarter, double rate);
  void SetSilent(int64_t quarter, double rate);
  void SetUnknown(int64_t quarter) { rates_[IndexOf(quarter)] = kUnknown; }

  // The least rate around this time of yesterday, the day before, and the same weekday of last
  // week: within an hour, as people change their clocks and no day is like another to the minute.
  Least LeastAround(int64_t quarter) const;

  bool empty() const;
  absl::string_view bytes() const;
  // False if the size is another one; nothing is changed then.
  bool Load(absl::string_view bytes);

 private:
  // Four quarters to each side.
  static constexpr int64_t kReach = 3600 / kQuarterSeconds;
  static constexpr uint8_t kUnknown = 0;
  static constexpr uint8_t kSilent = 1;
  static constexpr uint8_t kZero = 2;

  static size_t IndexOf(int64_t quarter) { return static_cast<size_t>(quarter % kWeek); }
  uint8_t at(int64_t quarter) const { return rates_[IndexOf(quarter + kWeek)]; }

  std::array<uint8_t, kWeek> rates_{};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_ARRIVAL_RHYTHM_H_
