#include "daemon/log/state_reader.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/log/state_checksums.h"
#include "daemon/log/state_schema.h"
#include "daemon/model/loss_reason.h"
#include "daemon/model/reject_reason.h"

namespace gmewatch {
namespace {

// A position; one that does not fit becomes the largest, which no table has.
uint32_t Uint32(const SqliteStatement& row, int column) {
  const int64_t value = row.Int64(column);
  return value >= 0 && value < UINT32_MAX ? static_cast<uint32_t>(value) : UINT32_MAX;
}

}  // namespace

absl::StatusOr<std::optional<Checkpoint>> StateReader::Read() {
  Checkpoint checkpoint;
  const absl::StatusOr<bool> found = ReadMeta(&checkpoint);
  if (!found.ok()) return found.status();
  if (!*found) return std::optional<Checkpoint>();
  absl::Status status = ReadRejected(&checkpoint.rejected);
  if (status.ok()) status = ReadCodes(&checkpoint.codes);
  if (status.ok()) status = ReadPlaces(&checkpoint.places);
  if (status.ok()) status = ReadCounters(&checkpoint.counters);
  if (status.ok()) status = ReadSessions(&checkpoint.pages);
  if (status.ok()) status = ReadDetector(&checkpoint.detector);
  // Files without checksums have no such table.
  if (status.ok() && checked_) status = ReadPartitions(&checkpoint.partitions);
  if (status.ok() && checked_) status = CheckPlaces(checkpoint);
  if (status.ok() && checked_) status = CheckMeta(checkpoint);
  if (!status.ok()) return status;
  return std::optional<Checkpoint>(std::move(checkpoint));
}

absl::Status StateReader::CheckPlaces(const Checkpoint& checkpoint) const {
  const absl::flat_hash_map<uint32_t, uint32_t> crcs = PlaceChecksums(checkpoint);
  for (size_t i = 0; i < checkpoint.places.size(); ++i) {
    const PlaceRow& row = checkpoint.places[i];
    if (crcs.at(row.id) == place_crcs_[i]) continue;
    return Damaged(absl::StrCat("the counts of row ", row.id, " of places (app ", row.place.app,
                                ", region ", row.place.region, ")"));
  }
  return absl::OkStatus();
}

absl::Status StateReader::CheckMeta(const Checkpoint& checkpoint) const {
  const StateRowCounts rows = {checkpoint.places.size(), checkpoint.pages.size(),
                               checkpoint.detector.size()};
  if (meta_crc_ == MetaChecksum(checkpoint, rows)) return absl::OkStatus();
  return Damaged(
      "a row of meta, codes, rejected or partitions, or the last row of places, session_pages or "
      "detector_pages");
}

absl::Status StateReader::Damaged(absl::string_view what) const {
  return absl::DataLossError(absl::StrCat(connection_.path(), ": damaged or missing: ", what,
                                          "; the checksum does not match"));
}

absl::StatusOr<uint64_t> StateReader::CoveredEpoch() {
  Checkpoint checkpoint;
  const absl::StatusOr<bool> found = ReadMeta(&checkpoint);
  if (!found.ok()) return found.status();
  return checkpoint.epoch;
}

absl::StatusOr<bool> StateReader::ReadMeta(Checkpoint* checkpoint) {
  uint64_t time_ms = 0;
  std::optional<int64_t> steady_ms;
  absl::flat_hash_map<absl::string_view, uint64_t*> numbers = {
      {kMetaEpoch, &checkpoint->epoch},
      {kMetaTimeMs, &time_ms},
      {kMetaBatchesCounted, &checkpoint->batches_counted},
      {kMetaBatchesDuplicate, &checkpoint->batches_duplicate},
  };
  const size_t keys = numbers.size() + 1;
  size_t found = 0;
  absl::Status status = ForEachRow("SELECT key, value FROM meta", [&](const SqliteStatement& row) {
    const absl::string_view key = row.Bytes(0);
    if (key == kMetaPolicy) {
      checkpoint->policy = std::string(row.Bytes(1));
      ++found;
    } else if (key == kMetaSteadyMs) {
      steady_ms = row.Int64(1);
    } else if (key == kMetaTriage) {
      checkpoint->triage = std::string(row.Bytes(1));
    } else if (key == kMetaSilence) {
      checkpoint->silence = std::string(row.Bytes(1));
    } else if (key == kMetaCrc) {
      meta_crc_ = row.Uint64(1);
    } else if (const auto number = numbers.find(key); number != numbers.end()) {
      *number->second = row.Uint64(1);
      ++found;
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  checkpoint->time_ms = static_cast<int64_t>(time_ms);
  // Sessions lived by the wall clock in files without it.
  checkpoint->steady_ms = steady_ms.value_or(checkpoint->time_ms);
  if (found != 0 && found != keys) {
    return absl::DataLossError(absl::StrCat(connection_.path(), ": the table meta has ", found,
                                            " of the ", keys, " rows of a checkpoint"));
  }
  return found != 0;
}

absl::Status StateReader::ReadRejected(RejectedByReason* rejected) {
  return ForEachRow("SELECT number, batches, events FROM rejected",
                    [&](const SqliteStatement& row) -> absl::Status {
                      const uint64_t number = row.Uint64(0);
                      if (number >= kRejectReasons) {
                        return absl::DataLossError(absl::StrCat(
                            connection_.path(), ": reject reason ", number, " is unknown"));
                      }
                      (*rejected)[number] = {row.Uint64(1), row.Uint64(2)};
                      return absl::OkStatus();
                    });
}

absl::Status StateReader::ReadCodes(std::vector<CodeRow>* codes) {
  return ForEachRow("SELECT slot, code, in_catalog, shown FROM codes ORDER BY slot",
                    [&](const SqliteStatement& row) {
                      codes->push_back({Uint32(row, 0), static_cast<int32_t>(row.Int64(1)),
                                        row.Int64(2) != 0, row.Int64(3) != 0});
                      return absl::OkStatus();
                    });
}

absl::Status StateReader::ReadPlaces(std::vector<PlaceRow>* places) {
  return ForEachRow(absl::StrCat("SELECT id, app, region, shown, success_events, sessions, ",
                                 absl::StrJoin(LostColumns(), ", "), ", ", CrcColumn(),
                                 " FROM places ORDER BY id"),
                    [&](const SqliteStatement& row) {
                      PlaceRow place;
                      place.id = Uint32(row, 0);
                      place.place = {std::string(row.Bytes(1)), std::string(row.Bytes(2))};
                      place.shown = row.Int64(3) == 1;
                      place.gone = row.Int64(3) == 2;
                      place.success_events = row.Uint64(4);
                      place.sessions = row.Uint64(5);
                      for (size_t reason = 0; reason < kLossReasons; ++reason) {
                        place.lost[reason] = row.Uint64(6 + static_cast<int>(reason));
                      }
                      place_crcs_.push_back(row.Uint64(6 + static_cast<int>(kLossReasons)));
                      places->push_back(std::move(place));
                      return absl::OkStatus();
                    });
}

absl::Status StateReader::ReadCounters(std::vector<CounterRow>* counters) {
  return ForEachRow(
      "SELECT place_id, slot, events, sessions, late_events FROM counters "
      "ORDER BY place_id, slot",
      [&](const SqliteStatement& row) {
        counters->push_back(
            {Uint32(row, 0), Uint32(row, 1), row.Uint64(2), row.Uint64(3), row.Uint64(4)});
        return absl::OkStatus();
      });
}

absl::Status StateReader::ReadSessions(std::vector<SessionPage>* pages) {
  return ForEachRow(
      absl::StrCat("SELECT page, bytes, ", CrcColumn(), " FROM session_pages ORDER BY page"),
      [&](const SqliteStatement& row) {
        pages->push_back({Uint32(row, 0), std::string(row.Bytes(1))});
        if (Matches(row, 2, PageChecksum(pages->back()))) return absl::OkStatus();
        return Damaged(absl::StrCat("row ", row.Int64(0), " of session_pages"));
      });
}

absl::Status StateReader::ReadDetector(std::vector<DetectorPage>* pages) {
  return ForEachRow(absl::StrCat("SELECT app, region, bytes, ", CrcColumn(),
                                 " FROM detector_pages ORDER BY app, region"),
                    [&](const SqliteStatement& row) {
                      pages->push_back({{std::string(row.Bytes(0)), std::string(row.Bytes(1))},
                                        std::string(row.Bytes(2))});
                      if (Matches(row, 3, PageChecksum(pages->back()))) return absl::OkStatus();
                      return Damaged(absl::StrCat("row (app ", row.Bytes(0), ", region ",
                                                  row.Bytes(1), ") of detector_pages"));
                    });
}

absl::Status StateReader::ReadPartitions(std::vector<PartitionRow>* partitions) {
  return ForEachRow(
      "SELECT topic, partition, next_offset, time_ms, state FROM partitions "
      "ORDER BY topic, partition",
      [&](const SqliteStatement& row) -> absl::Status {
        PartitionRow& partition = partitions->emplace_back();
        partition.topic = std::string(row.Bytes(0));
        partition.partition = static_cast<int32_t>(row.Int64(1));
        partition.next_offset = row.Int64(2);
        partition.time_ms = row.Int64(3);
        absl::Status read = partition.ParseState(row.Bytes(4));
        if (read.ok()) return read;
        return absl::DataLossError(absl::StrCat(connection_.path(), ": damaged: row ", row.Int64(1),
                                                " of partitions: ", read.message()));
      });
}

absl::Status StateReader::ForEachRow(absl::string_view sql,
                                     absl::FunctionRef<absl::Status(const SqliteStatement&)> use) {
  absl::StatusOr<SqliteStatement> rows = connection_.Prepare(sql);
  if (!rows.ok()) return rows.status();
  while (true) {
    const absl::StatusOr<bool> row = rows->Next();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
    absl::Status status = use(*rows);
    if (!status.ok()) return status;
  }
}

}  // namespace gmewatch
