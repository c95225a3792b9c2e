// The file `rejected` of the state directory: what was rejected since the last epoch, in space that
// was written beforehand, so that it can be written when the disk is full.
//
// A record names the state and the epoch that it will be part of. When that epoch is in the log,
// the record means nothing; it need not be erased. There are two slots of one disk block each,
// written in turn, so a write that is torn by a power loss leaves the one before it.
//
// Thread safety: none; it belongs to the thread that appends. Limits: a file system that copies on
// write (btrfs, ZFS) needs new space even for this, so there Write may fail on a full disk.
//
// Errors: ResourceExhausted, no room; FailedPrecondition, the file cannot be used; Internal, it
// cannot be read or written. A damaged slot counts as empty.
#ifndef GMEWATCH_DAEMON_LOG_REJECTED_RESERVE_H_
#define GMEWATCH_DAEMON_LOG_REJECTED_RESERVE_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

class RejectedReserve {
 public:
  // Creates the file, for this user alone, if it is absent.
  // REQUIRES: `state_id` is the id of the state (state_files.h), of at most 32 characters.
  static absl::StatusOr<RejectedReserve> Open(const std::string& path, const std::string& state_id);

  RejectedReserve(const RejectedReserve&) = delete;
  RejectedReserve& operator=(const RejectedReserve&) = delete;
  RejectedReserve(RejectedReserve&& other) noexcept;
  RejectedReserve& operator=(RejectedReserve&&) = delete;
  ~RejectedReserve();

  // If it returns Ok the record survives a crash. Replaces the one before.
  absl::Status Write(uint64_t number, const RejectedByReason& rejected);
  // The newest record if it is one for epoch `number` and this state; otherwise nothing.
  absl::StatusOr<RejectedByReason> Read(uint64_t number) const;

 private:
  RejectedReserve(std::string path, std::string state_id, int fd)
      : path_(std::move(path)), state_id_(std::move(state_id)), fd_(fd) {}
  // Makes the space of both slots the file's own, and finds the newest record.
  absl::Status Prepare();
  absl::Status Error(const char* what) const;

  std::string path_;
  std::string state_id_;
  int fd_;                // -1 when moved from
  uint64_t written_ = 0;  // how many records were written before; the next goes to the other slot
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_REJECTED_RESERVE_H_
