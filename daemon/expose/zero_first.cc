#include "daemon/expose/zero_first.h"

#include <algorithm>
#include <utility>

namespace gmewatch {

ZeroFirst::ZeroFirst(const Counters& counters, Clock& clock, ShowFn show)
    : counters_(counters), clock_(clock), show_(std::move(show)) {}

ScrapeView ZeroFirst::Begin() {
  ScrapeView view;
  view.begun = clock_.Monotonic();
  std::vector<Place> places;
  std::vector<int32_t> codes;
  {
    absl::MutexLock lock(&mutex_);
    view.place_shown.resize(counters_.places());
    for (size_t id = 0; id < view.place_shown.size(); ++id) {
      const PlaceCounters& place = counters_.place(id);
      view.place_shown[id] = place.shown();
      if (view.place_shown[id]) {
        zero_places_.erase(id);
      } else if (Due(id, view.begun, &zero_places_)) {
        places.push_back(place.place());
      }
    }
    view.codes = counters_.codes();
    for (size_t slot = 0; slot < view.codes; ++slot) {
      view.code_shown[slot] = counters_.code_shown(slot);
      if (view.code_shown[slot]) {
        zero_codes_.erase(slot);
      } else if (Due(slot, view.begun, &zero_codes_)) {
        codes.push_back(counters_.code(slot));
      }
    }
  }
  if (!places.empty() || !codes.empty()) {
    show_(std::move(places), std::move(codes));
  }
  return view;
}

void ZeroFirst::Completed(const ScrapeView& view) {
  absl::MutexLock lock(&mutex_);
  // A scrape that began earlier may complete later, so the earliest beginning counts.
  const auto saw = [&view](size_t index, Zeros* zeros) {
    Zero& zero = zeros->try_emplace(index, Zero{view.begun}).first->second;
    zero.seen = std::min(zero.seen, view.begun);
  };
  for (size_t id = 0; id < view.place_shown.size(); ++id) {
    if (!view.place_shown[id]) {
      saw(id, &zero_places_);
    }
  }
  for (size_t slot = 0; slot < view.codes; ++slot) {
    if (!view.code_shown[slot]) {
      saw(slot, &zero_codes_);
    }
  }
}

bool ZeroFirst::Due(size_t index, absl::Duration now, Zeros* zeros) {
  const auto found = zeros->find(index);
  if (found == zeros->end() || now - found->second.seen < kZeroTime ||
      now - found->second.asked < kZeroTime) {
    return false;
  }
  found->second.asked = now;
  return true;
}

}  // namespace gmewatch
