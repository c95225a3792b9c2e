#include "daemon/front_sessions.h"

#include <algorithm>
#include <utility>

namespace gmewatch {

FrontSessions::FrontSessions(size_t lanes, IndexOfFn index_of, Clock& clock)
    : index_of_(std::move(index_of)), clock_(clock), start_(clock.Monotonic()) {
  for (size_t i = 0; i < lanes; ++i) lanes_.push_back(std::make_unique<Lane>());
}

uint32_t FrontSessions::NowSeconds() const {
  return static_cast<uint32_t>(absl::ToInt64Seconds(clock_.Monotonic() - start_)) + 1;
}

uint32_t FrontSessions::OldestSeconds(absl::Duration horizon) const {
  const auto horizon_s = static_cast<uint32_t>(absl::ToInt64Seconds(horizon));
  const uint32_t now_s = NowSeconds();
  return now_s > horizon_s ? now_s - horizon_s : 0;
}

size_t FrontSessions::Note(size_t lane, const Epoch& epoch) {
  std::vector<AppTag> apps;
  for (const Origin& origin : epoch.origins()) apps.push_back(TagOf(origin.app));
  const uint32_t now_s = NowSeconds();
  Lane& to = *lanes_[lane];
  absl::MutexLock lock(&to.mutex);
  const size_t before = to.sessions.size();
  size_t batches = 0;
  size_t offset = 0;
  for (BatchView batch; epoch.Next(&offset, &batch); ++batches) {
    const SessionId& id = batch.header.session;
    const size_t hash = SessionTable::Hash(id);
    uint32_t slot = to.sessions.Find(id, hash);
    if (slot == SessionTable::kNone) {
      slot = to.sessions.Insert(id, hash, apps[batch.header.origin]);
    } else {
      to.sessions.Change(slot)->mark |= SessionTable::kCameBack;
    }
    Session* session = to.sessions.Change(slot);
    session->last_sequence = std::max(session->last_sequence, batch.header.sequence);
    session->last_seen_s = now_s;
  }
  count_.fetch_add(to.sessions.size() - before, std::memory_order_relaxed);
  return batches;
}

void FrontSessions::Sweep(absl::Duration horizon, absl::Duration once_horizon) {
  const uint32_t oldest_s = OldestSeconds(horizon);
  const uint32_t once_oldest_s = OldestSeconds(once_horizon);
  if (oldest_s == 0 && once_oldest_s == 0) return;
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    absl::MutexLock lock(&lane->mutex);
    const size_t before = lane->sessions.size();
    lane->sessions.Sweep(oldest_s, once_oldest_s, lane->sessions.slots());
    count_.fetch_sub(before - lane->sessions.size(), std::memory_order_relaxed);
  }
}

KnownSession FrontSessions::Find(const SessionId& id) const {
  const Lane& lane = *lanes_[index_of_(id)];
  absl::MutexLock lock(&lane.mutex);
  const uint32_t slot = lane.sessions.Find(id, SessionTable::Hash(id));
  if (slot == SessionTable::kNone) return {};
  return {true, lane.sessions.at(slot).last_sequence};
}

size_t FrontSessions::SizeOf(AppTag app) const {
  size_t size = 0;
  for (const std::unique_ptr<Lane>& lane : lanes_) {
    absl::MutexLock lock(&lane->mutex);
    size += lane->sessions.SizeOf(app);
  }
  return size;
}

void FrontSessions::SetKnownToCounters(uint64_t sessions) {
  counters_know_ = sessions;
  counters_said_s_ = NowSeconds();
}

uint64_t FrontSessions::KnownToCounters() const {
  const uint32_t away_s = static_cast<uint32_t>(absl::ToInt64Seconds(kCountersAway));
  return NowSeconds() > counters_said_s_ + away_s ? 0 : counters_know_.load();
}

bool FrontSessions::HasRoom(AppTag app, size_t limit, absl::Span<const AppTag> apps) const {
  const uint64_t known = KnownToCounters();
  if (known > 0 && known >= limit - limit / 20) return false;
  size_t taken = written();
  if (apps.size() < 2 || taken < limit / 2) return taken < limit;
  const size_t share = limit / 2 / apps.size();
  if (SizeOf(app) < share) return true;
  // What is kept for the apps that have less than their share is taken too.
  for (const AppTag each : apps) taken += share - std::min(share, SizeOf(each));
  return taken < limit;
}

}  // namespace gmewatch
