// Scrapes a daemon without a pause, over its restarts, and notes every counter of events or batches
// that is lower than a scrape before showed it.
//
// Thread safety: any thread may call any method; the scrapes run in a thread of its own.
#ifndef GMEWATCH_TESTS_INTEGRATION_SCRAPE_WATCH_H_
#define GMEWATCH_TESTS_INTEGRATION_SCRAPE_WATCH_H_

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "tests/support/gmewatchd_process.h"

namespace gmewatch {

class ScrapeWatch {
 public:
  explicit ScrapeWatch(std::string admin_address);
  ScrapeWatch(const ScrapeWatch&) = delete;
  ScrapeWatch& operator=(const ScrapeWatch&) = delete;
  ~ScrapeWatch();

  // Scrapes now, in the caller's thread.
  void Scrape();
  uint64_t scrapes() const;
  // Series that were lower than before.
  uint64_t lowered() const;
  // A line for each of the first of them.
  std::vector<std::string> lines() const;

 private:
  void Run();

  const std::string admin_address_;
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  Samples highest_ ABSL_GUARDED_BY(mutex_);
  uint64_t scrapes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t lowered_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_INTEGRATION_SCRAPE_WATCH_H_
