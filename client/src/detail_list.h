// The details that wait for the next batch.
//
// Thread safety: every method may be called from any thread; a call holds a lock for the copy of a
// few bytes. Limits: 16 details of an operation of up to 64 bytes each, what a batch may carry;
// later ones are left out, which loses no count.
#ifndef GMEWATCH_CLIENT_SRC_DETAIL_LIST_H_
#define GMEWATCH_CLIENT_SRC_DETAIL_LIST_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "gmewatch/v1/error_reporting.pb.h"

namespace gmewatch::client {

class DetailList {
 public:
  static constexpr size_t kDetailsMax = 16;
  static constexpr size_t kOperationBytesMax = 64;

  // Cuts `operation` at a character's edge and puts '?' for what is not printable.
  void Add(int32_t code, absl::string_view operation, int64_t underlying_code) noexcept;

  // Moves the details into the batch.
  void MoveTo(v1::ReportRequest* batch);

 private:
  // Fixed bytes, so that Add allocates nothing.
  struct Detail {
    int32_t code;
    int64_t underlying_code;
    size_t operation_bytes;
    std::array<char, kOperationBytesMax> operation;
  };

  absl::Mutex mutex_;
  std::array<Detail, kDetailsMax> details_ ABSL_GUARDED_BY(mutex_);
  size_t size_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_DETAIL_LIST_H_
