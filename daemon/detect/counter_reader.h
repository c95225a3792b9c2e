// What the counters gained since the last look, cell by cell: the detector's input.
//
// Thread safety: none; one reader of a Counters at a time, because it takes their session bits.
// Late events are left out. Memory: 12 bytes a cell, 32 more for each that counts.
#ifndef GMEWATCH_DAEMON_DETECT_COUNTER_READER_H_
#define GMEWATCH_DAEMON_DETECT_COUNTER_READER_H_

#include <array>
#include <cstdint>
#include <vector>

#include "daemon/aggregate/counters.h"

namespace gmewatch {

// What one cell gained.
struct CellGain {
  uint32_t place = 0;     // row of the counters
  uint32_t slot = 0;      // column of the counters
  uint32_t sessions = 0;  // a bit for each session, folded to 32
  uint64_t events = 0;
  std::array<uint32_t, Senders::kBuckets> by_sender = {};  // by a hash of the session
};

class CounterReader {
 public:
  // `counters` must outlive it. What they hold now is no gain.
  explicit CounterReader(const Counters& counters);

  // Cells that gained, in the order of their places, then slots. Good until the next call.
  const std::vector<CellGain>& Read();

 private:
  struct Seen {
    std::array<uint32_t, Senders::kBuckets> by_sender = {};
  };
  struct Row {
    std::vector<uint64_t> events;  // by slot; late ones left out
    std::vector<uint32_t> seen;    // by slot: index into seen_, plus 1
  };
  void ReadSenders(const Cell& cell, uint32_t* seen, CellGain* gain);

  const Counters& counters_;
  std::vector<Row> rows_;
  std::vector<Seen> seen_;
  std::vector<CellGain> gains_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_COUNTER_READER_H_
