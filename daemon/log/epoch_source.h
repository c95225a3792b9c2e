// What a recovery reads after the newest checkpoint: the epochs of one process, numbered without a
// gap. A log that many processes write is followed by positions instead.
//
// Thread safety: none; a recovery comes before the first Append. Errors: DataLoss, the stored data
// is damaged; others are those of the file.
#ifndef GMEWATCH_DAEMON_LOG_EPOCH_SOURCE_H_
#define GMEWATCH_DAEMON_LOG_EPOCH_SOURCE_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

class EpochSource {
 public:
  EpochSource() = default;
  EpochSource(const EpochSource&) = delete;
  EpochSource& operator=(const EpochSource&) = delete;
  virtual ~EpochSource() = default;

  // Calls `apply` for each epoch after `number`, in order. Stops at the first error of `apply` and
  // returns it.
  virtual absl::Status Replay(uint64_t number,
                              const std::function<absl::Status(uint64_t, const Epoch&)>& apply) = 0;

  // What EpochSink::KeepRejected kept for epoch `number`; nothing if that epoch was appended after
  // all.
  virtual absl::StatusOr<RejectedByReason> LoadRejected(uint64_t /*number*/) {
    return RejectedByReason{};
  }
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_EPOCH_SOURCE_H_
