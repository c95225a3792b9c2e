// Reads the increase of every counter since the read before: the detector's input.
//
// Thread safety: none; a Counters has one reader, because reading clears its session bits. Late
// events and successes are left out, and so is what a session sends beyond its budget. Memory: 12
// bytes a cell, 32 more for each cell that counts.
#ifndef GMEWATCH_DAEMON_DETECT_COUNTER_READER_H_
#define GMEWATCH_DAEMON_DETECT_COUNTER_READER_H_

#include <array>
#include <cstdint>
#include <vector>

#include "daemon/aggregate/counters.h"

namespace gmewatch {

// The increase of one cell, or of a place's successes.
struct CellGain {
  uint32_t place = 0;     // row of the counters
  uint32_t slot = 0;      // column of the counters, a code
  uint32_t sessions = 0;  // a bit for each sender, folded to 32 bits
  bool success = false;   // operations that succeeded, which have no column
  uint64_t events = 0;    // as the detector sees them (Watched)
  // Events by bucket: a hash of the sender.
  std::array<uint32_t, Senders::kBuckets> by_sender = {};
  SenderBits bits = {};
};

class CounterReader {
 public:
  // `counters` must outlive it. Events that were counted before are not part of any gain.
  explicit CounterReader(const Counters& counters);

  // Returns what gained, ordered by place: its successes, then its cells by slot. Valid until the
  // next call.
  const std::vector<CellGain>& Read();

 private:
  struct Seen {
    std::array<uint32_t, Senders::kBuckets> by_sender = {};
  };
  struct Row {
    uint64_t successes = 0;
    std::vector<uint64_t> events;  // by slot, all without late events
    std::vector<uint32_t> seen;    // by slot: index into seen_ plus 1; 0 if it has none
  };
  void ReadSenders(const Cell& cell, uint32_t* seen, CellGain* gain);

  const Counters& counters_;
  std::vector<Row> rows_;
  std::vector<Seen> seen_;
  std::vector<CellGain> gains_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_COUNTER_READER_H_
