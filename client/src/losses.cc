#include "client/src/losses.h"

#include <algorithm>
#include <limits>

namespace gmewatch::client {

uint64_t SaturatingAdd(uint64_t a, uint64_t b) {
  const uint64_t room = std::numeric_limits<uint64_t>::max() - a;
  return a + std::min(b, room);
}

void Losses::Add(LossReason reason, uint64_t events) {
  uint64_t& sum = unreported_.at(static_cast<size_t>(reason));
  sum = SaturatingAdd(sum, events);
}

bool Losses::HasUnreported() const {
  return std::any_of(unreported_.begin(), unreported_.end(),
                     [](uint64_t events) { return events > 0; });
}

void Losses::AttachTo(Batch* batch) {
  for (size_t reason = 0; reason < unreported_.size(); ++reason) {
    const uint64_t events = std::min(unreported_.at(reason), kReportedMax);
    if (events == 0) continue;
    unreported_.at(reason) -= events;
    attached_.at(reason) = events;
    batch->losses.push_back({static_cast<LossReason>(reason), events});
  }
}

void Losses::Rollback() {
  for (size_t reason = 0; reason < unreported_.size(); ++reason) {
    unreported_.at(reason) = SaturatingAdd(unreported_.at(reason), attached_.at(reason));
  }
  attached_ = {};
}

}  // namespace gmewatch::client
