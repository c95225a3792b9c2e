// Load over the wire: senders on a few connections, each with at most so many batches
// unacknowledged, until a time or a number of batches is reached and all is acknowledged.
//
// Senders share out connections and threads in turn; a sender belongs to one thread, which does
// nothing but wait for its completion queue. Messages are put together from bytes made before, so
// that the load costs little beside what it measures.
//
// Thread safety: RunLoad blocks and may be called by one thread at a time. Errors: the first that a
// sender met, such as a refusal; then the counts are of no use.
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

struct LoadOptions {
  CallKind kind = CallKind::kStream;
  size_t entries = 1;
  int senders = 4;
  int connections = 4;
  int threads = 1;
  // Batches of one stream that may be unacknowledged; a unary sender has one.
  uint32_t window = 4096;
  // When to stop sending: whichever is first; 0: never.
  absl::Duration duration = absl::Seconds(2);
  uint64_t batches = 0;
  // (app, region) pairs that sessions come from in turn.
  size_t places = 8;
  // Unary only: every batch is of a session of its own.
  bool session_per_batch = false;
};

// How often something took how long: buckets of 20 us up to 2 s, the last counts all beyond.
class LatencyHistogram {
 public:
  LatencyHistogram() : counts_(kBuckets) {}
  void Record(absl::Duration took) {
    const auto bucket = static_cast<size_t>(absl::ToInt64Microseconds(took)) / kBucketMicroseconds;
    ++counts_[bucket < kBuckets ? bucket : kBuckets - 1];
  }
  void Add(const LatencyHistogram& other);
  // The upper end of the bucket that has the quantile; zero where nothing was recorded.
  absl::Duration Quantile(double q) const;

 private:
  static constexpr size_t kBuckets = 100'000;
  static constexpr size_t kBucketMicroseconds = 20;
  std::vector<uint64_t> counts_;
};

struct LoadResult {
  absl::Status status;
  // Acknowledged.
  uint64_t batches = 0;
  uint64_t events = 0;
  absl::Duration elapsed;
  LatencyHistogram acknowledgement;
};

LoadResult RunLoad(const std::string& address, const LoadOptions& options);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_BENCH_LOAD_H_
