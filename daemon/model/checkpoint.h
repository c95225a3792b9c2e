// The state after an epoch, or the part of it that changed since the previous checkpoint. The event
// log stores it so that recovery need not replay every epoch. Plain data; counters that are zero
// have no row.
#ifndef GMEWATCH_DAEMON_MODEL_CHECKPOINT_H_
#define GMEWATCH_DAEMON_MODEL_CHECKPOINT_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/model/epoch.h"
#include "daemon/model/loss_reason.h"
#include "daemon/model/partition_row.h"

namespace gmewatch {

// A column of the counters. Slots are given in the order of first appearance, so the slot is part
// of the state.
struct CodeRow {
  uint32_t slot = 0;
  int32_t code = 0;
  bool in_catalog = false;
  bool shown = false;  // its counts appear in a scrape
};

struct PlaceRow {
  uint32_t id = 0;
  Place place;
  bool shown = false;
  uint64_t success_events = 0;
  uint64_t sessions = 0;
  std::array<uint64_t, kLossReasons> lost{};
  bool gone = false;  // forgotten as a whole, and no scrape has it; never with shown
};

struct CounterRow {
  uint32_t place_id = 0;
  uint32_t slot = 0;
  uint64_t events = 0;
  uint64_t sessions = 0;
  uint64_t late = 0;
};

// A page of the session table as the aggregate packs it; opaque to the log. Replaces the saved page
// of the same index.
struct SessionPage {
  uint32_t index = 0;
  std::string bytes;
};

// The detector's state of one place, or, with an empty place, its state of no place; opaque to the
// log. Replaces the saved page of the same place.
struct DetectorPage {
  Place place;
  std::string bytes;

  friend bool operator==(const DetectorPage&, const DetectorPage&) = default;
};

struct Checkpoint {
  // The last epoch that it covers, and that epoch's times.
  uint64_t epoch = 0;
  int64_t time_ms = 0;
  int64_t steady_ms = 0;  // what Epoch::steady_ms is, but never 0 for time_ms
  // internal.Policy, serialized: the one in force after that epoch.
  std::string policy;
  uint64_t batches_counted = 0;
  uint64_t batches_duplicate = 0;
  RejectedByReason rejected{};
  // Codes are always complete. The other lists are complete when loaded, or hold what changed when
  // saved; `counters` are those of the changed places.
  std::vector<CodeRow> codes;
  std::vector<PlaceRow> places;
  std::vector<CounterRow> counters;
  std::vector<SessionPage> pages;
  // When saved: session pages from this index on are gone. Absent: none are.
  std::optional<uint32_t> page_count;
  std::vector<DetectorPage> detector;
  // When saved: `detector` is complete and replaces all saved pages.
  bool detector_whole = false;
  // The history of the triage page; opaque to the log, replaced as a whole.
  std::string triage;
  // What the silence watch has learned; the same.
  std::string silence;
  // All partitions of a log that several processes write; `epoch` is then the number of
  // records in all of them. Empty: the log is that of one daemon.
  std::vector<PartitionRow> partitions;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_CHECKPOINT_H_
