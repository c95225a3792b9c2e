// A sink that does what a test says, and a waiter that records its calls.
//
// Thread safety: every method may be called from any thread.
#ifndef GMEWATCH_TESTS_DAEMON_LOG_COMMITTER_FAKES_H_
#define GMEWATCH_TESTS_DAEMON_LOG_COMMITTER_FAKES_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "daemon/log/committer.h"
#include "daemon/log/epoch_sink.h"

namespace gmewatch {

// Keeps the records of its epochs; on request it fails, or holds a commit back.
class ScriptedLog final : public EpochSink {
 public:
  absl::Status Append(uint64_t number, const Epoch& epoch) override {
    absl::MutexLock lock(&mutex_);
    ++attempts_;
    mutex_.Await(absl::Condition(
        +[](ScriptedLog* self) { return !self->held_; }, this));
    if (!status_.ok()) return status_;
    std::string record;
    epoch.Serialize(&record);
    records_[number] = record;
    return absl::OkStatus();
  }

  absl::Status KeepRejected(uint64_t number, const RejectedByReason& rejected) override {
    absl::MutexLock lock(&mutex_);
    kept_[number] = rejected;
    return absl::OkStatus();
  }
  RejectedByReason kept(uint64_t number) {
    absl::MutexLock lock(&mutex_);
    return kept_[number];
  }

  void FailWith(absl::Status status) {
    absl::MutexLock lock(&mutex_);
    status_ = std::move(status);
  }
  void Hold(bool held) {
    absl::MutexLock lock(&mutex_);
    held_ = held;
  }
  void AwaitAttempts(int n) {
    absl::MutexLock lock(&mutex_);
    awaited_ = n;
    mutex_.Await(absl::Condition(
        +[](ScriptedLog* self) { return self->attempts_ >= self->awaited_; }, this));
  }
  std::map<uint64_t, std::string> records() {
    absl::MutexLock lock(&mutex_);
    return records_;
  }

 private:
  absl::Mutex mutex_;
  absl::Status status_;
  bool held_ = false;
  int attempts_ = 0;
  int awaited_ = 0;
  std::map<uint64_t, std::string> records_;
  std::map<uint64_t, RejectedByReason> kept_;
};

// Records one string for each call.
class RecordingWaiter final : public BatchWaiter {
 public:
  void OnSettled(uint64_t sequence, Verdict verdict) override {
    const char* word = verdict == Verdict::kCounted     ? "counted "
                       : verdict == Verdict::kDuplicate ? "duplicate "
                                                        : "rejected ";
    Record(absl::StrCat(word, sequence));
  }
  void OnFailed(uint64_t sequence, const absl::Status& status) override {
    Record(absl::StrCat("failed ", sequence, " ", absl::StatusCodeToString(status.code())));
  }
  void OnBatchesSettled(size_t bytes) override {
    {
      absl::MutexLock lock(&mutex_);
      settled_bytes_ += bytes;
    }
    Record("end");  // last: a test may destroy the waiter after it
  }
  void OnRoom() override { Record("room"); }

  size_t settled_bytes() {
    absl::MutexLock lock(&mutex_);
    return settled_bytes_;
  }

  std::vector<std::string> AwaitCalls(size_t n) {
    absl::MutexLock lock(&mutex_);
    awaited_ = n;
    mutex_.AwaitWithTimeout(
        absl::Condition(
            +[](RecordingWaiter* self) { return self->calls_.size() >= self->awaited_; }, this),
        absl::Seconds(20));
    return calls_;
  }

 private:
  void Record(std::string call) {
    absl::MutexLock lock(&mutex_);
    calls_.push_back(std::move(call));
  }
  absl::Mutex mutex_;
  size_t awaited_ = 0;
  std::vector<std::string> calls_;
  size_t settled_bytes_ = 0;
};

inline size_t CountBatches(const Epoch& epoch) {
  size_t n = 0;
  size_t offset = 0;
  for (BatchView batch; epoch.Next(&offset, &batch);) ++n;
  return n;
}

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_LOG_COMMITTER_FAKES_H_
