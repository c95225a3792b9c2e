// The sessions that sent a batch within the horizon: the state of duplicate detection and of
// distinct-session counts. A session takes 64 bytes, a cache line, and 4.6 to 9.2 bytes of the
// index.
//
// Memory: new sessions take the lowest free slots, and pages of slots at the end that no session
// uses any more go back to the system, as does the index when it is an eighth full.
//
// Thread safety: none. A session keeps its slot until it is swept. The table's answers depend only
// on its calls. The hash of the index differs in every process, so that nobody can choose
// identifiers that collide.
#ifndef GMEWATCH_DAEMON_AGGREGATE_SESSION_TABLE_H_
#define GMEWATCH_DAEMON_AGGREGATE_SESSION_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "daemon/model/batch.h"
#include "daemon/model/checkpoint.h"
#include "daemon/model/limits.h"

namespace gmewatch {

struct Session {
  SessionId id;
  uint64_t last_sequence = 0;                                 // of the batches counted
  std::array<uint64_t, (kCodeSlotsMax + 63) / 64> seen = {};  // a bit for each code slot
  uint32_t last_seen_s = 0;                                   // seconds of Epoch::steady_ms
  uint32_t mark = 0;  // kFree, or the app's tag and kCameBack
};
static_assert(sizeof(Session) == 64, "checkpoints hold sessions as they are in memory");

// Which app a session is of, as the table and checkpoints keep it: from 1 to 2^30 - 1. 0: the
// session is of a version that did not keep it. Two apps have the same tag with a probability of
// 2^-30.
using AppTag = uint32_t;
AppTag TagOf(absl::string_view app);

class SessionTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  // Stored in checkpoints, like the session itself. A bit of a session's mark: more than one of its
  // batches came.
  static constexpr uint32_t kCameBack = uint32_t{1} << 30;
  static constexpr uint32_t kTagBits = kCameBack - 1;
  static AppTag TagIn(const Session& session) { return session.mark & kTagBits; }
  static bool CameBack(const Session& session) { return (session.mark & kCameBack) != 0; }

  SessionTable();

  size_t size() const { return size_; }
  // The sessions of an app.
  size_t SizeOf(AppTag app) const;
  // Slots, with a session or free; Sweep goes round them.
  size_t slots() const { return pages_.size() * kPageSessions; }
  static size_t Hash(const SessionId& id) { return absl::HashOf(id); }

  // Prefetch the memory that Find will touch: first the index, then, some calls later, the session.
  // Worth it if many sessions take turns.
  void PrefetchIndex(size_t hash) const { __builtin_prefetch(&index_[hash & mask_]); }
  void PrefetchSession(size_t hash) const {
    const uint32_t entry = index_[hash & mask_];
    if (entry != 0) __builtin_prefetch(&At(entry - 1));
  }

  // The session's slot, or kNone.
  uint32_t Find(const SessionId& id, size_t hash) const;
  // Adds a session and returns its slot. REQUIRES: the table does not have it.
  uint32_t Insert(const SessionId& id, size_t hash, AppTag app = 0);
  // The session, of a version that kept no app, is one of `app`.
  void Claim(uint32_t slot, AppTag app);
  // Makes the session a new one of `app`.
  void Restart(uint32_t slot, AppTag app);
  const Session& at(uint32_t slot) const { return At(slot); }
  // The session, to be changed: the next checkpoint includes its page.
  Session* Change(uint32_t slot);

  // Removes, among the next `slots` slots, the sessions not seen since `oldest_s`, or
  // `once_oldest_s` if they did not come back, and gives memory back. Only frees memory: callers
  // must decide by last_seen_s whether a session has expired.
  void Sweep(uint32_t oldest_s, uint32_t once_oldest_s, size_t slots);

  // The pages that changed since the last call, or all. Pages of earlier calls from page_count() on
  // are gone.
  std::vector<SessionPage> TakePages(bool changed_only);
  uint32_t page_count() const { return static_cast<uint32_t>(pages_.size()); }
  // Takes all pages of a checkpoint, those of earlier versions too. DataLoss if one has a wrong
  // size or position. REQUIRES: the table is empty.
  absl::Status Load(const std::vector<SessionPage>& pages);

 private:
  static constexpr size_t kPageSessions = 4096;
  // The mark of a free slot, stored too; any other mark is a session.
  static constexpr uint32_t kFree = UINT32_MAX;
  static constexpr size_t kPageBytes = kPageSessions * sizeof(Session);
  // A session as versions with 192 code slots stored it: 24 bytes of `seen` instead of 32.
  static constexpr size_t kShortSessionBytes = 56;
  // Mapped, so that a page that goes returns to the system wherever it was.
  struct Unmap {
    void operator()(Session* sessions) const;
  };
  struct Page {
    std::unique_ptr<Session[], Unmap> sessions;
    uint32_t used = 0;
    uint32_t first_free = kNone;  // in the page; a free slot has the next one in last_seen_s
    bool changed = false;
  };

  Session& At(size_t slot) const {
    return pages_[slot / kPageSessions].sessions[slot % kPageSessions];
  }
  // A page whose memory is zero.
  static Page NewPage();
  // Null if `bytes` are no page.
  static std::optional<Page> LoadPage(absl::string_view bytes);
  void AddFreePage();
  // Puts the page's slot into its list of free ones.
  static void Free(Page* page, uint32_t index);
  void ResizeIndex(size_t size);
  void Index(size_t slot, size_t hash);
  void Remove(size_t slot);
  void Uncount(AppTag app);
  void GiveBack();

  std::vector<Page> pages_;
  size_t first_with_room_ = 0;   // no page before it has a free slot
  std::vector<uint32_t> index_;  // slot + 1, or 0; linear probing
  size_t mask_ = 0;
  size_t size_ = 0;
  absl::flat_hash_map<AppTag, uint32_t> apps_;
  size_t cursor_ = 0;  // where the next Sweep begins
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_SESSION_TABLE_H_
