// The counters: one dense row of cells for each (app, region), one column for each code.
//
// Thread safety: one thread writes, the one that applies epochs. Any number of threads read without
// a lock, so a scrape stops nobody. A value that was read never goes back. Values read one after
// the other may differ by the batches that were counted in between.
//
// Lifetime: rows and columns are only ever added, and never move; references to them are valid as
// long as the Counters.
#ifndef GMEWATCH_DAEMON_AGGREGATE_COUNTERS_H_
#define GMEWATCH_DAEMON_AGGREGATE_COUNTERS_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "daemon/aggregate/reporters.h"
#include "daemon/model/batch.h"
#include "daemon/model/limits.h"
#include "daemon/model/loss_reason.h"
#include "daemon/model/sender_bits.h"

namespace gmewatch {

// The column of codes beyond kUnknownCodesMax; it exists from the start.
inline constexpr size_t kOtherSlot = 0;

// A number that only grows and has one writer. It stays at 2^64-1 instead of wrapping to 0. A
// reader that sees a value also sees what the writer did before it.
class Tally {
 public:
  uint64_t value() const { return value_.load(std::memory_order_acquire); }
  void Add(uint64_t n) {
    const uint64_t before = value_.load(std::memory_order_relaxed);
    const uint64_t after = before + n;
    value_.store(after < before ? UINT64_MAX : after, std::memory_order_release);
  }
  // Stays at `max` instead of passing it.
  void AddUpTo(uint64_t n, uint64_t max) {
    const uint64_t before = value();
    if (before < max) Add(std::min(n, max - before));
  }
  // A series begins again. REQUIRES: nobody reads yet, so that no reader sees a number go back.
  void Forget() { value_.store(0, std::memory_order_release); }

 private:
  std::atomic<uint64_t> value_{0};
};

// What the detector needs to know of an entry beside its session and its count.
struct Watched {
  uint64_t sender = 0;           // Batch::sender: 0 if only the session is known
  bool is_new = false;           // the session's first batch
  uint32_t events = UINT32_MAX;  // what the detector sees of the count, at most
};

// The in-time events of a cell as the detector sees them, and roughly who sent them: a player with
// a token, an address, or else a session. So it can distinguish one client in a retry loop, or one
// that makes up sessions, from many clients. Splitting or reordering batches does not change it.
// Lost at a restart.
class Senders {
 public:
  static constexpr size_t kBuckets = 8;

  // Events by a hash of the sender; wraps at 2^32.
  uint32_t events(size_t bucket) const { return events_[bucket].load(std::memory_order_relaxed); }
  // A bit for each sender since the last call, folded to 32 bits. For one reader.
  uint32_t TakeSenders() { return senders_.exchange(0, std::memory_order_relaxed); }
  // The same, by kind. For one reader.
  SenderBits TakeBits() {
    return {sessions_.exchange(0, std::memory_order_relaxed),
            new_sessions_.exchange(0, std::memory_order_relaxed),
            addresses_.exchange(0, std::memory_order_relaxed)};
  }

  // For the one writer.
  void Add(const SessionId& session, uint32_t count, const Watched& watched) {
    const uint64_t spread = SpreadOf(session);
    const uint64_t hash = watched.sender != 0 ? watched.sender : spread;
    std::atomic<uint32_t>& events = events_[hash % kBuckets];
    events.store(events.load(std::memory_order_relaxed) + std::min(count, watched.events),
                 std::memory_order_relaxed);
    Set(uint32_t{1} << (hash / kBuckets % 32), &senders_);
    const uint64_t session_bit = uint64_t{1} << (spread >> 58);
    Set(session_bit, &sessions_);
    if (watched.is_new) Set(session_bit, &new_sessions_);
    if (watched.sender != 0) Set(uint64_t{1} << (hash >> 58), &addresses_);
  }

 private:
  // A reader that takes the bits in between sees some of them twice, which does no harm.
  template <typename Bits>
  static void Set(Bits bit, std::atomic<Bits>* all) {
    const Bits before = all->load(std::memory_order_relaxed);
    if ((before & bit) == 0) all->store(before | bit, std::memory_order_relaxed);
  }

  std::array<std::atomic<uint32_t>, kBuckets> events_{};
  std::atomic<uint32_t> senders_{0};
  std::atomic<uint64_t> sessions_{0};
  std::atomic<uint64_t> new_sessions_{0};
  std::atomic<uint64_t> addresses_{0};
};

// The counts of one code in one (app, region).
class Cell {
 public:
  Cell() = default;
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;
  ~Cell() { delete senders(); }

  Tally events;
  Tally sessions;  // sessions that reported the code at least once
  Tally late;      // those of `events` that were late

  // Events that were not late. An event that is being counted may be missing for a moment, but a
  // late one is never included, so that it cannot look like a spike: CountLate counts it in `late`
  // first, and this reads in the opposite order.
  uint64_t InTime() const {
    const uint64_t all = events.value();
    const uint64_t late_events = late.value();
    return all > late_events ? all - late_events : 0;
  }

