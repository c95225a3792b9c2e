// The part of Detector that keeps the series in the order in which a tick visits them.
#include <utility>

#include "daemon/detect/detector.h"

namespace gmewatch {
namespace {

// A tick of a million series in random order takes four times as long as one of sorted series, and
// sorting takes about as long as a tick in random order. So series are sorted if more than one in
// kOneStrayIn does not follow its predecessor.
constexpr size_t kOneStrayIn = 8;

// Permutes `items`: the new item i is the old item from[i].
template <typename... Items>
void Permute(std::vector<uint32_t> from, Items*... items) {
  for (uint32_t first = 0; first < from.size(); ++first) {
    uint32_t place = first;
    // Follows one cycle of the permutation.
    while (from[place] != first) {
      const uint32_t next = std::exchange(from[place], place);
      (std::swap((*items)[place], (*items)[next]), ...);
      place = next;
    }
    from[place] = place;
  }
}

}  // namespace

void Detector::SortSeries() {
  std::vector<uint32_t> from;
  from.reserve(states_.size());
  size_t strays = 0;
  for (const RowSeries& row : row_series_) {
    ForEachIndex(row, [&](uint32_t index) {
      if (!from.empty() && index != from.back() + 1) ++strays;
      from.push_back(index);
    });
  }
  if (strays <= states_.size() / kOneStrayIn) return;

  std::vector<uint32_t> to(from.size());
  for (uint32_t place = 0; place < from.size(); ++place) to[from[place]] = place;
  for (RowSeries& row : row_series_) {
    ForEachIndex(row, [&to](uint32_t& index) { index = to[index]; });
  }
  for (uint32_t& index : rising_) index = to[index];
  for (Announced& announced : announced_) announced.series = to[announced.series];
  Permute(std::move(from), &states_, &series_);

  std::vector<uint32_t> seasons_from;
  for (SeriesState& state : states_) {
    if (state.season == kNoSeason) continue;
    const auto place = static_cast<uint32_t>(seasons_from.size());
    seasons_from.push_back(std::exchange(state.season, place));
  }
  Permute(std::move(seasons_from), &seasons_);
}

}  // namespace gmewatch
