// A restored aggregate counts as if it had never stopped.
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "tests/daemon/aggregate/epochs.h"

namespace gmewatch {
namespace {

Epoch RandomEpoch(std::mt19937_64* random) {
  Epoch epoch;
  for (int i = 0; i < 20; ++i) {
    Batch batch = SomeBatch((*random)() % 500, (*random)() % 40 + 1, {});
    for (uint64_t n = (*random)() % 5; n > 0; --n) {
      const auto code = static_cast<int32_t>((*random)() % 12000);
      batch.entries.push_back({code, static_cast<uint32_t>((*random)() % 9 + 1)});
    }
    batch.late = (*random)() % 8 == 0;
    if ((*random)() % 8 == 0) batch.losses.push_back({(*random)() % kLossReasons, 3});
    epoch.Add(batch,
              From(absl::StrCat("app", (*random)() % 4), absl::StrCat("r", (*random)() % 9)));
  }
  epoch.Reject(RejectReason::kInvalid, 1, (*random)() % 100);
  if ((*random)() % 4 == 0) epoch.shown_places.push_back({"app1", "r2"});
  return epoch;
}

// Merges a checkpoint of changes into a complete one, as the log does.
void Merge(const Checkpoint& changes, Checkpoint* whole) {
  Checkpoint out = changes;
  out.places = whole->places;
  for (const PlaceRow& row : changes.places) {
    if (row.id >= out.places.size()) out.places.resize(row.id + 1);
    out.places[row.id] = row;
  }
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>, CounterRow> counters;
  for (const CounterRow& row : whole->counters) counters[{row.place_id, row.slot}] = row;
  for (const CounterRow& row : changes.counters) counters[{row.place_id, row.slot}] = row;
  out.counters.clear();
  for (const auto& [key, row] : counters) out.counters.push_back(row);
  out.pages = whole->pages;
  for (const SessionPage& page : changes.pages) {
    if (page.index >= out.pages.size()) out.pages.resize(page.index + 1);
    out.pages[page.index] = page;
  }
  *whole = out;
}

void ExpectSame(const Aggregate& a, const Aggregate& b) {
  ASSERT_EQ(a.counters().places(), b.counters().places());
  ASSERT_EQ(a.counters().codes(), b.counters().codes());
  EXPECT_EQ(a.session_count(), b.session_count());
  EXPECT_EQ(a.batches_counted(), b.batches_counted());
  EXPECT_EQ(a.batches_duplicate(), b.batches_duplicate());
  EXPECT_EQ(a.rejected_events(RejectReason::kInvalid), b.rejected_events(RejectReason::kInvalid));
  for (size_t slot = 0; slot < a.counters().codes(); ++slot) {
    EXPECT_EQ(a.counters().code(slot), b.counters().code(slot));
    EXPECT_EQ(a.counters().code_shown(slot), b.counters().code_shown(slot));
  }
  for (size_t id = 0; id < a.counters().places(); ++id) {
    const PlaceCounters& x = a.counters().place(id);
    const PlaceCounters& y = b.counters().place(id);
    EXPECT_EQ(x.place(), y.place());
    EXPECT_EQ(x.shown(), y.shown());
    EXPECT_EQ(x.success_events(), y.success_events());
    EXPECT_EQ(x.sessions(), y.sessions());
    for (size_t reason = 0; reason < kLossReasons; ++reason) {
      EXPECT_EQ(x.lost(reason), y.lost(reason));
    }
    for (size_t slot = 0; slot < a.counters().codes(); ++slot) {
      EXPECT_EQ(x.cell(slot).events.value(), y.cell(slot).events.value());
      EXPECT_EQ(x.cell(slot).sessions.value(), y.cell(slot).sessions.value());
      EXPECT_EQ(x.cell(slot).late.value(), y.cell(slot).late.value());
    }
  }
}

TEST(AggregateRestoreTest, GoesOnAsIfItHadNeverStopped) {
  constexpr uint32_t kSeed = 7;
  SCOPED_TRACE(kSeed);
  std::mt19937_64 random(kSeed);
  internal::Policy policy = SomePolicy(20);
  policy.set_session_horizon_ms(60'000);

  Aggregate straight;
  Feed feed(&straight);
  feed.SetPolicy(policy);
  Checkpoint stored = straight.TakeCheckpoint(true);
  for (int round = 0; round < 20; ++round) {
    auto restored = std::make_unique<Aggregate>();
    ASSERT_TRUE(restored->Restore(stored).ok());
    Feed again(restored.get(), stored.epoch);
    again.now_ms = feed.now_ms;
    for (int i = 0; i < 10; ++i) {
      Epoch epoch = RandomEpoch(&random);
      feed.now_ms += static_cast<int64_t>(random() % 9000);
      again.now_ms = feed.now_ms;
      const std::vector<Verdict> verdicts = feed.Apply(&epoch);
      EXPECT_EQ(again.Apply(&epoch), verdicts);
    }
    // Sweeps free memory and do not change a count, so they may be at different slots.
    for (int i = 0; i < 200; ++i) {
      Epoch nothing;
      nothing.Reject(RejectReason::kInvalid, 0, 1);
      feed.Apply(&nothing);
      again.Apply(&nothing);
    }
    ASSERT_NO_FATAL_FAILURE(ExpectSame(straight, *restored)) << "round " << round;
    Merge(straight.TakeCheckpoint(true), &stored);
  }
}

TEST(AggregateRestoreTest, RejectsRowsThatContradictEachOther) {
  Aggregate source;
  Feed feed(&source);
  feed.SetPolicy(SomePolicy());
  feed.Send(SomeBatch(1, 1, {{1005, 1}}), From("demo", "eu"));
  const Checkpoint good = source.TakeCheckpoint(false);

  const auto restore = [&good](auto change) {
    Checkpoint bad = good;
    change(&bad);
    return Aggregate().Restore(bad).code();
  };
  const absl::StatusCode loss = absl::StatusCode::kDataLoss;
  EXPECT_EQ(restore([](Checkpoint*) {}), absl::StatusCode::kOk);
  EXPECT_EQ(restore([](Checkpoint* c) { c->counters[0].place_id = 9; }), loss);
  EXPECT_EQ(restore([](Checkpoint* c) { c->counters[0].slot = 150; }), loss);
  EXPECT_EQ(restore([](Checkpoint* c) { c->codes[2].slot = 7; }), loss);
  EXPECT_EQ(restore([](Checkpoint* c) { c->places[0].id = 1; }), loss);
  EXPECT_EQ(restore([](Checkpoint* c) { c->policy = "\xff\xff"; }), loss);
  EXPECT_EQ(restore([](Checkpoint* c) { c->pages[0].bytes.pop_back(); }), loss);
}

}  // namespace
}  // namespace gmewatch
