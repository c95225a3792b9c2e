#include "daemon/triage/epoch_shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/catalog/catalog.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr int64_t kStartMs = int64_t{28'000'020} * 60'000;

std::map<std::string, uint64_t> NowOf(const std::vector<Share>& shares) {
  std::map<std::string, uint64_t> out;
  for (const Share& share : shares) out[share.value] = share.now;
  return out;
}

HashedOrigin OfVersion(const std::string& app_version) {
  return HashedOrigin({"shooter", "eu", app_version, "2.9", "ios"});
}

class EpochSharesTest : public ::testing::Test {
 protected:
  EpochSharesTest() {
    Epoch epoch;
    internal::Policy& policy = epoch.policy.emplace();
    const Catalog catalog = Catalog::Embedded();
    for (const CatalogCode& code : catalog.codes()) {
      policy.add_catalog_codes(code.value);
    }
    policy.set_max_app_regions(10);
    policy.set_session_horizon_ms(86'400'000);
    Observe(&epoch);
  }

  // A batch of a new session.
  Batch BatchOf(std::vector<Entry> entries, std::vector<Detail> details = {}) {
    Batch batch;
    batch.session = {++sessions_, 7};
    batch.sequence = 1;
    batch.entries = std::move(entries);
    batch.details = std::move(details);
    return batch;
  }

  void Observe(Epoch* epoch) {
    epoch->time_ms = time_ms_;
    aggregate_.Apply(++number_, *epoch, &verdicts_);
    shares_.Observe(number_, *epoch, verdicts_);
  }

