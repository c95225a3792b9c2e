#include "daemon/ingest/lanes.h"

#include <utility>

namespace gmewatch {

Lanes::Lanes(const std::vector<Committer*>& committers, IndexOfFn index_of)
    : index_of_(std::move(index_of)) {
  for (Committer* committer : committers) {
    back_pressures_.push_back(std::make_unique<BackPressure>(committer));
    lanes_.push_back({committer, back_pressures_.back().get()});
  }
}

absl::Status Lanes::Check() const {
  absl::Status first = lanes_.front().committer->Check();
  for (size_t i = 1; i < lanes_.size() && !first.ok(); ++i) {
    if (lanes_[i].committer->Check().ok()) return absl::OkStatus();
  }
  return first;
}

}  // namespace gmewatch
