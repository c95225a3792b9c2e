// Lets new series be seen at zero before they show a count, so that increase() sees the first error
// too: a row or column of the counters that is not shown yet is rendered as zeros, and once a
// completed scrape had it for kZeroTime, the owner is asked to show it. A second Prometheus has had
// time to see the zeros by then.
//
// Thread safety: every method may be called from any thread. `counters` and `clock` must outlive
// it. `show` is called on the thread that calls Begin, under no lock. Memory: only for what is not
// shown yet.
#ifndef GMEWATCH_DAEMON_EXPOSE_ZERO_FIRST_H_
#define GMEWATCH_DAEMON_EXPOSE_ZERO_FIRST_H_

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/aggregate/counters.h"
#include "daemon/base/clock.h"

namespace gmewatch {

// What one scrape renders, the same in all of its families: the first rows and columns, and whether
// each shows counts.
struct ScrapeView {
  absl::Duration begun;  // Clock::Monotonic
  std::vector<bool> place_shown;
  size_t codes = 0;
  std::array<bool, kCodeSlotsMax> code_shown{};
};

class ZeroFirst {
 public:
  // Asks for counts to be shown; that it was done is seen in the counters.
  using ShowFn = std::function<void(std::vector<Place> places, std::vector<int32_t> codes)>;

  ZeroFirst(const Counters& counters, Clock& clock, ShowFn show);

  // A scrape begins. Asks for what was at zero long enough; again after kZeroTime where nothing
  // came of it.
  ScrapeView Begin();

  // The scrape of this view reached its reader to the end; one that broke off is forgotten instead.
  void Completed(const ScrapeView& view);

  static constexpr absl::Duration kZeroTime = absl::Seconds(15);

 private:
  // Since when a row or column stands at zero, by its index; and when its counts were asked for
  // last.
  struct Zero {
    absl::Duration seen;
    absl::Duration asked = -absl::InfiniteDuration();
  };
  using Zeros = absl::flat_hash_map<size_t, Zero>;

  // Whether to ask for `index` now.
  static bool Due(size_t index, absl::Duration now, Zeros* zeros);

  const Counters& counters_;
  Clock& clock_;
  const ShowFn show_;

  absl::Mutex mutex_;
  Zeros zero_places_ ABSL_GUARDED_BY(mutex_);
  Zeros zero_codes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_ZERO_FIRST_H_
