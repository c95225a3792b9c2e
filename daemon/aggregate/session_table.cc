#include "daemon/aggregate/session_table.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>
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

AppTag TagOf(absl::string_view app) {
  // FNV-1a: checkpoints hold it, so it must not differ between processes.
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : app) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return static_cast<AppTag>(hash % SessionTable::kTagBits) + 1;
}

SessionTable::SessionTable() { ResizeIndex(kIndexSizeMin); }

uint32_t SessionTable::Find(const SessionId& id, size_t hash) const {
  for (size_t at = hash & mask_; index_[at] != 0; at = (at + 1) & mask_) {
    if (At(index_[at] - 1).id == id) return index_[at] - 1;
  }
  return kNone;
}

size_t SessionTable::SizeOf(AppTag app) const {
  const auto found = apps_.find(app);
  return found == apps_.end() ? 0 : found->second;
}

uint32_t SessionTable::Insert(const SessionId& id, size_t hash, AppTag app) {
  if (IsFull(size_ + 1, index_.size())) ResizeIndex(index_.size() * 2);
  while (first_with_room_ < pages_.size() && pages_[first_with_room_].first_free == kNone) {
    ++first_with_room_;
  }
  if (first_with_room_ == pages_.size()) AddFreePage();
  Page& page = pages_[first_with_room_];
  const auto slot = static_cast<uint32_t>(first_with_room_ * kPageSessions + page.first_free);
  Session* session = Change(slot);
  page.first_free = session->last_seen_s;
  ++page.used;
  *session = Session();
  session->id = id;
  session->mark = app;
  ++apps_[app];
  Index(slot, hash);
  ++size_;
  return slot;
}

void SessionTable::Restart(uint32_t slot, AppTag app) {
  Session* session = Change(slot);
  const SessionId id = session->id;
  Uncount(TagIn(*session));
  *session = Session();
  session->id = id;
  session->mark = app;
  ++apps_[app];
}

void SessionTable::Claim(uint32_t slot, AppTag app) {
  Uncount(0);
  Change(slot)->mark |= app;
  ++apps_[app];
}

void SessionTable::Uncount(AppTag app) {
  const auto found = apps_.find(app);
  if (--found->second == 0) apps_.erase(found);
}

Session* SessionTable::Change(uint32_t slot) {
  Page& page = pages_[slot / kPageSessions];
  page.changed = true;
  return &page.sessions[slot % kPageSessions];
}

void SessionTable::Unmap::operator()(Session* sessions) const { munmap(sessions, kPageBytes); }

SessionTable::Page SessionTable::NewPage() {
  void* memory =
      mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  Page page;
  page.sessions.reset(static_cast<Session*>(memory));
  return page;
}

std::optional<SessionTable::Page> SessionTable::LoadPage(absl::string_view bytes) {
  if (bytes.size() == kPageBytes) {
    Page page = NewPage();
    std::memcpy(page.sessions.get(), bytes.data(), bytes.size());
    return page;
  }
  if (bytes.size() != kPageSessions * kShortSessionBytes) return std::nullopt;
  Page page = NewPage();
  constexpr size_t kEnd = sizeof(Session::last_seen_s) + sizeof(Session::mark);
  for (size_t i = 0; i < kPageSessions; ++i) {
    const absl::string_view stored = bytes.substr(i * kShortSessionBytes, kShortSessionBytes);
    Session& session = page.sessions[i];
    std::memcpy(static_cast<void*>(&session), stored.data(), kShortSessionBytes - kEnd);
    std::memcpy(&session.last_seen_s, stored.data() + kShortSessionBytes - kEnd, kEnd);
  }
  // Stored as it is now by the next checkpoint.
  page.changed = true;
  return page;
}

void SessionTable::AddFreePage() {
  pages_.push_back(NewPage());
  for (uint32_t i = kPageSessions; i > 0; --i) Free(&pages_.back(), i - 1);
}

void SessionTable::Free(Page* page, uint32_t index) {
  Session& freed = page->sessions[index];
  freed = Session();
  freed.mark = kFree;
  freed.last_seen_s = page->first_free;
  page->first_free = index;
}

void SessionTable::Index(size_t slot, size_t hash) {
  size_t at = hash & mask_;
  while (index_[at] != 0) at = (at + 1) & mask_;
  index_[at] = static_cast<uint32_t>(slot + 1);
}

void SessionTable::ResizeIndex(size_t size) {
  index_ = std::vector<uint32_t>(size);
  mask_ = size - 1;
  for (size_t slot = 0; slot < slots(); ++slot) {
    if (At(slot).mark != kFree) Index(slot, Hash(At(slot).id));
  }
}

void SessionTable::Remove(size_t slot) {
  Uncount(TagIn(At(slot)));
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
  const size_t number = slot / kPageSessions;
  Page& page = pages_[number];
  Free(&page, static_cast<uint32_t>(slot % kPageSessions));
  page.changed = true;
  --page.used;
  first_with_room_ = std::min(first_with_room_, number);
  --size_;
}

void SessionTable::Sweep(uint32_t oldest_s, uint32_t once_oldest_s, size_t slots) {
  const size_t all = this->slots();
  for (size_t i = 0; i < std::min(slots, all); ++i, ++cursor_) {
    if (cursor_ >= all) cursor_ = 0;
    const Session& session = At(cursor_);
    if (session.mark == kFree) continue;
    const uint32_t oldest = CameBack(session) ? oldest_s : std::max(oldest_s, once_oldest_s);
    if (session.last_seen_s < oldest) Remove(cursor_);
  }
  GiveBack();
}

void SessionTable::GiveBack() {
  // The last page but one stays, free or not, so that a session that comes and goes maps no memory.
  while (pages_.size() > 1 && pages_.back().used == 0 && pages_[pages_.size() - 2].used == 0) {
    pages_.pop_back();
  }
  if (index_.size() == kIndexSizeMin || size_ * 8 >= index_.size()) return;
  size_t smaller = kIndexSizeMin;
  while (IsFull(size_ * 2, smaller)) smaller *= 2;
  ResizeIndex(smaller);
}

std::vector<SessionPage> SessionTable::TakePages(bool changed_only) {
  std::vector<SessionPage> out;
  for (size_t i = 0; i < pages_.size(); ++i) {
    if (changed_only && !pages_[i].changed) continue;
    pages_[i].changed = false;
    std::string bytes(kPageBytes, '\0');
    std::memcpy(bytes.data(), pages_[i].sessions.get(), bytes.size());
    out.push_back({static_cast<uint32_t>(i), std::move(bytes)});
  }
  return out;
}

absl::Status SessionTable::Load(const std::vector<SessionPage>& pages) {
  for (const SessionPage& page : pages) {
    std::optional<Page> read = LoadPage(page.bytes);
    if (!read.has_value() || page.index != pages_.size()) {
      return absl::DataLossError(absl::StrCat("session page ", page.index, " of ",
                                              page.bytes.size(), " bytes found instead of page ",
                                              pages_.size(), " of ", kPageBytes, " bytes"));
    }
    pages_.push_back(*std::move(read));
    Page& loaded = pages_.back();
    for (uint32_t i = kPageSessions; i > 0; --i) {
      const Session& session = loaded.sessions[i - 1];
      if (session.mark == kFree) {
        Free(&loaded, i - 1);
      } else {
        ++apps_[TagIn(session)];
        ++loaded.used;
      }
    }
    size_ += loaded.used;
  }
  size_t index_size = kIndexSizeMin;
  while (IsFull(size_, index_size)) index_size *= 2;
  ResizeIndex(index_size);
  return absl::OkStatus();
}

}  // namespace gmewatch
