#include "daemon/expose/scrape_rhythm.h"

#include <algorithm>

namespace gmewatch {
namespace {

constexpr double kTolerance = 0.2;
constexpr absl::Duration kToleranceMin = absl::Milliseconds(300);

}  // namespace

void ScrapeRhythm::Add(absl::Duration now, absl::Duration span) {
  const bool first = last_ == -absl::InfiniteDuration();
  const absl::Duration interval = now - last_;
  last_ = now;
  if (first) {
    window_begun_ = now;
    return;
  }
  // A window has few long intervals, so it lasts until it has as many as are needed.
  if (now - window_begun_ >= span && current_.intervals >= kIntervals) {
    before_ = current_;
    current_ = Window();
    window_begun_ = now;
  }
  current_.shortest = std::min(current_.shortest, interval);
  current_.longest = std::max(current_.longest, interval);
  ++current_.intervals;
}

bool ScrapeRhythm::IsEven() const {
  const absl::Duration shortest = std::min(current_.shortest, before_.shortest);
  const absl::Duration longest = std::max(current_.longest, before_.longest);
  return current_.intervals + before_.intervals >= kIntervals &&
         longest - shortest <= std::max(kToleranceMin, kTolerance * shortest);
}

}  // namespace gmewatch
