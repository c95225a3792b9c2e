// The details that wait for the next batch.
//
// Thread safety: every method may be called from any thread; a call holds a lock while it copies a
// few bytes. Limits, as on the wire: 16 details with an operation of up to 64 bytes each. Further
// details are left out; no count is lost by that.
#ifndef GMEWATCH_CLIENT_SRC_DETAIL_LIST_H_
#define GMEWATCH_CLIENT_SRC_DETAIL_LIST_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "client/src/batch.h"

namespace gmewatch::client {

class DetailList {
 public:
  static constexpr size_t kDetailsMax = 16;
  static constexpr size_t kOperationBytesMax = 64;

  // Cuts `operation` between two characters and replaces each byte that is not printable by '?'.
  void Add(int32_t code, absl::string_view operation, int64_t underlying_code) noexcept;

  // Moves the details to the batch.
  void MoveTo(Batch* batch);

 private:
  // A fixed array, so that Add allocates nothing.
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
