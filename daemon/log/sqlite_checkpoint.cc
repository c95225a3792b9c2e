#include "daemon/log/sqlite_checkpoint.h"

#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

// The columns of places after its name, in order.
constexpr int kFirstLostColumn = 6;
static_assert(kLossReasons == 5, "places has a column for each reason");

// Calls `row` at each row of `sql`.
absl::Status ForEach(SqliteDb* db, absl::string_view sql,
                     const std::function<void(const SqliteStatement&)>& row) {
  absl::StatusOr<SqliteStatement> rows = db->Prepare(sql);
  if (!rows.ok()) return rows.status();
  for (;;) {
    const absl::StatusOr<bool> more = rows->Step();
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    row(*rows);
  }
}

std::string Text(const SqliteStatement& row, int column) { return std::string(row.Bytes(column)); }

// Runs `sql` once for each of `items`, as `bind` fills it.
template <typename Items, typename Bind>
absl::Status PutAll(SqliteDb* db, absl::string_view sql, const Items& items, Bind bind) {
  absl::StatusOr<SqliteStatement> put = db->Prepare(sql);
  if (!put.ok()) return put.status();
  for (const auto& item : items) {
    bind(item, &*put);
    absl::Status run = put->Run();
    if (!run.ok()) return run;
  }
  return absl::OkStatus();
}

absl::Status ReadRows(SqliteDb* db, Checkpoint* out) {
  absl::Status status = ForEach(db, "SELECT slot, code, in_catalog, shown FROM codes ORDER BY slot",
                                [out](const SqliteStatement& row) {
                                  out->codes.push_back({static_cast<uint32_t>(row.Integer(0)),
                                                        static_cast<int32_t>(row.Integer(1)),
                                                        row.Integer(2) != 0, row.Integer(3) != 0});
                                });
  if (!status.ok()) return status;
  status = ForEach(db, "SELECT * FROM places ORDER BY id", [out](const SqliteStatement& row) {
    PlaceRow place;
    place.id = static_cast<uint32_t>(row.Integer(0));
    place.place = {Text(row, 1), Text(row, 2)};
    place.shown = row.Integer(3) != 0;
    place.success_events = row.Integer(4);
    place.sessions = row.Integer(5);
    for (size_t i = 0; i < kLossReasons; ++i) {
      place.lost[i] = row.Integer(kFirstLostColumn + static_cast<int>(i));
    }
    out->places.push_back(std::move(place));
  });
  if (!status.ok()) return status;
  status = ForEach(db, "SELECT place_id, slot, events, sessions, late_events FROM counters",
                   [out](const SqliteStatement& row) {
                     out->counters.push_back({static_cast<uint32_t>(row.Integer(0)),
                                              static_cast<uint32_t>(row.Integer(1)), row.Integer(2),
                                              row.Integer(3), row.Integer(4)});
                   });
  if (!status.ok()) return status;
  return ForEach(db, "SELECT page, bytes FROM session_pages ORDER BY page",
                 [out](const SqliteStatement& row) {
                   out->pages.push_back({static_cast<uint32_t>(row.Integer(0)), Text(row, 1)});
                 });
}

absl::Status WriteTotals(const Checkpoint& checkpoint, SqliteDb* db) {
  struct Reason {
    uint64_t number;
    absl::string_view label;
    Rejected rejected;
  };
  std::vector<Reason> reasons;
  for (size_t i = 0; i < kRejectReasons; ++i) {
    reasons.push_back({i, RejectReasonLabel(static_cast<RejectReason>(i)), checkpoint.rejected[i]});
  }
  absl::Status status =
      PutAll(db, "REPLACE INTO rejected VALUES (?1, ?2, ?3, ?4)", reasons,
             [](const Reason& reason, SqliteStatement* put) {
               put->Bind(1, reason.number).BindText(2, reason.label);
               put->Bind(3, reason.rejected.batches).Bind(4, reason.rejected.events);
             });
  if (!status.ok()) return status;
  absl::StatusOr<SqliteStatement> put =
      db->Prepare("REPLACE INTO checkpoint VALUES (1, ?1, ?2, ?3, ?4, ?5)");
  if (!put.ok()) return put.status();
  put->Bind(1, checkpoint.epoch).Bind(2, static_cast<uint64_t>(checkpoint.time_ms));
  put->BindBlob(3, checkpoint.policy);
  put->Bind(4, checkpoint.batches_counted).Bind(5, checkpoint.batches_duplicate);
  return put->Run();
}

