// Load over the wire: senders on a few connections, each with a bounded number of unacknowledged
// batches, until a time or a number of batches is reached and all batches are acknowledged.
//
// Senders take connections and threads in turn; a sender belongs to one thread, which serves its
// completion queue. Messages are concatenations of bytes made before, so that the load costs little
// beside the server that it measures.
//
// Thread safety: RunLoad blocks; one thread at a time may call it. Errors: the first error of a
// sender, such as a rejected batch; the counts are invalid then.
#ifndef GMEWATCH_TESTS_BENCH_LOAD_H_
#define GMEWATCH_TESTS_BENCH_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace gmewatch {

enum class CallKind : uint8_t { kStream, kUnary };

// What a unary sender does when its batch is rejected as overloaded: it ends the load with an
// error, or sends the batch again, as soon as RetryInfo allows or at once.
enum class OnRejection : uint8_t { kFail, kObey, kReturnAtOnce };

struct LoadOptions {
  CallKind kind = CallKind::kStream;
  size_t entries = 1;
  int senders = 4;
  int connections = 4;
  int threads = 1;
  // The unacknowledged batches of one stream at most; a unary sender has one.
  uint32_t window = 4096;
  // Sending stops at the first of both; 0: no such limit.
  absl::Duration duration = absl::Seconds(2);
  uint64_t batches = 0;
  // The sessions come from this many (app, region) pairs in turn.
  size_t places = 8;
  // Unary only: every batch has a session of its own.
  bool session_per_batch = false;
  OnRejection on_rejection = OnRejection::kFail;
  // Unary only: a sender's time between an answer and its next batch.
  absl::Duration pause;
};

// Latencies in buckets of 20 us up to 2 s; the last bucket counts all longer ones.
class LatencyHistogram {
 public:
  LatencyHistogram() : counts_(kBuckets) {}
  void Record(absl::Duration took) {
    const auto bucket = static_cast<size_t>(absl::ToInt64Microseconds(took)) / kBucketMicroseconds;
    ++counts_[bucket < kBuckets ? bucket : kBuckets - 1];
  }
  void Add(const LatencyHistogram& other);
  // The upper end of the bucket with the quantile; zero if nothing was recorded.
  absl::Duration Quantile(double q) const;

 private:
  static constexpr size_t kBuckets = 100'000;
  static constexpr size_t kBucketMicroseconds = 20;
  std::vector<uint64_t> counts_;
};

struct LoadResult {
  absl::Status status;
  uint64_t batches = 0;  // acknowledged
  uint64_t events = 0;   // acknowledged
  uint64_t rejections = 0;
  absl::Duration elapsed;
  LatencyHistogram acknowledgement;
};

LoadResult RunLoad(const std::string& address, const LoadOptions& options);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_BENCH_LOAD_H_
