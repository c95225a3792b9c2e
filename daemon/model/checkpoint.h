// The aggregate's whole state after an epoch, or what changed of it since the checkpoint before:
// what the log stores so that recovery need not begin at the first epoch. Plain data; rows say only
// what is not zero.
#ifndef GMEWATCH_DAEMON_MODEL_CHECKPOINT_H_
#define GMEWATCH_DAEMON_MODEL_CHECKPOINT_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/model/epoch.h"
#include "daemon/model/loss_reason.h"

namespace gmewatch {

// A column of every counter row. The order of first appearance is the slot, and part of the state.
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
};

struct CounterRow {
  uint32_t place_id = 0;
  uint32_t slot = 0;
  uint64_t events = 0;
  uint64_t sessions = 0;
  uint64_t late = 0;
};

// A page of the session table as the aggregate packs it; opaque to the log. Replaces the page of
// the same index.
struct SessionPage {
  uint32_t index = 0;
  std::string bytes;
};

// What the detector remembers of a row, or with an empty place of the whole; opaque to the log.
// Replaces the page of the same place.
struct DetectorPage {
  Place place;
  std::string bytes;

  friend bool operator==(const DetectorPage&, const DetectorPage&) = default;
};

struct Checkpoint {
  // The last epoch that it covers, and that epoch's time.
  uint64_t epoch = 0;
  int64_t time_ms = 0;
  // internal.Policy, serialized: the settings that counted last.
  std::string policy;
  uint64_t batches_counted = 0;
  uint64_t batches_duplicate = 0;
  RejectedByReason rejected{};
  std::vector<CodeRow> codes;          // all
  std::vector<PlaceRow> places;        // all when loaded; those that changed when saved
  std::vector<CounterRow> counters;    // all when loaded; those of the changed places when saved
  std::vector<SessionPage> pages;      // all when loaded; those that changed when saved
  std::vector<DetectorPage> detector;  // the same, unless:
  bool detector_whole = false;         // when saved: they replace all that was there
  // What the triage page remembers of the past; opaque to the log, replaced as a whole.
  std::string triage;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_CHECKPOINT_H_
