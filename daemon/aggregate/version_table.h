// Roughly which sessions reported, by the platform and app version of the client: what a stop of
// one version's reports is found by. No counter has them as labels.
//
// At most kVersionsMax (platform, version) pairs have a slot at a time; batches of further ones are
// left out until a slot is freed. Not part of the state: lost at a restart.
//
// Thread safety: one thread writes, with SlotFor and Add; one reads, with the others.
#ifndef GMEWATCH_DAEMON_AGGREGATE_VERSION_TABLE_H_
#define GMEWATCH_DAEMON_AGGREGATE_VERSION_TABLE_H_

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "daemon/aggregate/reporters.h"
#include "daemon/model/silence.h"

namespace gmewatch {

class VersionTable {
 public:
  static constexpr size_t kVersionsMax = 64;
  static constexpr size_t kNone = kVersionsMax;

  // The slot of a pair, which is added if there is room; else kNone, as for a client that says
  // neither or whose names are those of roll-ups.
  size_t SlotFor(absl::string_view platform, absl::string_view app_version);
  // `slot` may be kNone.
  void Add(size_t slot, const SessionId& session) {
    if (slot != kNone) reporters_[slot].Add(session);
  }

  // By slot; empty if it is free. Slots up to the last one that was ever used.
  std::vector<ClientVersion> Versions() const;
  Reporters& reporters(size_t slot) { return reporters_[slot]; }
  void Free(size_t slot);

 private:
  using Key = std::pair<std::string, std::string>;

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<Key, size_t> slots_ ABSL_GUARDED_BY(mutex_);
  std::vector<ClientVersion> versions_ ABSL_GUARDED_BY(mutex_);
  std::array<Reporters, kVersionsMax> reporters_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_AGGREGATE_VERSION_TABLE_H_
