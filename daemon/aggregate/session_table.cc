#include "daemon/aggregate/session_table.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

constexpr size_t kIndexSizeMin = 1024;

// Full enough that a million sessions fit into an index of 2^20 entries, empty enough that searches
// are short.
constexpr bool IsFull(size_t sessions, size_t index_size) { return sessions * 8 > index_size * 7; }

}  // namespace

SessionTable::SessionTable() { ResizeIndex(kIndexSizeMin); }

uint32_t SessionTable::Find(const SessionId& id, size_t hash) const {
  for (size_t at = hash & mask_; index_[at] != 0; at = (at + 1) & mask_) {
    if (At(index_[at] - 1).id == id) return index_[at] - 1;
  }
  return kNone;
}

uint32_t SessionTable::Insert(const SessionId& id, size_t hash) {
  if (IsFull(size_ + 1, index_.size())) ResizeIndex(index_.size() * 2);
  if (free_.empty()) AddPage();
  const uint32_t slot = free_.back();
  free_.pop_back();
  Session* session = Change(slot);
  *session = Session();
  session->id = id;
  Index(slot, hash);
  ++size_;
  return slot;
}

Session* SessionTable::Change(uint32_t slot) {
  Page& page = *pages_[slot / kPageSessions];
  page.changed = true;
  return &page.sessions[slot % kPageSessions];
}

void SessionTable::AddPage() {
  const size_t first = pages_.size() * kPageSessions;
  pages_.push_back(std::make_unique<Page>());
  for (Session& session : pages_.back()->sessions) session.free_mark = kFree;
  for (size_t i = kPageSessions; i > 0; --i) free_.push_back(static_cast<uint32_t>(first + i - 1));
}

void SessionTable::Index(size_t slot, size_t hash) {
  size_t at = hash & mask_;
  while (index_[at] != 0) at = (at + 1) & mask_;
  index_[at] = static_cast<uint32_t>(slot + 1);
}

void SessionTable::ResizeIndex(size_t size) {
  index_.assign(size, 0);
  mask_ = size - 1;
  for (size_t slot = 0; slot < pages_.size() * kPageSessions; ++slot) {
    if (At(slot).free_mark != kFree) Index(slot, Hash(At(slot).id));
  }
}

void SessionTable::Remove(size_t slot) {
  size_t hole = Hash(At(slot).id) & mask_;
  while (index_[hole] != slot + 1) hole = (hole + 1) & mask_;
  // Later entries of the probe sequence move back, so that no search ends at the hole too early.
  for (size_t at = (hole + 1) & mask_; index_[at] != 0; at = (at + 1) & mask_) {
    const size_t home = Hash(At(index_[at] - 1).id) & mask_;
    if (((at - home) & mask_) < ((at - hole) & mask_)) continue;
    index_[hole] = index_[at];
    hole = at;
  }
  index_[hole] = 0;
  Session* freed = Change(static_cast<uint32_t>(slot));
  *freed = Session();
  freed->free_mark = kFree;
  free_.push_back(static_cast<uint32_t>(slot));
  --size_;
}

void SessionTable::Sweep(uint32_t oldest_s, size_t slots) {
  const size_t all = pages_.size() * kPageSessions;
  for (size_t i = 0; i < std::min(slots, all); ++i, ++cursor_) {
    if (cursor_ >= all) cursor_ = 0;
    const Session& session = At(cursor_);
    if (session.free_mark != kFree && session.last_seen_s < oldest_s) Remove(cursor_);
  }
}

std::vector<SessionPage> SessionTable::TakePages(bool changed_only) {
  std::vector<SessionPage> out;
  for (size_t i = 0; i < pages_.size(); ++i) {
    if (changed_only && !pages_[i]->changed) continue;
    pages_[i]->changed = false;
    std::string bytes(sizeof(Page::sessions), '\0');
    std::memcpy(bytes.data(), pages_[i]->sessions.data(), bytes.size());
    out.push_back({static_cast<uint32_t>(i), std::move(bytes)});
  }
  return out;
}

absl::Status SessionTable::Load(const std::vector<SessionPage>& pages) {
  for (const SessionPage& page : pages) {
    if (page.bytes.size() != sizeof(Page::sessions) || page.index != pages_.size()) {
      return absl::DataLossError(absl::StrCat(
          "session page ", page.index, " of ", page.bytes.size(), " bytes found instead of page ",
          pages_.size(), " of ", sizeof(Page::sessions), " bytes"));
    }
    pages_.push_back(std::make_unique<Page>());
    std::memcpy(pages_.back()->sessions.data(), page.bytes.data(), page.bytes.size());
  }
  for (size_t slot = pages_.size() * kPageSessions; slot > 0; --slot) {
    if (At(slot - 1).free_mark == kFree) {
      free_.push_back(static_cast<uint32_t>(slot - 1));
    } else {
      ++size_;
    }
  }
  size_t index_size = kIndexSizeMin;
  while (IsFull(size_, index_size)) index_size *= 2;
  ResizeIndex(index_size);
  return absl::OkStatus();
}

}  // namespace gmewatch
