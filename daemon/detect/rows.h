// The places that are watched: each (app, region), called a leaf, and its roll-ups: all regions of
// an app, all apps of a region, everything.
//
// Thread safety: none. Rows are only added; the number of a row does not change.
#ifndef GMEWATCH_DAEMON_DETECT_ROWS_H_
#define GMEWATCH_DAEMON_DETECT_ROWS_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "daemon/model/batch.h"

namespace gmewatch {

class Rows {
 public:
  static constexpr uint32_t kEverything = 0;

  Rows();

  size_t size() const { return rows_.size(); }
  // Returns the row of an (app, region); adds it and its roll-ups if they are missing.
  uint32_t Add(const Place& place);

  // Returns the row of a place, or kNotFound.
  static constexpr uint32_t kNotFound = UINT32_MAX;
  uint32_t Find(const Place& place) const;

  const Place& place(uint32_t row) const { return rows_[row].place; }
  // The roll-ups of a leaf; kEverything if the row is a roll-up itself.
  uint32_t app_row(uint32_t row) const { return rows_[row].app; }
  uint32_t region_row(uint32_t row) const { return rows_[row].region; }
  bool is_leaf(uint32_t row) const { return rows_[row].app != kEverything; }
  const std::vector<uint32_t>& apps() const { return apps_; }
  const std::vector<uint32_t>& regions() const { return regions_; }
  // The leaves of the row of an app or a region.
  const std::vector<uint32_t>& leaves(uint32_t row) const { return rows_[row].leaves; }
  // Whether `inner` is part of `outer`, or the same row.
  bool Holds(uint32_t outer, uint32_t inner) const;
  // For each row, whether it is one of `rows`, holds one, or is held by one.
  std::vector<bool> Related(const std::vector<uint32_t>& rows) const;
  // Whether an (app, region) is part of both.
  bool Overlap(uint32_t a, uint32_t b) const;

 private:
  struct Row {
    Place place;
    uint32_t app = kEverything;
    uint32_t region = kEverything;
    // The rows of its own labels; kEverything stands for all.
    uint32_t own_app = kEverything;
    uint32_t own_region = kEverything;
    std::vector<uint32_t> leaves;
  };
  uint32_t Ensure(const Place& place, std::vector<uint32_t>* list);

  std::vector<Row> rows_;
  absl::flat_hash_map<Place, uint32_t> ids_;
  std::vector<uint32_t> apps_;
  std::vector<uint32_t> regions_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_ROWS_H_
