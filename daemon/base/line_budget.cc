#include "daemon/base/line_budget.h"

#include <utility>

namespace gmewatch {

std::optional<uint64_t> LineBudget::Take(absl::Duration now) {
  absl::MutexLock lock(&mutex_);
  if (!begin_.has_value() || now - *begin_ >= period_) {
    begin_ = now;
    taken_ = 0;
  }
  if (taken_ >= max_) {
    ++left_out_;
    return std::nullopt;
  }
  ++taken_;
  return std::exchange(left_out_, 0);
}

}  // namespace gmewatch
