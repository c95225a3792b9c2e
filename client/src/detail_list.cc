#include "client/src/detail_list.h"

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

void DetailList::MoveTo(v1::ReportRequest* batch) {
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < size_; ++i) {
    const Detail& detail = details_[i];
    v1::ErrorDetail* added = batch->add_details();
    added->set_code(detail.code);
    added->set_operation(detail.operation.data(), detail.operation_bytes);
    added->set_underlying_code(detail.underlying_code);
  }
  size_ = 0;
}

}  // namespace gmewatch::client
