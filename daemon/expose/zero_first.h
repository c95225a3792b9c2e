// Starts new series at zero for every scraper, so that PromQL's increase() sees the first error
// too. A row or column of the counters is rendered as zeros to a scraper until a scrape of it was
// complete with these zeros and kZeroTime has passed. If what looks like one scraper scrapes at
// uneven intervals, it may be several, and the zeros last for `zero_for`. That is also the most:
// `zero_for` after some scraper first had a row or column it is shown to all, so a scraper that
// does not come holds nothing up, and one that comes later sees the counts at once.
//
// What a scraper has been shown stays shown to it. The owner is asked to record that a row or
// column may be shown before the first scraper sees its counts, so this holds over a crash too.
// Readers that are no scrapers (ScraperId) see all counts at once and change nothing.
//
// If other processes show the same counters (`shared`), a scraper may come from one of them, and
// nobody here knows what it saw there. So what may be shown is shown to every scraper then, and the
// zeros of one that comes later, or less often than the first, may be missing.
//
// Thread safety: every method may be called from any thread. `counters` and `clock` must outlive
// it. `show` is called on the thread that calls Begin, under no lock.
//
// Limits: kScrapersMax scrapers. If more come within `zero_for`, the others see zeros for
// `zero_for`. Memory: fixed, but for one bit per row.
#ifndef GMEWATCH_DAEMON_EXPOSE_ZERO_FIRST_H_
#define GMEWATCH_DAEMON_EXPOSE_ZERO_FIRST_H_

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/aggregate/counters.h"
#include "daemon/base/clock.h"
#include "daemon/expose/known_prefix.h"
#include "daemon/expose/scrape_rhythm.h"

namespace gmewatch {

// What one scrape renders in all of its families: how many rows and columns, and whether each shows
// its counts.
struct ScrapeView {
  absl::Duration begun;             // Clock::Monotonic
  std::optional<uint64_t> scraper;  // as given to Begin
  std::vector<bool> place_shown;
  size_t codes = 0;
  std::array<bool, kCodeSlotsMax> code_shown{};
};

class ZeroFirst {
 public:
  // Asks the owner to record that these rows and columns may be shown. The counters say when it is
  // done.
  using ShowFn = std::function<void(std::vector<Place> places, std::vector<int32_t> codes)>;

  // What `counters` has by now is at zero only where it is not shown. `shared`: see above.
  ZeroFirst(const Counters& counters, Clock& clock, ShowFn show, bool shared = false);

  void SetZeroFor(absl::Duration zero_for);

  // Begins a scrape of this scraper; nullopt for another reader. Calls `show` for rows and columns
  // that were at zero long enough, and again after kZeroTime if it has not been done.
  ScrapeView Begin(std::optional<uint64_t> scraper);

  // Ends a scrape whose reader got all of it. It is not called for a scrape that broke off.
  void Completed(const ScrapeView& view);

  static constexpr absl::Duration kZeroTime = absl::Seconds(15);
  static constexpr absl::Duration kZeroForDefault = absl::Minutes(2);
  static constexpr size_t kScrapersMax = 64;

 private:
  struct Scraper {
    uint64_t id = 0;
    bool used = false;
    ScrapeRhythm rhythm;
    KnownPrefix zeros;
  };
  // What `show` is called with.
  struct Asked {
    std::vector<Place> places;
    std::vector<int32_t> codes;
  };

  Scraper* Find(uint64_t id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Finds or adds it; null if there is no room.
  Scraper* FindOrAdd(uint64_t id, absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // How much of the table this scraper may see; null: one for which there was no room.
  TableSize KnownTo(Scraper* scraper, absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether to call `show` for what is at `index` of rows or columns, of which `due` are due.
  bool ToAsk(size_t index, size_t due, size_t asked, absl::Duration now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return index < due && (index >= asked || now - asked_at_ >= kZeroTime);
  }
  Asked TakeAsked(const TableSize& size, absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Counters& counters_;
  Clock& clock_;
  const ShowFn show_;
  const bool shared_;
  std::vector<bool> place_was_shown_;  // at the start
  std::vector<bool> code_was_shown_;

  absl::Mutex mutex_;
  absl::Duration zero_for_ ABSL_GUARDED_BY(mutex_) = kZeroForDefault;
  std::array<Scraper, kScrapersMax> scrapers_ ABSL_GUARDED_BY(mutex_);
  KnownPrefix everyone_ ABSL_GUARDED_BY(mutex_);  // seen by any scraper
  TableSize due_ ABSL_GUARDED_BY(mutex_);         // what some scraper may see
  TableSize asked_ ABSL_GUARDED_BY(mutex_);       // what of it `show` was called for
  absl::Duration asked_at_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_ZERO_FIRST_H_
