// Roughly how many sessions sent a batch to one (app, region) since the last read, late ones
// included. One session that sends without end is one, so it cannot look like many clients.
//
// HyperLogLog (Flajolet et al., 2007) with 64 registers: within 13 %, exact for none and one. Not
// part of the state: lost at a restart.
//
// Thread safety: one thread writes, one reads; the reader takes what it reads. A session that is
// added meanwhile may be missed once, which does no harm.
#ifndef GMEWATCH_DAEMON_AGGREGATE_REPORTERS_H_
#define GMEWATCH_DAEMON_AGGREGATE_REPORTERS_H_

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "daemon/model/batch.h"

namespace gmewatch {

class Reporters {
 public:
  static constexpr size_t kRegisters = 64;
  // The highest rank of a hash of each sixty-fourth of the sessions; 0 without one.
  using Registers = std::array<uint8_t, kRegisters>;

  // For the one writer.
  void Add(const SessionId& session) {
    batches_.store(batches_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    const uint64_t hash = SpreadOf(session);
    std::atomic<uint8_t>& highest = registers_[hash % kRegisters];
    const auto rank = static_cast<uint8_t>(std::countl_zero(hash | kRegisters) + 1);
    if (rank > highest.load(std::memory_order_relaxed)) {
      highest.store(rank, std::memory_order_relaxed);
    }
  }

  // For the one reader. Batches counted so far; wraps.
  uint32_t batches() const { return batches_.load(std::memory_order_relaxed); }
  // The registers since the last call.
  Registers Take() {
    Registers out{};
    for (size_t i = 0; i < kRegisters; ++i) {
      if (registers_[i].load(std::memory_order_relaxed) == 0) continue;
      out[i] = registers_[i].exchange(0, std::memory_order_relaxed);
    }
    return out;
  }

 private:
  std::atomic<uint32_t> batches_{0};
  std::array<std::atomic<uint8_t>, kRegisters> registers_{};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_REPORTERS_H_
