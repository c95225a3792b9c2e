// What TriageMemory keeps over a restart, and how it treats a saved text that it cannot read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>

#include "daemon/triage/memory.h"
#include "tests/daemon/triage/counted_world.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::Duration kNone = absl::ZeroDuration();
constexpr int64_t kMinute = 60;

// A memory with counts in two minutes, saved.
class TriageMemoryStateTest : public ::testing::Test {
 protected:
  TriageMemoryStateTest() {
    world_.rejected[1].events = 4;
    world_.Count(CountedWorld::From("shooter", "eu"), {{1005, 60}, {kSuccessCode, 9}});
    world_.Pass(absl::Minutes(20));
    world_.Count(CountedWorld::From("shooter", "eu"), {{1005, 5}, {77, 1}});
    world_.Pass(absl::Seconds(30));
    saved_ = world_.memory.Save(world_.rejected);
  }

  // The memory of another process over the same counters, at the end of its recovery.
  std::unique_ptr<TriageMemory> Restarted() {
    auto memory = std::make_unique<TriageMemory>(world_.aggregate.counters(), world_.clock);
    const absl::Status status = memory->Load(saved_);
    EXPECT_TRUE(status.ok()) << status;
    memory->ReadCountersAsOf(world_.clock.Now(), world_.rejected, kNone);
    return memory;
  }
  std::string Changed(const std::function<void(internal::TriageHistory*)>& change) const {
    internal::TriageHistory record;
    EXPECT_TRUE(record.ParseFromString(saved_));
    change(&record);
    return record.SerializeAsString();
  }

  CountedWorld world_;
  std::string saved_;
};

bool operator==(const StepCounts& x, const StepCounts& y) {
  return x.start_s == y.start_s && x.step_s == y.step_s && x.events == y.events &&
         x.missing == y.missing;
}

TEST_F(TriageMemoryStateTest, ContinuesAsIfItHadNeverStopped) {
  const std::unique_ptr<TriageMemory> after = Restarted();
  const auto compare = [&] {
    ASSERT_EQ(after->Codes().size(), world_.memory.Codes().size());
    for (size_t slot = 0; slot < after->Codes().size(); ++slot) {
      const CodeNumbers was = world_.memory.Codes()[slot].numbers;
      const CodeNumbers is = after->Codes()[slot].numbers;
      EXPECT_TRUE(after->Past(slot).hour == world_.memory.Past(slot).hour) << slot;
      EXPECT_TRUE(after->Past(slot).day == world_.memory.Past(slot).day) << slot;
      EXPECT_EQ(is.rate, was.rate);
      EXPECT_EQ(is.events_total, was.events_total);
      EXPECT_EQ(is.sessions_total, was.sessions_total);
      EXPECT_EQ(is.first_seen_s, was.first_seen_s);
      EXPECT_EQ(is.last_seen_s, was.last_seen_s);
    }
    const RecentNumbers was = world_.memory.Recent();
    const RecentNumbers is = after->Recent();
    EXPECT_EQ(is.counted, was.counted);
    EXPECT_EQ(is.late, was.late);
    EXPECT_EQ(is.lost, was.lost);
    EXPECT_EQ(is.rejected, was.rejected);
  };
  compare();
  EXPECT_EQ(after->Codes()[world_.Slot(1005)].numbers.first_seen_s, kWorldStart);
  world_.rejected[1].events += 3;
  world_.Count(CountedWorld::From("shooter", "eu"), {{1005, 2}}, /*late=*/true);
  world_.Count(CountedWorld::From("shooter", "us"), {{1005, 6}, {kSuccessCode, 1}});
  world_.clock.Advance(absl::Seconds(10));
  world_.Read();
  after->ReadCounters(world_.rejected, kNone);
  compare();
  EXPECT_EQ(after->Codes()[world_.Slot(1005)].numbers.events_1h, 71U);
}

TEST_F(TriageMemoryStateTest, WhoReportedIsNotKept) {
  const std::unique_ptr<TriageMemory> after = Restarted();
  EXPECT_THAT(after->Past(world_.Slot(1005)).apps, IsEmpty());
  world_.Count(CountedWorld::From("shooter", "us"), {{1005, 6}});
  world_.clock.Advance(absl::Seconds(10));
  after->ReadCounters(world_.rejected, kNone);
  const std::vector<Share> regions = after->Past(world_.Slot(1005)).regions;
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_EQ(regions[0].value, "us");
  EXPECT_EQ(regions[0].now, 6U);
}

