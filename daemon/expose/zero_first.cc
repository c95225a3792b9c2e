#include "daemon/expose/zero_first.h"

#include <algorithm>
#include <utility>

namespace gmewatch {

ZeroFirst::ZeroFirst(const Counters& counters, Clock& clock, ShowFn show, bool shared)
    : counters_(counters), clock_(clock), show_(std::move(show)), shared_(shared) {
  for (size_t id = 0; id < counters_.places(); ++id) {
    place_was_shown_.push_back(counters_.place(id).shown());
  }
  for (size_t slot = 0; slot < counters_.codes(); ++slot) {
    code_was_shown_.push_back(counters_.code_shown(slot));
  }
}

void ZeroFirst::SetZeroFor(absl::Duration zero_for) {
  absl::MutexLock lock(&mutex_);
  zero_for_ = zero_for;
}

ScrapeView ZeroFirst::Begin(std::optional<uint64_t> scraper) {
  ScrapeView view;
  view.begun = clock_.Monotonic();
  view.place_shown.resize(counters_.places(), true);
  view.codes = counters_.codes();
  view.code_shown.fill(true);
  TableSize known;
  Asked asked;
  {
    absl::MutexLock lock(&mutex_);
    if (!scraper) return view;
    view.scraper = scraper;
    known = KnownTo(FindOrAdd(*scraper, view.begun), view.begun);
    asked = TakeAsked({view.place_shown.size(), view.codes}, view.begun);
  }
  for (size_t id = 0; id < view.place_shown.size(); ++id) {
    const bool was_shown = id < place_was_shown_.size() && place_was_shown_[id];
    const bool may_see = shared_ || id < known.places;
    view.place_shown[id] = was_shown || (may_see && counters_.place(id).shown());
  }
  for (size_t slot = 0; slot < view.codes; ++slot) {
    const bool was_shown = slot < code_was_shown_.size() && code_was_shown_[slot];
    const bool may_see = shared_ || slot < known.codes;
    view.code_shown[slot] = was_shown || (may_see && counters_.code_shown(slot));
  }
  if (!asked.places.empty() || !asked.codes.empty()) {
    show_(std::move(asked.places), std::move(asked.codes));
  }
  return view;
}

void ZeroFirst::Completed(const ScrapeView& view) {
  if (!view.scraper) return;
  const TableSize size{view.place_shown.size(), view.codes};
  absl::MutexLock lock(&mutex_);
  everyone_.Saw(size, view.begun, zero_for_);
  if (Scraper* const scraper = Find(*view.scraper)) {
    scraper->zeros.Saw(size, view.begun, zero_for_);
  }
}

ZeroFirst::Scraper* ZeroFirst::Find(uint64_t id) {
  const auto found = std::find_if(scrapers_.begin(), scrapers_.end(), [id](const Scraper& scraper) {
    return scraper.used && scraper.id == id;
  });
  return found == scrapers_.end() ? nullptr : &*found;
}

ZeroFirst::Scraper* ZeroFirst::FindOrAdd(uint64_t id, absl::Duration now) {
  if (Scraper* const found = Find(id)) return found;
  const auto oldest =
      std::min_element(scrapers_.begin(), scrapers_.end(), [](const Scraper& a, const Scraper& b) {
        return std::pair(a.used, a.rhythm.last()) < std::pair(b.used, b.rhythm.last());
      });
  if (oldest->used && now - oldest->rhythm.last() < zero_for_) return nullptr;
  // If the forgotten one comes again, nothing may go down for it.
  everyone_.Raise(oldest->zeros.known());
  *oldest = Scraper();
  oldest->id = id;
  oldest->used = true;
  return &*oldest;
}

TableSize ZeroFirst::KnownTo(Scraper* scraper, absl::Duration now) {
  everyone_.Advance(now - zero_for_);
  due_.Grow(everyone_.known());
  if (scraper == nullptr) return everyone_.known();
  scraper->rhythm.Add(now, zero_for_);
  if (scraper->rhythm.IsEven()) scraper->zeros.Advance(now - std::min(kZeroTime, zero_for_));
  scraper->zeros.Raise(everyone_.known());
  due_.Grow(scraper->zeros.known());
  return scraper->zeros.known();
}

ZeroFirst::Asked ZeroFirst::TakeAsked(const TableSize& size, absl::Duration now) {
  Asked asked;
  for (size_t id = 0; id < size.places; ++id) {
    if (!counters_.place(id).shown() && ToAsk(id, due_.places, asked_.places, now)) {
      asked.places.push_back(counters_.place(id).place());
    }
  }
  for (size_t slot = 0; slot < size.codes; ++slot) {
    if (!counters_.code_shown(slot) && ToAsk(slot, due_.codes, asked_.codes, now)) {
      asked.codes.push_back(counters_.code(slot));
    }
  }
  if (!asked.places.empty() || !asked.codes.empty()) {
    asked_ = due_;
    asked_at_ = now;
  }
  return asked;
}

}  // namespace gmewatch
