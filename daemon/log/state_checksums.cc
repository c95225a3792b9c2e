#include "daemon/log/state_checksums.h"

#include "daemon/log/checksum.h"

namespace gmewatch {

uint64_t ShownOf(const PlaceRow& row) {
  if (row.gone) return 2;
  return row.shown ? 1 : 0;
}

absl::flat_hash_map<uint32_t, uint32_t> PlaceChecksums(const Checkpoint& checkpoint) {
  absl::flat_hash_map<uint32_t, Checksum> sums;
  for (const PlaceRow& row : checkpoint.places) {
    Checksum& sum = sums[row.id];
    sum.Add(row.id).AddText(row.place.app).AddText(row.place.region);
    sum.Add(ShownOf(row)).Add(row.success_events).Add(row.sessions);
    // Without the zeros, so that a later version may know more reasons.
    for (size_t reason = 0; reason < kLossReasons; ++reason) {
      if (row.lost[reason] != 0) sum.Add(reason).Add(row.lost[reason]);
    }
  }
  for (const CounterRow& row : checkpoint.counters) {
    // A series that was forgotten is a row of zeros until it counts again.
    if (row.events == 0 && row.sessions == 0 && row.late == 0) continue;
    sums[row.place_id].Add(row.slot).Add(row.events).Add(row.sessions).Add(row.late);
  }
  absl::flat_hash_map<uint32_t, uint32_t> values;
  for (const auto& [id, sum] : sums) values[id] = sum.value();
  return values;
}

uint32_t PageChecksum(const SessionPage& page) {
  return Checksum().Add(page.index).AddText(page.bytes).value();
}

uint32_t PageChecksum(const DetectorPage& page) {
  return Checksum().AddText(page.place.app).AddText(page.place.region).AddText(page.bytes).value();
}

uint32_t MetaChecksum(const Checkpoint& checkpoint, const StateRowCounts& rows) {
  Checksum sum;
  sum.Add(checkpoint.epoch).Add(static_cast<uint64_t>(checkpoint.time_ms));
  sum.Add(static_cast<uint64_t>(checkpoint.steady_ms));
  sum.Add(checkpoint.batches_counted).Add(checkpoint.batches_duplicate);
  sum.AddText(checkpoint.policy).AddText(checkpoint.triage);
  // Files that are older than it have none.
  if (!checkpoint.silence.empty()) sum.AddText(checkpoint.silence);
  for (size_t reason = 0; reason < kRejectReasons; ++reason) {
    const Rejected& row = checkpoint.rejected[reason];
    if (row.batches != 0 || row.events != 0) sum.Add(reason).Add(row.batches).Add(row.events);
  }
  for (const CodeRow& row : checkpoint.codes) {
    sum.Add(row.slot).Add(static_cast<uint64_t>(int64_t{row.code}));
    sum.Add(row.in_catalog ? 1 : 0).Add(row.shown ? 1 : 0);
  }
  for (const PartitionRow& row : checkpoint.partitions) {
    sum.AddText(row.topic).Add(static_cast<uint64_t>(row.partition));
    sum.Add(static_cast<uint64_t>(row.next_offset)).Add(static_cast<uint64_t>(row.time_ms));
    sum.AddText(row.SerializeState());
  }
  sum.Add(rows.places).Add(rows.session_pages).Add(rows.detector_pages);
  return sum.value();
}

}  // namespace gmewatch
