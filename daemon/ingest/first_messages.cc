#include "daemon/ingest/first_messages.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/ingest/rpc_error.h"

namespace gmewatch {
namespace {

constexpr absl::Duration kRetry = absl::Seconds(1);

grpc::Status TooLate() {
  return RetryStatus(
      grpc::StatusCode::DEADLINE_EXCEEDED,
      absl::StrCat("no whole message came within ", absl::FormatDuration(FirstMessages::kPatience),
                   " of the call's begin; send it with the call"),
      kRetry);
}

grpc::Status TooMany() {
  return RetryStatus(grpc::StatusCode::RESOURCE_EXHAUSTED,
                     "too many calls have begun without a whole message; send it with the call",
                     kRetry);
}

}  // namespace

void FirstMessages::Begin(Call* call, Wait* wait) {
  const absl::Duration now = clock_.Monotonic();
  absl::MutexLock lock(&mutex_);
  if (waiting_.size() >= kWaitingMax) EndOldest(TooMany(), now);
  *wait = waiting_.insert(waiting_.end(), {call, now, false});
}

bool FirstMessages::Came(Wait* wait) {
  absl::MutexLock lock(&mutex_);
  if (!wait->has_value() || (**wait)->ending) return false;
  waiting_.erase(**wait);
  wait->reset();
  return true;
}

void FirstMessages::Forget(Wait* wait) {
  if (!wait->has_value()) return;
  absl::MutexLock lock(&mutex_);
  ((**wait)->ending ? ending_ : waiting_).erase(**wait);
  wait->reset();
}

void FirstMessages::Sweep() {
  const absl::Duration now = clock_.Monotonic();
  absl::MutexLock lock(&mutex_);
  while (!waiting_.empty() && now - waiting_.front().since >= kPatience) EndOldest(TooLate(), now);
  for (Item& item : ending_) {
    if (now - item.since < kEndTime) break;
    item.call->Cut();
  }
}

void FirstMessages::CutAll() {
  absl::MutexLock lock(&mutex_);
  for (std::list<Item>* items : {&waiting_, &ending_}) {
    for (Item& item : *items) item.call->Cut();
  }
}

void FirstMessages::EndOldest(const grpc::Status& status, absl::Duration now) {
  ending_.splice(ending_.end(), waiting_, waiting_.begin());
  Item& item = ending_.back();
  item.since = now;
  item.ending = true;
  ended_.fetch_add(1, std::memory_order_relaxed);
  item.call->EndWithoutMessage(status);
}

}  // namespace gmewatch
