#include "tests/integration/scrape_watch.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(20);
constexpr size_t kLines = 10;

// The counters that outlive the process. The daemon's other metrics start again with it.
bool Lasts(const std::string& series) {
  return (absl::StartsWith(series, "gme_") && absl::StrContains(series, "_total{")) ||
         absl::StartsWith(series, "gmewatch_batches_total{") ||
         absl::StartsWith(series, "gmewatch_rejected_");
}

}  // namespace

ScrapeWatch::ScrapeWatch(std::string admin_address)
    : admin_address_(std::move(admin_address)), thread_(&ScrapeWatch::Run, this) {}

ScrapeWatch::~ScrapeWatch() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void ScrapeWatch::Run() {
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kPause)) return;
    }
    Scrape();
  }
}

void ScrapeWatch::Scrape() {
  // A scrape that began earlier must not be compared with one that ended earlier.
  absl::MutexLock lock(&mutex_);
  const Samples samples = ScrapeMetrics(admin_address_);
  if (samples.empty()) return;
  ++scrapes_;
  for (const auto& [series, value] : samples) {
    if (!Lasts(series)) continue;
    double& highest = highest_[series];
    if (value < highest) {
      ++lowered_;
      if (lines_.size() < kLines) {
        lines_.push_back(absl::StrCat(series, " fell from ", highest, " to ", value));
      }
    }
    highest = value;
  }
}

uint64_t ScrapeWatch::scrapes() const {
  absl::MutexLock lock(&mutex_);
  return scrapes_;
}

uint64_t ScrapeWatch::lowered() const {
  absl::MutexLock lock(&mutex_);
  return lowered_;
}

std::vector<std::string> ScrapeWatch::lines() const {
  absl::MutexLock lock(&mutex_);
  return lines_;
}

}  // namespace gmewatch
