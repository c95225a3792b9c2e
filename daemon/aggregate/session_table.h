// The sessions that were heard of within the horizon: what duplicate detection and distinct-session
// counts need. 56 bytes a session and an index of 4.6 to 9.2 bytes each.
//
// Thread safety: none. A slot stays a session's until it is swept. What the table answers depends
// on its calls alone; the index's hash is another in every process, so that nobody can choose
// identifiers that collide.
#ifndef GMEWATCH_DAEMON_AGGREGATE_SESSION_TABLE_H_
#define GMEWATCH_DAEMON_AGGREGATE_SESSION_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "daemon/model/batch.h"
#include "daemon/model/checkpoint.h"
#include "daemon/model/limits.h"

namespace gmewatch {

struct Session {
  SessionId id;
  uint64_t last_sequence = 0;                          // of the batches counted
  std::array<uint64_t, kCodeSlotsMax / 64> seen = {};  // a bit for each code slot that it reported
  uint32_t last_seen_s = 0;                            // seconds since 1970
  uint32_t place = 0;                                  // where it first reported
};
static_assert(sizeof(Session) == 56, "sessions are stored as they stand in memory");

class SessionTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  SessionTable();

  size_t size() const { return size_; }
  static size_t Hash(const SessionId& id) { return absl::HashOf(id); }

  // Bring near, in this order and some calls apart, what Find will touch: worth it when many
  // sessions come in turn.
  void PrefetchIndex(size_t hash) const { __builtin_prefetch(&index_[hash & mask_]); }
  void PrefetchSession(size_t hash) const {
    const uint32_t entry = index_[hash & mask_];
    if (entry != 0) __builtin_prefetch(&At(entry - 1));
  }

  // The session's slot, or kNone.
  uint32_t Find(const SessionId& id, size_t hash) const;
  // REQUIRES: it is not there.
  uint32_t Insert(const SessionId& id, size_t hash);
  const Session& at(uint32_t slot) const { return At(slot); }
  // To be changed: the next checkpoint will have its page.
  Session* Change(uint32_t slot);

  // Forgets, among the next `slots` slots, the sessions not seen since `oldest_s`. For their memory
  // only: who asks must not depend on when a session is swept.
  void Sweep(uint32_t oldest_s, size_t slots);

  // The pages changed since the last call, or all.
  std::vector<SessionPage> TakePages(bool changed_only);
  // All pages again. DataLoss where they contradict themselves. REQUIRES: the table is empty.
  absl::Status Load(const std::vector<SessionPage>& pages);

 private:
  static constexpr size_t kPageSessions = 4096;
  // The `place` of a slot without a session.
  static constexpr uint32_t kFree = UINT32_MAX;
  struct Page {
    std::array<Session, kPageSessions> sessions;
    bool changed = false;
  };

  Session& At(size_t slot) const {
    return pages_[slot / kPageSessions]->sessions[slot % kPageSessions];
  }
  void AddPage();
  void ResizeIndex(size_t size);
  void Index(size_t slot, size_t hash);
  void Remove(size_t slot);

  std::vector<std::unique_ptr<Page>> pages_;
  std::vector<uint32_t> free_;   // slots, taken from the end
  std::vector<uint32_t> index_;  // slot + 1, or 0; linear probing
  size_t mask_ = 0;
  size_t size_ = 0;
  size_t cursor_ = 0;  // where the next Sweep begins
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_SESSION_TABLE_H_