TEST_F(TriageMemoryStateTest, TheTimeOfTheRestartIsAGapAndNotZeros) {
  const std::unique_ptr<TriageMemory> after = Restarted();
  world_.clock.Advance(absl::Minutes(15));
  after->ReadCounters(world_.rejected, kNone);
  const StepCounts hour = after->Past(world_.Slot(1005)).hour;
  EXPECT_EQ(hour.events[59 - 35], 60U);
  EXPECT_EQ(hour.events[59 - 15], 5U);
  EXPECT_FALSE(hour.missing[59 - 15]);
  EXPECT_EQ(std::count(hour.missing.end() - 15, hour.missing.end(), true), 14);
  EXPECT_FALSE(hour.missing.back());
}

// The history is saved after the counters, so it can be ahead of them when both are loaded; the
// replay brings the counters up to it.
TEST_F(TriageMemoryStateTest, ReplayedEpochsAreCountedOnceAndAtTheirTime) {
  Aggregate aggregate;
  TriageMemory after(aggregate.counters(), world_.clock);
  std::vector<Verdict> verdicts;
  uint64_t number = 0;
  const auto apply = [&](Epoch epoch, int64_t after_s) {
    epoch.time_ms = (kWorldStart + after_s) * 1000;
    aggregate.Apply(++number, epoch, &verdicts);
    after.ReadCountersAsOf(absl::FromUnixMillis(epoch.time_ms), world_.rejected, kNone);
  };
  const auto epoch_of = [](uint64_t session, std::vector<Entry> entries) {
    Batch batch;
    batch.session = {session, 7};
    batch.sequence = 1;
    batch.entries = std::move(entries);
    Epoch epoch;
    epoch.Add(batch, HashedOrigin(CountedWorld::From("shooter", "eu")));
    return epoch;
  };
  Epoch first;
  for (const CodeRow& row : world_.aggregate.TakeCheckpoint(false).codes) {
    if (row.in_catalog && row.slot != kOtherSlot) {
      first.policy.emplace(first.policy.value_or(internal::Policy())).add_catalog_codes(row.code);
    }
  }
  first.policy->set_max_app_regions(1000);
  first.policy->set_session_horizon_ms(86'400'000);
  first.time_ms = kWorldStart * 1000;
  aggregate.Apply(++number, first, &verdicts);
  ASSERT_TRUE(after.Load(saved_).ok());
  after.ReadCountersAsOf(absl::FromUnixSeconds(kWorldStart), world_.rejected, kNone);
  apply(epoch_of(1, {{1005, 60}, {kSuccessCode, 9}}), 1);
  apply(epoch_of(2, {{1005, 5}, {77, 1}}), 20 * kMinute + 1);
  EXPECT_EQ(after.Codes()[world_.Slot(1005)].numbers.events_1h, 65U) << "all of it was known";
  apply(epoch_of(3, {{1005, 8}}), 22 * kMinute);
  const StepCounts hour = after.Past(world_.Slot(1005)).hour;
  EXPECT_EQ(hour.start_s + 59 * kMinute, kWorldStart + 22 * kMinute);
  EXPECT_EQ(hour.events.back(), 8U);
  EXPECT_EQ(after.Codes()[world_.Slot(1005)].numbers.events_1h, 73U);
  EXPECT_EQ(after.Codes()[world_.Slot(77)].numbers.events_1h, 1U);
}