  EpochShares::CodeShares Of(int32_t code) const {
    const Counters& counters = aggregate_.counters();
    size_t slot = counters.codes() - 1;
    while (slot > kOtherSlot && counters.code(slot) != code) --slot;
    return shares_.Of(slot, time_ms_ / 60'000);
  }

  Aggregate aggregate_;
  EpochShares shares_{aggregate_.counters()};
  int64_t time_ms_ = kStartMs;

 private:
  uint64_t number_ = 0;
  uint64_t sessions_ = 0;
  std::vector<Verdict> verdicts_;
};

TEST_F(EpochSharesTest, CountsEveryBatchIfFewCome) {
  for (uint64_t i = 0; i < 200; ++i) {
    time_ms_ += 50;
    Epoch epoch;
    epoch.Add(BatchOf({{1005, 3}, {kSuccessCode, 9}}), OfVersion(i % 4 == 0 ? "2.0" : "1.0"));
    epoch.Add(BatchOf({{10001, 1}}), OfVersion("1.0"));
    Observe(&epoch);
  }
  EXPECT_THAT(NowOf(Of(1005).app_versions),
              UnorderedElementsAre(Pair("1.0", 450), Pair("2.0", 150)));
  EXPECT_THAT(NowOf(Of(1005).platforms), ElementsAre(Pair("ios", 600)));
  EXPECT_THAT(NowOf(Of(10001).sdk_versions), ElementsAre(Pair("2.9", 200)));
  EXPECT_FALSE(Of(1005).sampled);
}

TEST_F(EpochSharesTest, ARetryIsCountedOnceWithItsDetails) {
  Epoch first;
  const Batch batch = BatchOf({{1005, 3}}, {{0, 1005, 42, "EnterRoom"}});
  first.Add(batch, OfVersion("1.0"));
  Observe(&first);
  // The retry comes behind another batch, whose details count.
  Epoch second;
  second.Add(BatchOf({{1005, 2}}, {{0, 1005, 7, "ExitRoom"}}), OfVersion("1.0"));
  second.Add(batch, OfVersion("1.0"));
  Observe(&second);
  EXPECT_THAT(NowOf(Of(1005).app_versions), ElementsAre(Pair("1.0", 5)));
  EXPECT_THAT(NowOf(Of(1005).operations),
              UnorderedElementsAre(Pair("EnterRoom", 1), Pair("ExitRoom", 1)));
  EXPECT_THAT(NowOf(Of(1005).underlying_codes), UnorderedElementsAre(Pair("42", 1), Pair("7", 1)));
}

TEST_F(EpochSharesTest, AnEmptyFieldOfADetailIsNoValue) {
  Epoch epoch;
  epoch.Add(BatchOf({{1005, 1}}, {{0, 1005, 0, "EnterRoom"}, {0, 1005, -3, ""}}), OfVersion("1.0"));
  epoch.Add(BatchOf({{kSuccessCode, 1}}, {{0, kSuccessCode, 5, "EnterRoom"}}), OfVersion("1.0"));
  Observe(&epoch);
  EXPECT_THAT(NowOf(Of(1005).operations), ElementsAre(Pair("EnterRoom", 1)));
  EXPECT_THAT(NowOf(Of(1005).underlying_codes), ElementsAre(Pair("-3", 1)));
}

TEST_F(EpochSharesTest, LateBatchesAreNotCounted) {
  Epoch epoch;
  Batch late = BatchOf({{1005, 3}});
  late.late = true;
  epoch.Add(late, OfVersion("1.0"));
  Observe(&epoch);
  EXPECT_THAT(Of(1005).app_versions, IsEmpty());
}

TEST_F(EpochSharesTest, CodesBeyondTheLimitShareATable) {
  Epoch epoch;
  for (int32_t code = 0; code < 100; ++code) {
    epoch.Add(BatchOf({{1'000'000 + code, 1}}), OfVersion(absl::StrCat(code % 2)));
  }
  Observe(&epoch);
  ASSERT_EQ(aggregate_.counters().codes(), 1 + 73 + kUnknownCodesMax);
  EXPECT_THAT(NowOf(Of(1'000'000).app_versions), ElementsAre(Pair("0", 1)));
  EXPECT_THAT(NowOf(shares_.Of(kOtherSlot, time_ms_ / 60'000).app_versions),
              UnorderedElementsAre(Pair("0", 18), Pair("1", 18)));
}

// Big batches, one per epoch: only some epochs can be read.
TEST_F(EpochSharesTest, BigBatchesAreScaledUpForThoseThatWereSkipped) {
  std::vector<Entry> entries(kEntriesPerBatchMax, {kSuccessCode, 1});
  entries[0] = {1005, 2};
  for (uint64_t i = 0; i < 2000; ++i) {
    time_ms_ += 5;
    Epoch epoch;
    epoch.Add(BatchOf(entries), OfVersion("1.0"));
    Observe(&epoch);
  }
  EXPECT_TRUE(Of(1005).sampled);
  EXPECT_NEAR(static_cast<double>(NowOf(Of(1005).app_versions)["1.0"]), 4000, 200);
}

// Many small batches in each epoch; every fourth has another version.
TEST_F(EpochSharesTest, ASampleOfManyBatchesIsScaledUp) {
  for (uint64_t i = 0; i < 160; ++i) {
    time_ms_ += 5;
    Epoch epoch;
    for (uint64_t j = 0; j < 1001; ++j) {
      epoch.Add(BatchOf({{1005, 2}}), OfVersion((i + j) % 4 == 0 ? "2.0" : "1.0"));
    }
    Observe(&epoch);
  }
  std::map<std::string, uint64_t> versions = NowOf(Of(1005).app_versions);
  const double all = 2.0 * 160 * 1001;
  EXPECT_TRUE(Of(1005).sampled);
  EXPECT_NEAR(static_cast<double>(versions["1.0"]), all * 3 / 4, all / 20);
  EXPECT_NEAR(static_cast<double>(versions["2.0"]), all / 4, all / 20);
}

TEST_F(EpochSharesTest, ASampleOfManyDetailsIsScaledUp) {
  for (uint64_t i = 0; i < 500; ++i) {
    time_ms_ += 5;
    Epoch epoch;
    for (uint64_t j = 0; j < 100; ++j) {
      epoch.Add(BatchOf({}, {{0, 1005, 1, "EnterRoom"}}), OfVersion("1.0"));
    }
    Observe(&epoch);
  }
  EXPECT_TRUE(Of(1005).sampled);
  EXPECT_NEAR(static_cast<double>(NowOf(Of(1005).operations)["EnterRoom"]), 50'000, 2'500);
}

TEST_F(EpochSharesTest, AClockThatWasYearsAheadIsForgotten) {
  constexpr int64_t kYears = int64_t{5} * 365 * 24 * 3600 * 1000;
  time_ms_ += kYears;
  Epoch ahead;
  ahead.Add(BatchOf({{1005, 3}}), OfVersion("1"));
  Observe(&ahead);
  time_ms_ -= kYears;
  Epoch right;
  right.Add(BatchOf({{1005, 4}}), OfVersion("2"));
  Observe(&right);
  EXPECT_THAT(NowOf(Of(1005).app_versions), UnorderedElementsAre(Pair("2", 4)));
}

TEST_F(EpochSharesTest, SampledIsResetAfterTenMinutes) {
  Epoch epoch;
  for (uint64_t i = 0; i < 1000; ++i) epoch.Add(BatchOf({{1005, 1}}), OfVersion("1.0"));
  Observe(&epoch);
  time_ms_ += int64_t{9} * 60'000;
  EXPECT_TRUE(Of(1005).sampled || NowOf(Of(1005).app_versions).empty());
  time_ms_ += 60'000;
  EXPECT_FALSE(Of(1005).sampled);
}

}  // namespace
}  // namespace gmewatch
