#include "daemon/log/pending_epoch.h"

#include <utility>

namespace gmewatch {
namespace {

// Batches that may be sent again and whose answers wait until their count is durable.
constexpr size_t kSendAgainMax = 16'384;

}  // namespace

absl::Status SendAgainStatus(RejectReason reason) {
  if (reason == RejectReason::kStopping) return absl::UnavailableError("the daemon is stopping");
  if (reason == RejectReason::kLogFailed) {
    return absl::ResourceExhaustedError("the log cannot be written at present");
  }
  return absl::ResourceExhaustedError(
      "more waits for the log than limits.max_pending_bytes allows; send the batch again later");
}

size_t PendingEpoch::Add(const Batch& batch, const HashedOrigin& origin, BatchWaiter* waiter) {
  const size_t before = epoch.size_bytes();
  epoch.Add(batch, origin);
  const size_t bytes = epoch.size_bytes() - before + sizeof(Wait);
  waits_.push_back(
      {waiter, batch.sequence, static_cast<uint32_t>(bytes), /*rejected=*/false, std::nullopt});
  return bytes;
}

size_t PendingEpoch::AddRejected(RejectReason reason, uint64_t events, uint64_t sequence,
                                 BatchWaiter* waiter) {
  epoch.Reject(reason, 1, events);
  waits_.push_back({waiter, sequence, sizeof(Wait), /*rejected=*/true, std::nullopt});
  return BytesOfRejected();
}

bool PendingEpoch::AddSendAgain(RejectReason reason, uint64_t events, uint64_t sequence,
                                BatchWaiter* waiter) {
  epoch.Reject(reason, 1, events);
  if (send_again_ == kSendAgainMax) return false;
  ++send_again_;
  waits_.push_back({waiter, sequence, /*bytes=*/0, /*rejected=*/false, reason});
  return true;
}

size_t PendingEpoch::BytesOf(const Batch& batch) {
  size_t bytes = sizeof(Wait) + sizeof(BatchHeader) +
                 (batch.sender == 0 ? 0 : sizeof(batch.sender)) +
                 batch.entries.size() * sizeof(Entry) + batch.losses.size() * sizeof(Loss);
  for (const Detail& detail : batch.details) bytes += sizeof(Detail) + detail.operation.size();
  return bytes;
}

PendingEpoch::Size PendingEpoch::size() const {
  return {epoch.size_bytes() + waits_.size() * sizeof(Wait), waits_.size()};
}

void PendingEpoch::TakeWaiters(PendingEpoch* later) {
  waits_.insert(waits_.end(), later->waits_.begin(), later->waits_.end());
  later->waits_.clear();
  later->send_again_ = 0;
}

template <typename SettleOne>
void PendingEpoch::ForEachWait(SettleOne settle) const {
  size_t bytes = 0;
  for (size_t i = 0; i < waits_.size(); ++i) {
    const Wait& wait = waits_[i];
    settle(wait);
    bytes += wait.bytes;
    if (i + 1 == waits_.size() || waits_[i + 1].waiter != wait.waiter) {
      wait.waiter->OnBatchesSettled(std::exchange(bytes, 0));
    }
  }
}

void PendingEpoch::Settle(const std::vector<Verdict>& verdicts) const {
  size_t counted = 0;
  ForEachWait([&](const Wait& wait) {
    if (wait.send_again.has_value()) {
      wait.waiter->OnFailed(wait.sequence, SendAgainStatus(*wait.send_again));
    } else {
      wait.waiter->OnSettled(wait.sequence,
                             wait.rejected ? Verdict::kRejected : verdicts[counted++]);
    }
  });
}

void PendingEpoch::Fail(const absl::Status& status) const {
  ForEachWait([&](const Wait& wait) { wait.waiter->OnFailed(wait.sequence, status); });
}

void PendingEpoch::Clear() {
  epoch.Clear();
  waits_.clear();
  send_again_ = 0;
}

}  // namespace gmewatch
