#include "daemon/aggregate/partition_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace gmewatch {

void PartitionTable::Make(const std::string& topic, size_t partitions, int64_t steady_ms) {
  for (size_t i = 0; i < partitions; ++i) {
    PartitionRow row;
    row.topic = topic;
    row.partition = static_cast<int32_t>(i);
    row.steady_ms = steady_ms;
    partitions_.emplace_back(std::move(row));
    columns_.emplace_back()[kOtherSlot] = true;
    for (const CodeRow& code : codes_.Rows()) {
      if (code.slot != kOtherSlot) Grant(i, code.code);
    }
  }
}

absl::Status PartitionTable::Load(const std::vector<PartitionRow>& rows) {
  for (const PartitionRow& row : rows) {
    if (row.partition != static_cast<int32_t>(partitions_.size()) ||
        row.topic != rows.front().topic || row.next_offset < 0 || !IsTime(row.time_ms)) {
      return absl::DataLossError(absl::StrCat("the position of partition ", row.partition, " of ",
                                              row.topic, " is out of order or out of range"));
    }
    partitions_.emplace_back(row);
    Columns& columns = columns_.emplace_back();
    columns[kOtherSlot] = true;
    for (const int32_t code : row.granted_codes) columns[codes_.Find(code)] = true;
  }
  return absl::OkStatus();
}

std::vector<PartitionRow> PartitionTable::Rows() const {
  std::vector<PartitionRow> rows;
  rows.reserve(partitions_.size());
  for (const Partition& partition : partitions_) rows.push_back(partition.row());
  return rows;
}

absl::Status PartitionTable::Check(const RecordPosition& at, const Epoch& epoch) const {
  const auto where = [&] {
    return absl::StrCat("partition ", at.partition, ", offset ", at.offset);
  };
  if (at.partition < 0 || static_cast<size_t>(at.partition) >= partitions_.size()) {
    return absl::DataLossError(absl::StrCat(where(), ": there is no such partition"));
  }
  const int64_t next = partitions_[static_cast<size_t>(at.partition)].row().next_offset;
  if (at.offset != next) {
    return absl::DataLossError(
        absl::StrCat(where(), ": a record is missing; the next one has offset ", next));
  }
  if (!IsTime(at.time_ms)) {
    return absl::DataLossError(absl::StrCat(where(), ": the broker's time is out of range"));
  }
  if (epoch.shared.writer.empty() || epoch.policy.has_value() || !epoch.forget.empty()) {
    return absl::DataLossError(
        absl::StrCat(where(), ": the record is of a log that one daemon writes alone"));
  }
  return absl::OkStatus();
}

void PartitionTable::TakeColumns(int32_t partition, const SharedLogParts& parts) {
  const auto index = static_cast<size_t>(partition);
  for (const ColumnRequest& request : parts.column_requests) {
    if (partition != 0 || !HasRoom(request)) continue;
    partitions_[0].NoteRequest(request);
    Grant(0, request.code);
  }
  for (const int32_t code : parts.granted_codes) Grant(index, code);
}

void PartitionTable::Grant(size_t partition, int32_t code) {
  // A column that this process has no room for stays kOtherSlot; that takes a catalogue that
  // differs from the other counters'.
  const size_t slot = codes_.Grant(code);
  if (partitions_[partition].Grant(code)) columns_[partition][slot] = true;
}

size_t PartitionTable::GrantedRequests(bool of_apps) const {
  const std::vector<ColumnRequest>& granted = partitions_.front().row().granted_requests;
  return static_cast<size_t>(std::count_if(
      granted.begin(), granted.end(),
      [of_apps](const ColumnRequest& request) { return request.app.empty() != of_apps; }));
}

bool PartitionTable::HasRoom(const ColumnRequest& request) const {
  const std::vector<int32_t>& codes = partitions_.front().row().granted_codes;
  if (std::find(codes.begin(), codes.end(), request.code) != codes.end()) return false;
  const bool of_app = !request.app.empty();
  return codes.size() + 1 < kCodeSlotsMax &&
         GrantedRequests(of_app) < (of_app ? kUnknownCodesMax : kCatalogCodesMax);
}

void PartitionTable::Want(int32_t code, absl::string_view app) {
  if (wanted_.size() == kUnknownCodesMax) return;
  // A code of an overlay takes no share of an app, like one of the catalogue.
  wanted_.try_emplace(code, codes_.IsOverlay(code) ? "" : app);
}

bool PartitionTable::HasShare(const std::string& app, size_t share) const {
  if (share == 0 || GrantedRequests(/*of_apps=*/true) < kUnknownCodesCommon) return true;
  const std::vector<ColumnRequest>& granted = partitions_.front().row().granted_requests;
  return static_cast<size_t>(std::count_if(
             granted.begin(), granted.end(),
             [&](const ColumnRequest& request) { return request.app == app; })) < share;
}

std::vector<ColumnRequest> PartitionTable::TakeWanted(size_t share) {
  std::vector<ColumnRequest> requests;
  for (const CodeRow& row : codes_.Rows()) {
    if (row.slot == kOtherSlot || !row.in_catalog) continue;
    wanted_.erase(row.code);
    if (HasRoom({row.code, ""})) requests.push_back({row.code, ""});
  }
  for (const auto& [code, app] : wanted_) {
    if (HasRoom({code, app}) && HasShare(app, share)) requests.push_back({code, app});
  }
  wanted_.clear();
  return requests;
}

int64_t PartitionTable::OldestTimeMs() const {
  int64_t oldest = INT64_MAX;
  for (const Partition& partition : partitions_) {
    if (partition.has_time()) oldest = std::min(oldest, partition.steady_ms());
  }
  return oldest == INT64_MAX ? 0 : oldest;
}

int64_t PartitionTable::OldestOnceMs(int64_t horizon_ms) const {
  int64_t oldest = INT64_MAX;
  for (const Partition& partition : partitions_) {
    if (partition.has_time()) oldest = std::min(oldest, partition.OldestOnceMs(horizon_ms));
  }
  return oldest == INT64_MAX ? 0 : oldest;
}

int64_t PartitionTable::OldestRecordMs() const {
  int64_t oldest = INT64_MAX;
  for (const Partition& partition : partitions_) {
    if (partition.row().next_offset > 0) oldest = std::min(oldest, partition.row().time_ms);
  }
  return oldest == INT64_MAX ? 0 : oldest;
}

PartitionView PartitionTable::View(int32_t partition) const {
  const PartitionRow& row = partitions_[static_cast<size_t>(partition)].row();
  PartitionView view{row.next_offset, row.time_ms, {}, {}};
  if (!row.checks.empty()) view.check = row.checks.back();
  for (const int32_t code : partitions_.front().row().granted_codes) {
    if (std::find(row.granted_codes.begin(), row.granted_codes.end(), code) ==
        row.granted_codes.end()) {
      view.missing_grants.push_back(code);
    }
  }
  return view;
}

}  // namespace gmewatch