TEST_F(TriageMemoryStateTest, ARecordOfAnotherVersionOrADamagedOneIsReportedAndChangesNothing) {
  const auto check = [&](const std::string& saved, const std::string& why) {
    TriageMemory memory(world_.aggregate.counters(), world_.clock);
    const absl::Status status = memory.Load(saved);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << why;
    EXPECT_THAT(std::string(status.message()), HasSubstr(why));
    memory.ReadCountersAsOf(world_.clock.Now(), world_.rejected, kNone);
    EXPECT_EQ(memory.Codes()[world_.Slot(1005)].numbers.events_total, 65U);
    EXPECT_EQ(memory.Codes()[world_.Slot(1005)].numbers.events_24h, 0U);
  };
  const auto changed = [&](auto change) { return Changed(change); };
  check("no message", "is not a TriageHistory message");
  check(changed([](auto* r) { r->set_format(99); }), "has format 99; this version reads 1");
  check(changed([](auto* r) { r->set_series(r->series() + 1); }), "with other series");
  check(changed([](auto* r) { r->add_lost(0); }), "with other series");
  check(changed([](auto* r) { r->add_refused(0); }), "with other series");
  check(changed([](auto* r) { r->mutable_codes(1)->set_code(4711); }), "belongs to other counters");
  check(changed([](auto* r) { r->set_begin_s(0); }), "is damaged");
  check(changed([](auto* r) { r->set_last_s(r->begin_s() - 1); }), "is damaged");
  check(changed([](auto* r) { r->mutable_minutes()->add_known(true); }), "is damaged");
  check(changed([](auto* r) { r->mutable_quarters()->set_newest(-1); }), "is damaged");
  check(changed([](auto* r) { r->mutable_quarters()->set_newest(INT64_MAX); }), "is damaged");
  check(changed([](auto* r) { r->mutable_minutes()->mutable_series(0)->set_number(999); }),
        "is damaged");
  check(changed([](auto* r) { r->mutable_minutes()->mutable_series(0)->add_events(1); }),
        "is damaged");
  check(changed([](auto* r) {
          while (r->codes_size() <= static_cast<int>(kCodeSlotsMax)) r->add_codes();
        }),
        "is damaged");
}

TEST_F(TriageMemoryStateTest, AFlippedBitIsReadOrRejectedAndNeverCrashes) {
  for (size_t bit = 0; bit < saved_.size() * 8; bit += 37) {
    std::string flipped = saved_;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    TriageMemory memory(world_.aggregate.counters(), world_.clock);
    memory.Load(flipped).IgnoreError();
    memory.ReadCountersAsOf(world_.clock.Now(), world_.rejected, kNone);
    memory.ReadCounters(world_.rejected, kNone);
    EXPECT_EQ(memory.Past(world_.Slot(1005)).hour.events.size(), 60U);
    EXPECT_GE(memory.Codes().size(), world_.aggregate.counters().codes());
  }
}

// With 192 columns the series behind the codes had the same numbers as now.
TEST_F(TriageMemoryStateTest, ARecordOfAVersionWithFewerColumnsIsLoaded) {
  saved_ = Changed([](internal::TriageHistory* record) {
    record->set_series(record->series() - static_cast<uint32_t>(kCodeSlotsMax - 192));
  });
  const std::unique_ptr<TriageMemory> after = Restarted();
  const RecentNumbers was = world_.memory.Recent();
  EXPECT_EQ(after->Recent().counted, was.counted);
  EXPECT_EQ(after->Recent().lost, was.lost);
  EXPECT_EQ(after->Recent().rejected, was.rejected);
  EXPECT_EQ(after->Codes()[world_.Slot(1005)].numbers.events_1h, 65U);
}

// Earlier versions kept successes: field 6, and the series behind the late events.
TEST_F(TriageMemoryStateTest, ARecordWithSuccessesIsLoadedWithoutThem) {
  const std::string with_series = Changed([](internal::TriageHistory* record) {
    internal::SeriesRecord* series = record->mutable_minutes()->add_series();
    series->set_number(194);
    for (int i = 0; i < record->minutes().known_size(); ++i) series->add_events(9);
  });
  saved_ = with_series + "\x30\x09";
  const std::unique_ptr<TriageMemory> after = Restarted();
  const RecentNumbers was = world_.memory.Recent();
  EXPECT_EQ(after->Recent().counted, was.counted);
  EXPECT_EQ(after->Recent().lost, was.lost);
  EXPECT_EQ(after->Recent().rejected, was.rejected);
  EXPECT_EQ(after->Codes()[world_.Slot(1005)].numbers.events_1h, 65U);
}

TEST_F(TriageMemoryStateTest, IsSmall) {
  EXPECT_LT(saved_.size(), 5'000U) << "a few codes take little space";
  // The largest record: every series in every step.
  const std::string full = Changed([](internal::TriageHistory* r) {
    for (internal::StepGridRecord* grid : {r->mutable_minutes(), r->mutable_quarters()}) {
      grid->clear_series();
      for (uint32_t number = 0; number < r->series(); ++number) {
        internal::SeriesRecord* series = grid->add_series();
        series->set_number(number);
        for (int i = 0; i < grid->known_size(); ++i) series->add_events(1'000'000'000);
      }
    }
  });
  EXPECT_LT(full.size(), 220'000U);
}

}  // namespace
}  // namespace gmewatch
