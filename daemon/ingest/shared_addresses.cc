#include "daemon/ingest/shared_addresses.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "daemon/base/log.h"

namespace gmewatch {

void SharedAddresses::Add(const NetAddress& address) {
  Counts shared;
  {
    absl::MutexLock lock(&mutex_);
    Nominate(address);
    for (Count& count : counted_) {
      if (count.sessions > 0 && count.address == address) ++count.sessions;
    }
    if (++seen_ < kSharedWindow) return;
    shared = EndWindow();
  }
  const bool found = shared[0].sessions > 0;
  if (found_.exchange(found) || !found) return;
  const auto addresses = std::count_if(shared.begin(), shared.end(),
                                       [](const Count& count) { return count.sessions > 0; });
  LogWarning(
      "most new sessions come from a few addresses; if these are proxies, name them in "
      "ingest.fronts: until then all players of one count as one sender, and what happens to them "
      "is reported as a retry loop",
      {{"addresses", absl::StrCat(addresses)},
       {"largest", NetAddressText(shared[0].address)},
       {"sessions", absl::StrCat(shared[0].sessions, " of ", kSharedWindow)}});
}

void SharedAddresses::Nominate(const NetAddress& address) {
  Count* unused = nullptr;
  for (Count& count : nominees_) {
    if (count.sessions == 0) {
      unused = &count;
    } else if (count.address == address) {
      ++count.sessions;
      return;
    }
  }
  if (unused != nullptr) {
    *unused = {address, 1};
    return;
  }
  for (Count& count : nominees_) --count.sessions;
}

SharedAddresses::Counts SharedAddresses::EndWindow() {
  Counts shared{};
  uint32_t together = 0;
  size_t addresses = 0;
  for (const Count& count : counted_) {
    // A nominee begins with one session, so that it differs from an unused counter.
    if (count.sessions <= kSharedWindow / 32) continue;
    shared[addresses++] = {count.address, count.sessions - 1};
    together += count.sessions - 1;
  }
  if (together * 2 <= kSharedWindow) shared = {};
  std::sort(shared.begin(), shared.end(),
            [](const Count& a, const Count& b) { return a.sessions > b.sessions; });
  counted_ = nominees_;
  for (Count& count : counted_) count.sessions = count.sessions > 0 ? 1 : 0;
  nominees_ = {};
  seen_ = 0;
  return shared;
}

}  // namespace gmewatch
