#include "daemon/aggregate/partition.h"

#include <algorithm>

namespace gmewatch {
namespace {

// Takes the larger sum; returns by how much it is larger.
uint64_t Raise(uint64_t sum, uint64_t* largest) {
  const uint64_t more = sum - std::min(sum, *largest);
  *largest += more;
  return more;
}

}  // namespace

void Partition::Begin(int64_t time_ms) {
  if (row_.next_offset > 0 && static_cast<uint64_t>(row_.next_offset) % kCheckEvery == 0) {
    if (row_.checks.size() == kChecksMax) row_.checks.erase(row_.checks.begin());
    row_.checks.push_back(row_.counted);
    row_.checks.back().offset = static_cast<uint64_t>(row_.next_offset);
  }
  Advance(time_ms);
  ExpireOnce();
  ++row_.next_offset;
}

void Partition::Advance(int64_t time_ms) {
  const bool first = row_.next_offset == 0;
  const int64_t passed = time_ms - row_.time_ms;
  row_.time_ms = time_ms;
  if (!has_time()) row_.steady_ms = time_ms;
  if (first || passed <= 0) return;
  const int64_t step = std::min(passed, kTimeStepMs);
  const int64_t behind = time_ms - (row_.steady_ms + step);
  row_.steady_ms += step + std::clamp(behind, -step / 4, step / 4);
}

void Partition::ExpireOnce() {
  if (row_.once_horizon_ms <= 0) return;
  row_.once_oldest_ms = std::max(row_.once_oldest_ms, row_.steady_ms - row_.once_horizon_ms);
}

WriterSums& Partition::SumsOf(const WriterId& writer) {
  const auto found = std::find_if(row_.writers.begin(), row_.writers.end(),
                                  [&](const WriterSums& sums) { return sums.writer == writer; });
  if (found != row_.writers.end()) return *found;
  if (row_.writers.size() == kWritersMax) {
    row_.writers.erase(std::min_element(
        row_.writers.begin(), row_.writers.end(),
        [](const WriterSums& a, const WriterSums& b) { return a.offset < b.offset; }));
  }
  row_.writers.emplace_back().writer = writer;
  return row_.writers.back();
}

RejectedByReason Partition::TakeWriter(const Epoch& epoch) {
  RejectedByReason added{};
  const std::optional<Marker>& marker = epoch.shared.marker;
  const bool rejects = std::any_of(epoch.rejected.begin(), epoch.rejected.end(),
                                   [](const Rejected& r) { return r.batches + r.events > 0; });
  if (!marker.has_value() && !rejects) return added;
  WriterSums& sums = SumsOf(epoch.shared.writer);
  sums.offset = row_.next_offset - 1;
  for (size_t reason = 0; reason < kRejectReasons; ++reason) {
    const Rejected& written = epoch.rejected[reason];
    added[reason] = {Raise(written.batches, &sums.rejected[reason].batches),
                     Raise(written.events, &sums.rejected[reason].events)};
  }
  if (!marker.has_value() || marker->sequence <= sums.sequence) return added;
  sums.sequence = marker->sequence;
  if (epoch.once_horizon_ms.has_value()) row_.once_horizon_ms = *epoch.once_horizon_ms;
  ExpireOnce();
  return added;
}

bool Partition::Agrees(const Marker& marker) const {
  if (!marker.check.has_value()) return true;
  const auto same = std::find_if(
      row_.checks.begin(), row_.checks.end(),
      [&](const PartitionCheck& check) { return check.offset == marker.check->offset; });
  return same == row_.checks.end() || *same == *marker.check;
}

bool Partition::Grant(int32_t code) {
  std::vector<int32_t>& codes = row_.granted_codes;
  if (std::find(codes.begin(), codes.end(), code) != codes.end()) return false;
  codes.push_back(code);
  return true;
}

void Partition::End(absl::Span<const Verdict> verdicts, uint64_t events, uint64_t sessions,
                    const RejectedByReason& rejected) {
  PartitionCheck& counted = row_.counted;
  counted.events += events;
  counted.sessions += sessions;
  for (const Rejected& r : rejected) counted.batches_rejected += r.batches;
  for (const Verdict verdict : verdicts) {
    if (verdict == Verdict::kCounted) {
      ++counted.batches_counted;
    } else if (verdict == Verdict::kDuplicate) {
      ++counted.batches_duplicate;
    } else {
      ++counted.batches_rejected;
    }
  }
}

}  // namespace gmewatch
