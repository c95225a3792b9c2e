#include "daemon/triage/share_table.h"

#include <algorithm>

#include "daemon/model/limits.h"

namespace gmewatch {

void ShareTable::Age(int64_t minute) {
  const int64_t hour = minute / 60;
  if (hour <= aged_hour_) return;
  const int64_t halvings = std::min<int64_t>(hour - aged_hour_, 63);
  for (uint64_t& weight : weights_) weight >>= halvings;
  aged_hour_ = hour;
}

size_t ShareTable::PlaceFor(const HashedValue& value) {
  for (size_t i = 0; i < values_.size(); ++i) {
    if (hashes_[i] == value.hash && values_[i].text == value.value) return i;
  }
  if (values_.size() < kValues) {
    const size_t added = values_.size();
    values_.emplace_back().text.reserve(kVersionBytesMax);
    values_[added].text.assign(value.value.data(), value.value.size());
    hashes_[added] = value.hash;
    return added;
  }
  const auto least =
      static_cast<size_t>(std::min_element(weights_.begin(), weights_.end()) - weights_.begin());
  Value& left = values_[least];
  other_.Add(left.window);
  left.window = ShareWindow();
  left.text.assign(value.value.data(), value.value.size());
  hashes_[least] = value.hash;
  return least;
}

void ShareTable::Add(const HashedValue& value, uint64_t events, uint64_t weight, int64_t minute) {
  Age(minute);
  // A value that a client calls "other" belongs to the rest.
  if (value.value == kOtherLabel) {
    other_.Add(events, minute);
    return;
  }
  const size_t place = PlaceFor(value);
  weights_[place] += weight;
  values_[place].window.Add(events, minute);
}

std::vector<Share> ShareTable::Shares(int64_t minute) const {
  std::vector<Share> out;
  const auto add = [&out, minute](absl::string_view value, const ShareWindow& window) {
    const uint64_t now = window.Now(minute);
    const uint64_t before = window.Before(minute);
    if (now + before > 0) out.push_back({std::string(value), now, before});
  };
  for (const Value& value : values_) add(value.text, value.window);
  add(kOtherLabel, other_);
  return out;
}

}  // namespace gmewatch
