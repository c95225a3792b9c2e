#include "daemon/ingest/back_pressure.h"

#include <algorithm>
#include <cstdint>

namespace gmewatch {
namespace {

constexpr double kStreamsCauseLoad = 0.375;
constexpr double kReportsCauseLoad = 0.75;

// A client that sends every five seconds then sends a third as often.
constexpr int64_t kSlowDownIntervalSeconds = 15;

}  // namespace

size_t BackPressure::Share() const {
  return committer_.holding_bytes() / std::max<size_t>(1, streams_.load(std::memory_order_relaxed));
}

bool BackPressure::StreamCausesLoad(size_t bytes) const {
  return bytes > Share() / 2 && committer_.Fullness() >= kStreamsCauseLoad;
}

bool BackPressure::ReportCausesLoad(size_t bytes) const {
  return committer_.Fullness() >= kReportsCauseLoad && bytes >= committer_.MeanBytes();
}

void BackPressure::SlowDown(v1::ReportResponse* response) {
  response->mutable_min_interval()->set_seconds(kSlowDownIntervalSeconds);
}

}  // namespace gmewatch
