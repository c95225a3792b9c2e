// Counts the reported events of each code until a batch takes them. Report touches nothing else.
//
// Thread safety: Add from any thread, without locks, allocation or waiting; Take* from one thread
// at a time; the rest from any. Limits: 512 distinct codes for the table's life, because a slot is
// never given back; events of further codes are counted as overflow. Counts are 64 bits wide.
#ifndef GMEWATCH_CLIENT_SRC_CODE_TABLE_H_
#define GMEWATCH_CLIENT_SRC_CODE_TABLE_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace gmewatch::client {

class CodeTable {
 public:
  static constexpr size_t kCodesMax = 512;

  CodeTable() = default;
  CodeTable(const CodeTable&) = delete;
  CodeTable& operator=(const CodeTable&) = delete;

  void Add(int32_t code, uint64_t count) noexcept {
    size_t index = FirstIndex(code);
    for (size_t probe = 0; probe < kCodesMax; ++probe, index = (index + 1) % kCodesMax) {
      if (Holds(slots_[index], code)) {
        slots_[index].count.fetch_add(count, std::memory_order_relaxed);
        return;
      }
    }
    overflow_.fetch_add(count, std::memory_order_relaxed);
  }

  // Takes counts of at most `events_max` events together and calls use(code, count) for each code
  // that has some; the rest stays. If there are more, each code gives its share, so that none waits
  // for another. REQUIRES: `events_max` is above kCodesMax.
  template <typename Use>
  void Take(uint64_t events_max, Use use) {
    const uint64_t events = Events();
    const double share = events <= events_max ? 1
                                              : static_cast<double>(events_max - kCodesMax) /
                                                    static_cast<double>(events);
    for (Slot& slot : slots_) {
      const uint64_t all = slot.count.load(std::memory_order_relaxed);
      if (all == 0) continue;
      const uint64_t part =
          share == 1 ? all : static_cast<uint64_t>(static_cast<double>(all) * share) + 1;
      // Others may add meanwhile.
      const uint64_t count = std::min({part, all, events_max});
      if (count == 0) continue;
      events_max -= count;
      // A subtraction keeps events that are added meanwhile for the next batch.
      slot.count.fetch_sub(count, std::memory_order_relaxed);
      use(static_cast<int32_t>(slot.key.load(std::memory_order_relaxed)), count);
    }
  }

  // Events of codes that found no slot since the last call.
  uint64_t TakeOverflow() { return overflow_.exchange(0, std::memory_order_relaxed); }

  uint64_t Overflow() const { return overflow_.load(std::memory_order_relaxed); }

  // The sum of all counts.
  uint64_t Events() const {
    uint64_t sum = 0;
    for (const Slot& slot : slots_) sum += slot.count.load(std::memory_order_relaxed);
    return sum;
  }

 private:
  // Keys are wider than codes, so that no code equals the mark of an empty slot.
  static constexpr int64_t kEmpty = std::numeric_limits<int64_t>::min();

  // Relaxed order is enough everywhere: a slot's count starts at zero whichever thread claims it,
  // and only sums are ever read.
  struct Slot {
    std::atomic<int64_t> key = kEmpty;
    std::atomic<uint64_t> count = 0;
  };

  // Fibonacci hashing spreads GME's codes, which are dense runs, over the table.
  static size_t FirstIndex(int32_t code) {
    return (static_cast<uint32_t>(code) * 2654435769U) >> 23;
  }

  // Returns whether the slot holds the code; claims it if it is empty.
  static bool Holds(Slot& slot, int32_t code) noexcept {
    int64_t key = slot.key.load(std::memory_order_relaxed);
    if (key == code) return true;
    if (key != kEmpty) return false;
    // If another thread was first, `key` becomes the code that it stored: possibly this one.
    return slot.key.compare_exchange_strong(key, code, std::memory_order_relaxed) || key == code;
  }

  std::array<Slot, kCodesMax> slots_;
  std::atomic<uint64_t> overflow_ = 0;

  static_assert(kCodesMax == 1U << (32 - 23), "FirstIndex makes indices of nine bits");
  static_assert(std::atomic<int64_t>::is_always_lock_free);
  static_assert(std::atomic<uint64_t>::is_always_lock_free);
};

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_CODE_TABLE_H_
