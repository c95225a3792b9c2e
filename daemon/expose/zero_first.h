// Starts new series at zero, so that PromQL's increase() sees the first error too. A row or column
// of the counters that is not shown yet is rendered as zeros. When kZeroTime has passed since a
// completed scrape had the zeros, the owner is asked to show the counts; by then a second
// Prometheus has had time to see the zeros.
//
// Thread safety: every method may be called from any thread. `counters` and `clock` must outlive
// it. `show` is called on the thread that calls Begin, under no lock. Memory: only for rows and
// columns that are not shown yet.
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

// What one scrape renders in all of its families: how many rows and columns, and whether each shows
// its counts.
struct ScrapeView {
  absl::Duration begun;  // Clock::Monotonic
  std::vector<bool> place_shown;
  size_t codes = 0;
  std::array<bool, kCodeSlotsMax> code_shown{};
};

class ZeroFirst {
 public:
  // Asks the owner to show the counts of these rows and columns. The counters say when it is done.
  using ShowFn = std::function<void(std::vector<Place> places, std::vector<int32_t> codes)>;

  ZeroFirst(const Counters& counters, Clock& clock, ShowFn show);

  // Begins a scrape. Calls `show` for rows and columns that were at zero long enough, and again
  // after kZeroTime if they are still not shown.
  ScrapeView Begin();

  // Ends a scrape whose reader got all of it. It is not called for a scrape that broke off.
  void Completed(const ScrapeView& view);

  static constexpr absl::Duration kZeroTime = absl::Seconds(15);

 private:
  struct Zero {
    absl::Duration seen;                               // when a scrape first showed it at zero
    absl::Duration asked = -absl::InfiniteDuration();  // when `show` was last called for it
  };
  using Zeros = absl::flat_hash_map<size_t, Zero>;  // by the index of the row or column

  // Whether to call `show` for `index` now.
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
