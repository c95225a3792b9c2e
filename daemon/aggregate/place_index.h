// Finds the counter row of an (app, region), and knows which rows changed since the last
// checkpoint. Any place gets a row until there are as many as the caller allows. Beyond that the
// region, then the app, is replaced by kOtherLabel. A place keeps its row for good; one that was
// forgotten is gone from scrapes and leaves its room to others, until something comes for it.
//
// Thread safety: none; only the thread that applies epochs uses it. Its answers depend only on the
// order of its calls.
#ifndef GMEWATCH_DAEMON_AGGREGATE_PLACE_INDEX_H_
#define GMEWATCH_DAEMON_AGGREGATE_PLACE_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "daemon/aggregate/counters.h"
#include "daemon/model/batch.h"
#include "daemon/model/checkpoint.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

class PlaceIndex {
 public:
  // `counters` must outlive the index, and nobody else may add rows to it.
  explicit PlaceIndex(Counters& counters) : counters_(counters) {}

  // The row of `place`, which is added while fewer than `max_places` places have a row of their
  // own; otherwise the row of (app, other) if the app is known, else of (other, other).
  uint32_t RowFor(const Place& place, size_t max_places);

  // Adds rows for the places of the settings, which are exempt from `max_places`.
  void AddConfigured(const internal::Policy& policy);

  // Series begin again at zero, and a place whose series all do is gone, unless `policy` lists it.
  // REQUIRES: nobody reads the counters yet. Does nothing if they do not exist.
  void Forget(const struct Forget& what, const internal::Policy& policy);

  // Lets scrapes show the counts of `place`; does nothing if it has no row.
  void Show(const Place& place);

  // The row's counters, to be changed: the next checkpoint includes them.
  PlaceCounters* Change(uint32_t row) {
    changed_[row] = true;
    return counters_.mutable_place(row);
  }

  // Adds the rows that changed since the last call, or all, and their counters to `out`.
  void TakeRows(bool changed_only, Checkpoint* out);
  // DataLoss if the rows and counters contradict each other. REQUIRES: no row was added yet; all
  // columns were.
  absl::Status Load(const Checkpoint& checkpoint);

 private:
  uint32_t Add(const Place& place, bool shown);
  // Its series of `what` begin again at zero.
  void ForgetIn(const struct Forget& what, PlaceCounters* row);
  // A place is gone, or back.
  void SetGone(uint32_t row, bool gone);
  // Room for a row that is not the last one, which is for (other, other).
  bool HasRoom() const { return counters_.places() + 1 < Counters::kPlacesMax; }

  Counters& counters_;
  absl::flat_hash_map<Place, uint32_t> rows_;
  absl::flat_hash_set<std::string> apps_;
  // Rows with names as sent that are not gone; those of kOtherLabel have no limit.
  size_t exact_places_ = 0;
  std::vector<bool> changed_;  // by row
  bool forgot_ = false;        // a checkpoint may hold counts of cells that are zero now
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_PLACE_INDEX_H_
