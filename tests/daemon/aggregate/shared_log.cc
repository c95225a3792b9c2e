#include "tests/daemon/aggregate/shared_log.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

constexpr size_t kSessions = 12;  // of a partition
constexpr int kRecords = 40;      // of a partition
constexpr WriterId kFronts[] = {{1, 1}, {1, 2}};
constexpr WriterId kCounters[] = {{2, 1}, {2, 2}};

std::string TextOf(const Rejected& r) { return absl::StrCat(r.batches, "/", r.events); }

}  // namespace

void RandomLog::MakePartition(int32_t partition) {
  PartitionLog& log = logs_.emplace_back();
  sequences_.emplace_back(kSessions);
  rejected_ = 0;
  int64_t time_ms = kStartMs - (partition == kPartitions - 1 ? 3'600'000 : 0);
  for (int i = 0; i < kRecords; ++i) {
    time_ms += OneIn(8) ? kHorizonMs / 2 + int64_t{60'000} * (Below(5) - 2) : Below(20'000);
    if (OneIn(20)) time_ms -= 30'000;  // another broker leads, whose clock is behind
    // A record that lands twice, or an older one that lands late.
    if (i > 4 && OneIn(6)) {
      LoggedEpoch again = log[log.size() - 1 - static_cast<size_t>(Below(3))];
      again.time_ms = time_ms;
      log.push_back(std::move(again));
      continue;
    }
    LoggedEpoch& record = log.emplace_back();
    record.time_ms = time_ms;
    if (OneIn(4)) {
      AddParts(partition, &record.epoch);
    } else {
      AddBatches(partition, &record.epoch);
    }
  }
  log.push_back(Probe(partition, time_ms));
}

HashedOrigin RandomLog::OriginOf(uint64_t session) const {
  return From(session % 3 == 0 ? "racer" : "shooter", session % 2 == 0 ? "eu" : "us");
}

void RandomLog::AddBatches(int32_t partition, Epoch* epoch) {
  epoch->shared.writer = kFronts[Below(2)];
  for (int n = Below(6); n >= 0; --n) {
    const auto session = static_cast<size_t>(Below(kSessions));
    uint64_t& sequence = sequences_[static_cast<size_t>(partition)][session];
    if (!OneIn(4)) ++sequence;        // else a retry
    if (OneIn(30)) sequence += 2000;  // a jump that is rejected
    const int32_t code = OneIn(3) ? 20'000 + Below(90) : OneIn(4) ? kSuccessCode : 1005;
    Batch batch =
        SomeBatch(100 * static_cast<uint64_t>(partition) + session, std::max<uint64_t>(1, sequence),
                  {{code, 1 + static_cast<uint32_t>(Below(9))}, {10001, 1}});
    batch.late = OneIn(10);
    if (OneIn(5)) batch.losses = {{0, 3}};
    epoch->Add(batch, OneIn(25) ? From("puzzle", "eu") : OriginOf(session));
  }
  if (OneIn(2)) {
    // Each front has its own sums; one that is written by the other is larger or smaller.
    rejected_ += static_cast<uint64_t>(Below(5));
    epoch->Reject(RejectReason::kOverloaded, rejected_, rejected_ * 10);
  }
}

void RandomLog::AddParts(int32_t partition, Epoch* epoch) {
  epoch->shared.writer = kCounters[Below(2)];
  Marker& marker = epoch->shared.marker.emplace();
  marker.sequence = ++marker_ + static_cast<uint64_t>(Below(4));
  if (OneIn(3)) epoch->once_horizon_ms = OneIn(2) ? 0 : kHorizonMs / 4;
  for (int n = Below(partition == 0 ? 60 : 12); n > 0; --n) {
    const int32_t code = 20'000 + Below(90);
    if (partition == 0) {
      epoch->shared.column_requests.push_back({code, OneIn(2) ? "racer" : "shooter"});
    } else {
      epoch->shared.granted_codes.push_back(code);
    }
  }
  if (partition == 0 && OneIn(2)) {
    epoch->shown_places = {{"shooter", OneIn(2) ? "eu" : "us"}};
    epoch->shown_codes = {1005};
  }
}

