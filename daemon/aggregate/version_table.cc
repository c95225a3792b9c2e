#include "daemon/aggregate/version_table.h"

#include <algorithm>

#include "daemon/model/limits.h"

namespace gmewatch {

size_t VersionTable::SlotFor(absl::string_view platform, absl::string_view app_version) {
  if (platform.empty() && app_version.empty()) return kNone;
  if (platform == kAllLabel || app_version == kAllLabel) return kNone;
  absl::MutexLock lock(&mutex_);
  const auto found = slots_.find(Key(platform, app_version));
  if (found != slots_.end()) return found->second;
  const auto free = std::find_if(versions_.begin(), versions_.end(),
                                 [](const ClientVersion& version) { return version.empty(); });
  if (free == versions_.end() && versions_.size() == kVersionsMax) return kNone;
  const auto slot = static_cast<size_t>(free - versions_.begin());
  if (free == versions_.end()) versions_.emplace_back();
  versions_[slot] = {std::string(platform), std::string(app_version)};
  slots_[Key(platform, app_version)] = slot;
  return slot;
}

std::vector<ClientVersion> VersionTable::Versions() const {
  absl::MutexLock lock(&mutex_);
  return versions_;
}

void VersionTable::Free(size_t slot) {
  absl::MutexLock lock(&mutex_);
  slots_.erase(Key(versions_[slot].platform, versions_[slot].app_version));
  versions_[slot] = {};
}

}  // namespace gmewatch
