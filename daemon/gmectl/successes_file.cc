#include "daemon/gmectl/successes_file.h"

namespace gmewatch {

absl::StatusOr<std::optional<uint64_t>> SuccessesFile::At(int64_t tick, const TickGrid& grid) {
  while (!ended_ && tick_ < tick) {
    ended_ = !rows_.Next(&row_);
    if (!rows_.status().ok()) return rows_.status();
    if (ended_) break;
    const absl::StatusOr<int64_t> next = rows_.TickOf(row_, grid);
    if (!next.ok()) return next.status();
    tick_ = *next;
  }
  if (ended_ || tick_ != tick) return std::optional<uint64_t>();
  return std::optional<uint64_t>(row_.value);
}

}  // namespace gmewatch
