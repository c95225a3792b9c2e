#include "daemon/detect/rows.h"

#include "daemon/model/limits.h"

namespace gmewatch {

Rows::Rows() { Ensure({kAllLabel, kAllLabel}, nullptr); }

uint32_t Rows::Ensure(const Place& place, std::vector<uint32_t>* list) {
  const auto [found, added] = ids_.emplace(place, static_cast<uint32_t>(rows_.size()));
  if (added) {
    rows_.emplace_back().place = place;
    if (list != nullptr) list->push_back(found->second);
  }
  return found->second;
}

uint32_t Rows::Find(const Place& place) const {
  const auto found = ids_.find(place);
  return found == ids_.end() ? kNotFound : found->second;
}

uint32_t Rows::Add(const Place& place) {
  if (const uint32_t found = Find(place); found != kNotFound) return found;
  const uint32_t app = Ensure({place.app, kAllLabel}, &apps_);
  const uint32_t region = Ensure({kAllLabel, place.region}, &regions_);
  const uint32_t leaf = Ensure(place, nullptr);
  rows_[app].own_app = rows_[leaf].own_app = rows_[leaf].app = app;
  rows_[region].own_region = rows_[leaf].own_region = rows_[leaf].region = region;
  rows_[app].leaves.push_back(leaf);
  rows_[region].leaves.push_back(leaf);
  return leaf;
}

bool Rows::Holds(uint32_t outer, uint32_t inner) const {
  return outer == kEverything || outer == inner || (app_row(inner) == outer && is_leaf(inner)) ||
         (region_row(inner) == outer && is_leaf(inner));
}

std::vector<bool> Rows::Related(const std::vector<uint32_t>& rows) const {
  std::vector<bool> related(size());
  for (const uint32_t row : rows) {
    if (row == kEverything) return std::vector<bool>(size(), true);
    for (const uint32_t leaf : leaves(row)) related[leaf] = true;
    for (const uint32_t other : {row, app_row(row), region_row(row), kEverything}) {
      related[other] = true;
    }
  }
  return related;
}

bool Rows::Overlap(uint32_t a, uint32_t b) const {
  const auto meet = [](uint32_t x, uint32_t y) {
    return x == y || x == kEverything || y == kEverything;
  };
  return meet(rows_[a].own_app, rows_[b].own_app) && meet(rows_[a].own_region, rows_[b].own_region);
}

}  // namespace gmewatch
