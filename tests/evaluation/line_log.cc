#include "tests/evaluation/line_log.h"

#include <algorithm>

namespace gmewatch::detect_eval {
namespace {

constexpr size_t kKinds = 5;
constexpr size_t kKeys = kKinds * (kErrorCodes + 1) * (kApps + 1) * (kRegions + 1);
constexpr int64_t kNever = -1;

size_t KeyOf(const ActiveLine& line) {
  auto key = static_cast<size_t>(line.kind);
  key = key * (kErrorCodes + 1) + static_cast<size_t>(line.code);
  key = key * (kApps + 1) + static_cast<size_t>(line.place.app + 1);
  return key * (kRegions + 1) + static_cast<size_t>(line.place.region + 1);
}

}  // namespace

LineLog::LineLog() : seen_(kKeys, kNever), line_of_key_(kKeys) {}

void LineLog::Observe(int64_t tick, absl::Span<const ActiveLine> active) {
  for (const ActiveLine& now : active) {
    const size_t key = KeyOf(now);
    if (seen_[key] == kNever) {
      line_of_key_[key] = lines_.size();
      open_.push_back(lines_.size());
      lines_.push_back({now, tick, kForGood});
    }
    seen_[key] = tick;
    lines_[line_of_key_[key]].what = now;
  }
  std::erase_if(open_, [&](size_t index) {
    const size_t key = KeyOf(lines_[index].what);
    if (seen_[key] == tick) return false;
    lines_[index].end = tick;
    seen_[key] = kNever;
    return true;
  });
}

}  // namespace gmewatch::detect_eval
