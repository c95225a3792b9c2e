// The part of Detector that keeps its series in the order in which a tick visits them.
#include <utility>

#include "daemon/detect/detector.h"

namespace gmewatch {
namespace {

// A tick of a million series in disorder takes four times as long as one in order, and putting them
// in order about as long as one in disorder; so it is worth the work where more than one in so many
// does not follow the one before it.
constexpr size_t kOneStrayIn = 8;

// Puts at each place of `items` the one that stood where `from`, a permutation, says.
template <typename... Items>
void Permute(std::vector<uint32_t> from, Items*... items) {
  for (uint32_t first = 0; first < from.size(); ++first) {
    uint32_t place = first;
    // Along the cycle; what stood at its first place comes to its last one.
    while (from[place] != first) {
      const uint32_t next = std::exchange(from[place], place);
      (std::swap((*items)[place], (*items)[next]), ...);
      place = next;
    }
    from[place] = place;
  }
}

}  // namespace

void Detector::PutInOrder() {
  std::vector<uint32_t> from;
  from.reserve(states_.size());
  size_t strays = 0;
  ForEachIndex([&](uint32_t& index) {
    if (!from.empty() && index != from.back() + 1) ++strays;
    from.push_back(index);
  });
  if (strays <= states_.size() / kOneStrayIn) return;

  std::vector<Series> moved;
  for (const uint32_t index : rising_) moved.push_back(series_[index]);
  for (const Announced& announced : announced_) moved.push_back(series_[announced.series]);
  Permute(std::move(from), &states_, &series_);
  uint32_t next = 0;
  ForEachIndex([&next](uint32_t& index) { index = next++; });
  auto series = moved.begin();
  for (uint32_t& index : rising_) index = IndexOf(*series)[series->slot], ++series;
  for (Announced& announced : announced_) {
    announced.series = IndexOf(*series)[series->slot], ++series;
  }

  std::vector<uint32_t> seasons_from;
  for (SeriesState& state : states_) {
    if (state.season == kNoSeason) continue;
    const auto place = static_cast<uint32_t>(seasons_from.size());
    seasons_from.push_back(std::exchange(state.season, place));
  }
  Permute(std::move(seasons_from), &seasons_);
}

}  // namespace gmewatch