LoggedEpoch RandomLog::Probe(int32_t partition, int64_t time_ms) const {
  LoggedEpoch probe;
  probe.time_ms = time_ms;
  probe.epoch.shared.writer = kFronts[0];
  for (size_t session = 0; session < kSessions; ++session) {
    const uint64_t sequence = sequences_[static_cast<size_t>(partition)][session];
    probe.epoch.Add(SomeBatch(100 * static_cast<uint64_t>(partition) + session,
                              std::max<uint64_t>(1, sequence), {{1, 1}}),
                    OriginOf(session));
  }
  return probe;
}

std::vector<int32_t> RandomLog::Turns(const std::vector<PartitionLog>& logs,
                                      std::mt19937_64* random) {
  std::vector<int32_t> turns;
  for (size_t p = 0; p < logs.size(); ++p) {
    turns.insert(turns.end(), logs[p].size(), static_cast<int32_t>(p));
  }
  std::shuffle(turns.begin(), turns.end(), *random);
  // Now and then long stretches of one partition, as in a counter that catches up.
  if ((*random)() % 4 == 0) {
    const auto first = static_cast<int32_t>((*random)() % logs.size());
    std::stable_partition(turns.begin(), turns.end(), [first](int32_t p) { return p == first; });
  }
  return turns;
}

std::string StateOf(Aggregate* aggregate) {
  const Checkpoint state = aggregate->TakeCheckpoint(/*changed_only=*/false);
  std::string out = absl::StrCat("epoch ", state.epoch, " time ", state.time_ms, " counted ",
                                 state.batches_counted, " duplicate ", state.batches_duplicate);
  for (const Rejected& r : state.rejected) absl::StrAppend(&out, " ", TextOf(r));
  std::map<int32_t, std::string> codes;
  for (const CodeRow& row : state.codes) {
    if (row.slot == kOtherSlot) continue;
    codes[row.code] = absl::StrCat(row.in_catalog, row.shown);
  }
  for (const auto& [code, row] : codes) absl::StrAppend(&out, "\ncode ", code, " ", row);
  std::map<std::pair<std::string, std::string>, std::string> places;
  for (const PlaceRow& row : state.places) {
    std::string& place = places[{row.place.app, row.place.region}];
    absl::StrAppend(&place, row.shown, " successes ", row.success_events, " sessions ",
                    row.sessions, " lost ", row.lost[0]);
    std::map<std::string, std::string> cells;
    for (const CounterRow& cell : state.counters) {
      if (cell.place_id != row.id || cell.events == 0) continue;
      const CodeRow& code = state.codes[cell.slot];
      cells[cell.slot == kOtherSlot ? "other" : absl::StrCat(code.code)] =
          absl::StrCat(cell.events, "/", cell.sessions, "/", cell.late);
    }
    for (const auto& [code, cell] : cells) absl::StrAppend(&place, " ", code, ":", cell);
  }
  for (const auto& [place, text] : places) {
    absl::StrAppend(&out, "\nplace ", place.first, " ", place.second, " ", text);
  }
  for (const PartitionRow& row : state.partitions) {
    absl::StrAppend(&out, "\npartition ", row.partition, " next ", row.next_offset, " time ",
                    row.time_ms, " steady ", row.steady_ms, " events ", row.counted.events,
                    " sessions ", row.counted.sessions, " rejected ", row.counted.batches_rejected,
                    " state ", std::hash<std::string>()(row.SerializeState()));
  }
  return out;
}

std::unique_ptr<Aggregate> Recovered(Aggregate* aggregate, const internal::Policy& policy) {
  Checkpoint state = aggregate->TakeCheckpoint(/*changed_only=*/false);
  for (PartitionRow& row : state.partitions) {
    PartitionRow read;
    read.topic = row.topic;
    read.partition = row.partition;
    read.next_offset = row.next_offset;
    read.time_ms = row.time_ms;
    EXPECT_TRUE(read.ParseState(row.SerializeState()).ok());
    row = read;
  }
  auto recovered = std::make_unique<Aggregate>();
  EXPECT_TRUE(recovered->Restore(state).ok());
  const absl::Status shared = recovered->ShareLog(kTopic, state.partitions.size(), policy);
  EXPECT_TRUE(shared.ok()) << shared;
  return recovered;
}

}  // namespace gmewatch
