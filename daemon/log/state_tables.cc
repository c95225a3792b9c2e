#include "daemon/log/state_tables.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/log/state_checksums.h"
#include "daemon/log/state_reader.h"
#include "daemon/log/state_schema.h"
#include "daemon/model/loss_reason.h"
#include "daemon/model/reject_reason.h"

namespace gmewatch {
namespace {

// SQL that inserts a row, or replaces the values of the row that has the same keys. Unlike REPLACE
// it overwrites that row in place, so the unchanged parts of a session page are not written.
std::string Upsert(absl::string_view table, absl::Span<const std::string> keys,
                   absl::Span<const std::string> values) {
  std::vector<std::string> columns(keys.begin(), keys.end());
  columns.insert(columns.end(), values.begin(), values.end());
  std::vector<std::string> parameters;
  for (size_t i = 1; i <= columns.size(); ++i) parameters.push_back(absl::StrCat("?", i));
  std::vector<std::string> updates;
  for (const std::string& value : values) {
    updates.push_back(absl::StrCat(value, " = excluded.", value));
  }
  return absl::StrCat("INSERT INTO ", table, "(", absl::StrJoin(columns, ", "), ") VALUES(",
                      absl::StrJoin(parameters, ", "), ") ON CONFLICT(", absl::StrJoin(keys, ", "),
                      ") DO UPDATE SET ", absl::StrJoin(updates, ", "));
}

std::vector<std::string> PlaceValues() {
  std::vector<std::string> values = {"app", "region", "shown", "success_events", "sessions"};
  for (const std::string& column : LostColumns()) values.push_back(column);
  values.emplace_back("crc");
  return values;
}

}  // namespace

absl::StatusOr<std::unique_ptr<StateTables>> StateTables::Open(
    std::unique_ptr<SqliteConnection> connection) {
  const int64_t version = connection->version();
  std::unique_ptr<StateTables> opened(new StateTables(std::move(connection)));
  absl::Status status = opened->Upgrade(version);
  if (!status.ok()) return status;
  return opened;
}

absl::Status StateTables::Upgrade(int64_t version) {
  if (version < kVersionWithChecksums) return AddChecksums();
  if (version < kVersionWithPartitions) {
    absl::Status status =
        connection_->InTransaction([&] { return connection_->Execute(AddPartitionsSql()); });
    if (!status.ok()) return status;
  }
  return Prepare();
}

absl::Status StateTables::AddChecksums() {
  return connection_->InTransaction([&] {
    absl::StatusOr<std::optional<Checkpoint>> old =
        StateReader(*connection_, StateReader::kWithoutChecksums).Read();
    if (!old.ok()) return old.status();
    absl::Status status = connection_->Execute(kAddChecksumsSql);
    if (status.ok()) status = connection_->Execute(AddPartitionsSql());
    if (status.ok()) status = Prepare();
    if (!status.ok() || !old->has_value()) return status;
    (*old)->detector_whole = true;
    return SaveAll(**old);
  });
}

absl::Status StateTables::Prepare() {
  const std::pair<SqliteStatement*, std::string> statements[] = {
      {&writers_.meta, Upsert("meta", {"key"}, {"value"})},
      {&writers_.rejected, Upsert("rejected", {"number"}, {"reason", "batches", "events"})},
      {&writers_.codes, Upsert("codes", {"slot"}, {"code", "in_catalog", "shown"})},
      {&writers_.places, Upsert("places", {"id"}, PlaceValues())},
      {&writers_.counters,
       Upsert("counters", {"place_id", "slot"}, {"events", "sessions", "late_events"})},
      {&writers_.pages, Upsert("session_pages", {"page"}, {"bytes", "crc"})},
      {&writers_.drop_pages, "DELETE FROM session_pages WHERE page >= ?1"},
      {&writers_.detector, Upsert("detector_pages", {"app", "region"}, {"bytes", "crc"})},
      {&writers_.clear_detector, "DELETE FROM detector_pages"},
      {&writers_.partitions,
       "INSERT INTO partitions(topic, partition, next_offset, time_ms, state) "
       "VALUES(?1, ?2, ?3, ?4, ?5)"},
      {&writers_.clear_partitions, "DELETE FROM partitions"},
  };
  for (const auto& [statement, sql] : statements) {
    absl::StatusOr<SqliteStatement> prepared = connection_->Prepare(sql);
    if (!prepared.ok()) return prepared.status();
    *statement = *std::move(prepared);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Checkpoint>> StateTables::Load() {
  return StateReader(*connection_).Read();
}

absl::StatusOr<uint64_t> StateTables::CountStart() {
  uint64_t starts = 0;
  absl::Status status = connection_->InTransaction([&]() -> absl::Status {
    const absl::StatusOr<std::string> before = connection_->Meta("starts");
    if (!before.ok()) return before.status();
    if (!absl::SimpleAtoi(*before, &starts)) starts = 0;
    return writers_.meta.BindText(1, "starts").Bind(2, ++starts).Run();
  });
  if (!status.ok()) return status;
  return starts;
}

absl::StatusOr<uint64_t> StateTables::CoveredEpoch() {
  return StateReader(*connection_).CoveredEpoch();
}

absl::Status StateTables::Save(const Checkpoint& checkpoint) {
  absl::Status status = connection_->InTransaction([&] { return SaveAll(checkpoint); });
  return status.ok() ? connection_->GiveBackSpace() : status;
}

absl::Status StateTables::SaveAll(const Checkpoint& checkpoint) {
  absl::Status status = SavePlaces(checkpoint);
  if (status.ok()) status = SaveRows(checkpoint);
  if (status.ok()) status = SaveDetector(checkpoint);
  if (status.ok()) status = SavePartitions(checkpoint);
  // Last, since its checksum covers how many rows there are now.
  if (status.ok()) status = SaveMeta(checkpoint);
  return status;
}

absl::StatusOr<uint32_t> StateTables::ChecksumOfMeta(const Checkpoint& checkpoint) {
  absl::StatusOr<SqliteStatement> counts = connection_->Prepare(
      "SELECT (SELECT count(*) FROM places), (SELECT count(*) FROM session_pages), "
      "(SELECT count(*) FROM detector_pages)");
  if (!counts.ok()) return counts.status();
  const absl::StatusOr<bool> row = counts->Next();
  if (!row.ok()) return row.status();
  return MetaChecksum(checkpoint, {counts->Uint64(0), counts->Uint64(1), counts->Uint64(2)});
}

absl::Status StateTables::SaveMeta(const Checkpoint& checkpoint) {
  const absl::StatusOr<uint32_t> crc = ChecksumOfMeta(checkpoint);
  if (!crc.ok()) return crc.status();
  const std::pair<absl::string_view, uint64_t> numbers[] = {
      {kMetaCrc, *crc},
      {kMetaEpoch, checkpoint.epoch},
      {kMetaTimeMs, static_cast<uint64_t>(checkpoint.time_ms)},
      {kMetaSteadyMs, static_cast<uint64_t>(checkpoint.steady_ms)},
      {kMetaBatchesCounted, checkpoint.batches_counted},
      {kMetaBatchesDuplicate, checkpoint.batches_duplicate},
  };
  for (const auto& [key, value] : numbers) {
    absl::Status status = writers_.meta.BindText(1, key).Bind(2, value).Run();
    if (!status.ok()) return status;
  }
  const std::pair<absl::string_view, const std::string*> blobs[] = {
      {kMetaTriage, &checkpoint.triage},
      {kMetaSilence, &checkpoint.silence},
      {kMetaPolicy, &checkpoint.policy},
  };
  for (const auto& [key, bytes] : blobs) {
    absl::Status status = writers_.meta.BindText(1, key).BindBlob(2, *bytes).Run();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status StateTables::SavePlaces(const Checkpoint& checkpoint) {
  const absl::flat_hash_map<uint32_t, uint32_t> crcs = PlaceChecksums(checkpoint);
  for (const PlaceRow& row : checkpoint.places) {
    SqliteStatement& places = writers_.places;
    places.Bind(1, row.id).BindText(2, row.place.app).BindText(3, row.place.region);
    places.Bind(4, ShownOf(row)).Bind(5, row.success_events).Bind(6, row.sessions);
    for (size_t reason = 0; reason < kLossReasons; ++reason) {
      places.Bind(7 + static_cast<int>(reason), row.lost[reason]);
    }
    places.Bind(7 + static_cast<int>(kLossReasons), crcs.at(row.id));
    absl::Status status = places.Run();
    if (!status.ok()) return status;
  }
  for (const CounterRow& row : checkpoint.counters) {
    SqliteStatement& counters = writers_.counters;
    counters.Bind(1, row.place_id).Bind(2, row.slot);
    absl::Status status =
        counters.Bind(3, row.events).Bind(4, row.sessions).Bind(5, row.late).Run();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status StateTables::SaveDetector(const Checkpoint& checkpoint) {
  if (checkpoint.detector_whole) {
    absl::Status status = writers_.clear_detector.Run();
    if (!status.ok()) return status;
  }
  for (const DetectorPage& page : checkpoint.detector) {
    writers_.detector.BindText(1, page.place.app).BindText(2, page.place.region);
    absl::Status status =
        writers_.detector.BindBlob(3, page.bytes).Bind(4, PageChecksum(page)).Run();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status StateTables::SavePartitions(const Checkpoint& checkpoint) {
  if (checkpoint.partitions.empty()) return absl::OkStatus();
  absl::Status status = writers_.clear_partitions.Run();
  for (const PartitionRow& row : checkpoint.partitions) {
    if (!status.ok()) return status;
    SqliteStatement& partitions = writers_.partitions;
    partitions.BindText(1, row.topic).Bind(2, static_cast<uint64_t>(row.partition));
    partitions.Bind(3, static_cast<uint64_t>(row.next_offset));
    partitions.Bind(4, static_cast<uint64_t>(row.time_ms));
    status = partitions.BindBlob(5, row.SerializeState()).Run();
  }
  return status;
}

absl::Status StateTables::SaveRows(const Checkpoint& checkpoint) {
  for (size_t number = 0; number < kRejectReasons; ++number) {
    const Rejected& row = checkpoint.rejected[number];
    const absl::string_view reason = RejectReasonLabel(static_cast<RejectReason>(number));
    writers_.rejected.Bind(1, uint64_t{number}).BindText(2, reason);
    absl::Status status = writers_.rejected.Bind(3, row.batches).Bind(4, row.events).Run();
    if (!status.ok()) return status;
  }
  for (const CodeRow& row : checkpoint.codes) {
    writers_.codes.Bind(1, row.slot).Bind(2, row.code).Bind(3, row.in_catalog);
    absl::Status status = writers_.codes.Bind(4, row.shown).Run();
    if (!status.ok()) return status;
  }
  if (checkpoint.page_count.has_value()) {
    absl::Status status = writers_.drop_pages.Bind(1, *checkpoint.page_count).Run();
    if (!status.ok()) return status;
  }
  for (const SessionPage& page : checkpoint.pages) {
    writers_.pages.Bind(1, page.index).BindBlob(2, page.bytes);
    absl::Status status = writers_.pages.Bind(3, PageChecksum(page)).Run();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace gmewatch
