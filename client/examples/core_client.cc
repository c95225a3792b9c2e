#include "client/examples/core_client.h"

#include <algorithm>

#include "absl/time/clock.h"

namespace gmewatch::examples {

CoreClient::CoreClient(const std::string& url, const std::string& ca_file,
                       const ReporterOptions& options) {
  gmewatch_options own = gmewatch_defaults();
  own.url = url.c_str();
  own.ca_file = ca_file.empty() ? nullptr : ca_file.c_str();
  own.app = options.app.c_str();
  own.region = options.region.c_str();
  own.key = options.key.c_str();
  own.app_version = options.app_version.c_str();
  own.sdk_version = options.sdk_version.c_str();
  own.platform = options.platform.c_str();
  own.first_flush_ms = options.first_flush_interval.count();
  own.flush_ms = options.flush_interval.count();
  own.initial_backoff_ms = options.initial_backoff.count();
  own.max_backoff_ms = options.max_backoff.count();
  own.consent = GMEWATCH_CONSENT_GRANTED;
  watch_ = gmewatch_start(&own);
}

CoreClient::~CoreClient() { gmewatch_stop(watch_, 0); }

void CoreClient::Report(int32_t code, uint32_t count) { gmewatch_report(watch_, code, count); }

void CoreClient::Detail(int32_t code, const char* operation, int64_t underlying_code) {
  gmewatch_detail(watch_, code, operation, underlying_code);
}

// gmewatch_stop takes its numbers with it, so they are read when nothing is pending any more.
void CoreClient::Stop(absl::Duration deadline) {
  if (watch_ == nullptr) return;
  const absl::Time end = absl::Now() + deadline;
  gmewatch_flush(watch_);
  while (CoreStats().pending_events > 0 && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(2));  // allow(sleep): the core says nothing when it is done
  }
  last_ = CoreStats();
  gmewatch_stop(watch_, 0);
  watch_ = nullptr;
}

std::string CoreClient::error() const {
  if (watch_ == nullptr) return "there is no thread or no memory for a client over Connect";
  return gmewatch_error(watch_);
}

gmewatch_stats CoreClient::CoreStats() const {
  if (watch_ == nullptr) return last_;
  gmewatch_stats stats;
  gmewatch_get_stats(watch_, &stats);
  return stats;
}

ReporterStats CoreClient::Stats() const {
  const gmewatch_stats stats = CoreStats();
  ReporterStats same;
  same.reported_events = stats.reported_events;
  same.acknowledged_events = stats.acknowledged_events;
  same.rejected_events = stats.rejected_events;
  same.lost_events = stats.lost_events;
  same.pending_events = stats.pending_events;
  same.batches_sent = stats.batches_sent;
  same.batches_failed = stats.batches_failed;
  same.last_error = stats.last_error;
  return same;
}

}  // namespace gmewatch::examples
