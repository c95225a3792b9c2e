#include "tests/bench/load.h"

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "tests/bench/batch_bytes.h"
#include "tests/bench/sender.h"

namespace gmewatch {
namespace {

void Run(LoadThread* thread, const std::vector<std::unique_ptr<Sender>>& senders) {
  for (const auto& sender : senders) sender->Begin();
  void* tag = nullptr;
  bool ok = false;
  while (thread->senders > 0 && thread->queue.Next(&tag, &ok)) {
    static_cast<QueueEvent*>(tag)->Done(ok);
  }
  // Operations that are still outstanding belong to calls that have ended, and end at once.
  thread->queue.Shutdown();
  while (thread->queue.Next(&tag, &ok)) {
  }
}

}  // namespace

void LatencyHistogram::Add(const LatencyHistogram& other) {
  for (size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
}

absl::Duration LatencyHistogram::Quantile(double q) const {
  uint64_t all = 0;
  for (const uint64_t count : counts_) all += count;
  const auto wanted = static_cast<uint64_t>(q * static_cast<double>(all));
  uint64_t before = 0;
  for (size_t i = 0; i < kBuckets && all > 0; ++i) {
    before += counts_[i];
    if (before > wanted || before == all) {
      return absl::Microseconds((i + 1) * kBucketMicroseconds);
    }
  }
  return absl::ZeroDuration();
}

LoadResult RunLoad(const std::string& address, const LoadOptions& options) {
  const auto make = options.kind == CallKind::kStream ? MakeStreamSender : MakeUnarySender;
  const auto channels = Connect(address, std::min(options.connections, options.senders));
  const auto thread_count = static_cast<size_t>(std::min(options.threads, options.senders));
  const auto sender_count = static_cast<uint64_t>(options.senders);
  std::vector<std::unique_ptr<LoadThread>> threads;
  threads.reserve(thread_count);
  std::vector<std::vector<std::unique_ptr<Sender>>> senders(thread_count);
  const absl::Time begin = absl::Now();
  for (size_t i = 0; i < thread_count; ++i) {
    threads.push_back(std::make_unique<LoadThread>());
    threads.back()->options = &options;
    threads.back()->end_ns = options.duration > absl::ZeroDuration()
                                 ? absl::ToUnixNanos(begin + options.duration)
                                 : INT64_MAX;
  }
  for (uint64_t i = 0; i < sender_count; ++i) {
    // The first senders send the remainder of the division.
    uint64_t batches = options.batches / sender_count;
    if (i < options.batches % sender_count) ++batches;
    if (options.batches > 0 && batches == 0) continue;
    LoadThread* thread = threads[i % thread_count].get();
    ++thread->senders;
    senders[i % thread_count].push_back(make(thread, channels[i % channels.size()], i, batches));
  }
  std::vector<std::thread> running;
  running.reserve(thread_count);
  for (size_t i = 0; i < thread_count; ++i) {
    running.emplace_back([&, i] { Run(threads[i].get(), senders[i]); });
  }
  LoadResult result;
  for (size_t i = 0; i < thread_count; ++i) {
    running[i].join();
    if (result.status.ok()) result.status = threads[i]->status;
    result.batches += threads[i]->acknowledged;
    result.rejections += threads[i]->rejections;
    result.acknowledgement.Add(threads[i]->latency);
  }
  result.elapsed = absl::Now() - begin;
  result.events = result.batches * BenchEvents(options.entries);
  return result;
}

}  // namespace gmewatch
