// What the checksums in state.db cover: one for the counts of each place, one for each page of
// sessions and of the detector, and one for everything else. The last one also covers how many rows
// the tables have, so that a row that is missing is noticed.
//
// Thread safety: free functions without state. No errors.
#ifndef GMEWATCH_DAEMON_LOG_STATE_CHECKSUMS_H_
#define GMEWATCH_DAEMON_LOG_STATE_CHECKSUMS_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "daemon/model/checkpoint.h"

namespace gmewatch {

// The column `shown` of a place: 1, or 2 if it is gone.
uint64_t ShownOf(const PlaceRow& row);

// By the place's id: its row and all its counters.
absl::flat_hash_map<uint32_t, uint32_t> PlaceChecksums(const Checkpoint& checkpoint);
uint32_t PageChecksum(const SessionPage& page);
uint32_t PageChecksum(const DetectorPage& page);

struct StateRowCounts {
  uint64_t places = 0;
  uint64_t session_pages = 0;
  uint64_t detector_pages = 0;
};
uint32_t MetaChecksum(const Checkpoint& checkpoint, const StateRowCounts& rows);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_STATE_CHECKSUMS_H_