  // Null before the first event in time.
  Senders* senders() const { return senders_.load(std::memory_order_acquire); }

  // For the one writer.
  void CountLate(uint32_t count) {
    late.Add(count);
    events.Add(count);
  }
  void Forget() {
    events.Forget();
    sessions.Forget();
    late.Forget();
  }
  // Who sees the events also sees who sent them.
  void CountInTime(const SessionId& session, uint32_t count, const Watched& watched = {}) {
    if (senders() == nullptr) {
      senders_.store(std::make_unique<Senders>().release(), std::memory_order_release);
    }
    senders()->Add(session, count, watched);
    events.Add(count);
  }

 private:
  std::atomic<Senders*> senders_{nullptr};
};

class PlaceCounters {
 public:
  PlaceCounters(Place place, bool shown) : place_(std::move(place)), shown_(shown) {}

  const Place& place() const { return place_; }
  // Whether scrapes show the counts; until then they show zeros.
  bool shown() const { return shown_.load(std::memory_order_acquire); }
  // All of it was forgotten and nothing came since: no scrape has it, not even as zeros.
  bool gone() const { return gone_.load(std::memory_order_acquire); }
  const Cell& cell(size_t slot) const { return cells_[slot]; }
  uint64_t success_events() const { return success_.value(); }
  // Successes that were not late, as the detector sees them.
  uint64_t watched_successes() const { return watched_success_.value(); }
  uint64_t sessions() const { return sessions_.value(); }
  // All events, with successes; no series of the place has more.
  uint64_t total() const { return total_.value(); }
  uint64_t lost(size_t reason) const { return lost_[reason].value(); }
  // Who sent; for one reader, which takes what it reads.
  Reporters& reporters() const { return reporters_; }

  // For the one writer.
  Cell* mutable_cell(size_t slot) { return &cells_[slot]; }
  void CountSuccesses(uint32_t count, uint32_t watched) {
    watched_success_.Add(watched);
    success_.Add(count);
  }
  Tally* mutable_success() { return &success_; }
  Tally* mutable_sessions() { return &sessions_; }
  Tally* mutable_total() { return &total_; }
  Tally* mutable_lost(size_t reason) { return &lost_[reason]; }
  void Show() { shown_.store(true, std::memory_order_release); }
  void SetGone(bool gone) {
    if (gone) shown_.store(false, std::memory_order_release);
    gone_.store(gone, std::memory_order_release);
  }

 private:
  const Place place_;
  std::atomic<bool> shown_;
  std::atomic<bool> gone_{false};
  Tally success_;
  Tally watched_success_;  // lost at a restart
  Tally sessions_;
  Tally total_;
  std::array<Tally, kLossReasons> lost_;
  mutable Reporters reporters_;
  std::array<Cell, kCodeSlotsMax> cells_;
};

class Counters {
 public:
  Counters();
  Counters(const Counters&) = delete;
  Counters& operator=(const Counters&) = delete;
  ~Counters();

  // Rows, in the order in which they were added.
  size_t places() const { return places_.load(std::memory_order_acquire); }
  const PlaceCounters& place(size_t id) const { return *Slot(id).load(std::memory_order_acquire); }

  // Rows that are not gone.
  size_t present_places() const;

  // The events of the series that has most. Looks at few places, so a scrape can afford it.
  uint64_t LargestSeries() const;

  // Columns, in the order in which they were added. The first is kOtherSlot, whose code() has no
  // meaning.
  size_t codes() const { return codes_.load(std::memory_order_acquire); }
  int32_t code(size_t slot) const { return code_[slot]; }
  bool code_shown(size_t slot) const { return code_shown_[slot].load(std::memory_order_acquire); }

  // For the one writer. REQUIRES: places() < kPlacesMax; codes() < kCodeSlotsMax.
  PlaceCounters* AddPlace(Place place, bool shown);
  size_t AddCode(int32_t code, bool shown);
  PlaceCounters* mutable_place(size_t id) { return Slot(id).load(std::memory_order_relaxed); }
  void ShowCode(size_t slot) { code_shown_[slot].store(true, std::memory_order_release); }

  // The most (app, region) rows: as many as config.proto allows, and room for kOtherLabel, several
  // times.
  static constexpr size_t kPlacesMax = 65535;

 private:
  // Rows must not move under a reader, so blocks that are never replaced point to them.
  static constexpr size_t kBlock = 1024;
  using Block = std::array<std::atomic<PlaceCounters*>, kBlock>;
  std::atomic<PlaceCounters*>& Slot(size_t id) const {
    return (*blocks_[id / kBlock].load(std::memory_order_acquire))[id % kBlock];
  }

  std::atomic<size_t> places_{0};
  std::atomic<size_t> codes_{0};
  mutable std::array<std::atomic<Block*>, kPlacesMax / kBlock + 1> blocks_{};
  std::array<int32_t, kCodeSlotsMax> code_{};
  std::array<std::atomic<bool>, kCodeSlotsMax> code_shown_{};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_COUNTERS_H_