absl::Status WriteRows(const Checkpoint& checkpoint, SqliteDb* db) {
  absl::Status status =
      PutAll(db, "REPLACE INTO codes VALUES (?1, ?2, ?3, ?4)", checkpoint.codes,
             [](const CodeRow& row, SqliteStatement* put) {
               put->Bind(1, row.slot).Bind(2, static_cast<uint64_t>(int64_t{row.code}));
               put->Bind(3, row.in_catalog ? 1 : 0).Bind(4, row.shown ? 1 : 0);
             });
  if (!status.ok()) return status;
  status = PutAll(db, "REPLACE INTO places VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                  checkpoint.places, [](const PlaceRow& row, SqliteStatement* put) {
                    put->Bind(1, row.id).BindText(2, row.place.app).BindText(3, row.place.region);
                    put->Bind(4, row.shown ? 1 : 0).Bind(5, row.success_events);
                    put->Bind(6, row.sessions);
                    for (size_t i = 0; i < kLossReasons; ++i) {
                      put->Bind(kFirstLostColumn + 1 + static_cast<int>(i), row.lost[i]);
                    }
                  });
  if (!status.ok()) return status;
  status = PutAll(db, "REPLACE INTO counters VALUES (?1, ?2, ?3, ?4, ?5)", checkpoint.counters,
                  [](const CounterRow& row, SqliteStatement* put) {
                    put->Bind(1, row.place_id).Bind(2, row.slot).Bind(3, row.events);
                    put->Bind(4, row.sessions).Bind(5, row.late);
                  });
  if (!status.ok()) return status;
  return PutAll(db, "REPLACE INTO session_pages VALUES (?1, ?2)", checkpoint.pages,
                [](const SessionPage& page, SqliteStatement* put) {
                  put->Bind(1, page.index).BindBlob(2, page.bytes);
                });
}

}  // namespace

absl::StatusOr<std::optional<Checkpoint>> ReadCheckpoint(SqliteDb* db) {
  Checkpoint out;
  bool found = false;
  absl::Status status = ForEach(
      db, "SELECT epoch, time_ms, policy, batches_counted, batches_duplicate FROM checkpoint",
      [&out, &found](const SqliteStatement& row) {
        found = true;
        out.epoch = row.Integer(0);
        out.time_ms = static_cast<int64_t>(row.Integer(1));
        out.policy = Text(row, 2);
        out.batches_counted = row.Integer(3);
        out.batches_duplicate = row.Integer(4);
      });
  if (status.ok() && found) {
    status = ForEach(db, "SELECT reason, batches, events FROM rejected",
                     [&out](const SqliteStatement& row) {
                       if (row.Integer(0) >= kRejectReasons) return;
                       out.rejected[row.Integer(0)] = {row.Integer(1), row.Integer(2)};
                     });
  }
  if (status.ok() && found) status = ReadRows(db, &out);
  if (!status.ok()) return status;
  return found ? std::optional<Checkpoint>(std::move(out)) : std::nullopt;
}

absl::Status WriteCheckpoint(const Checkpoint& checkpoint, SqliteDb* db) {
  return db->InTransaction([&checkpoint, db] {
    const absl::Status totals = WriteTotals(checkpoint, db);
    return totals.ok() ? WriteRows(checkpoint, db) : totals;
  });
}

}  // namespace gmewatch
