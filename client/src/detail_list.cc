#include "client/src/detail_list.h"

#include <string>

#include "client/src/text.h"

namespace gmewatch::client {

void DetailList::Add(int32_t code, absl::string_view operation, int64_t underlying_code) noexcept {
  absl::MutexLock lock(&mutex_);
  if (size_ == kDetailsMax) return;
  Detail& detail = details_[size_];
  detail.code = code;
  detail.underlying_code = underlying_code;
  detail.operation_bytes =
      CopyPrintable(operation, detail.operation.data(), detail.operation.size());
  ++size_;
}

void DetailList::MoveTo(Batch* batch) {
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < size_; ++i) {
    const Detail& detail = details_[i];
    batch->details.push_back({detail.code,
                              std::string(detail.operation.data(), detail.operation_bytes),
                              detail.underlying_code});
  }
  size_ = 0;
}

}  // namespace gmewatch::client
