// allow(length): a case for each kind of damage
#include "daemon/model/epoch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/model/limits.h"
#include "daemon/model/loss_reason.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

HashedOrigin OriginOf(const std::string& app) {
  return HashedOrigin({app, "eu", "1.2", "2.9", "android"});
}

// Two origins, a batch with entries, losses and a detail, a batch with a detail alone, and
// everything else that an epoch can hold.
Epoch FullEpoch() {
  Epoch epoch;
  epoch.time_ms = 1'700'000'000'123;
  epoch.steady_ms = 1'600'000'000'456;
  epoch.policy.emplace();
  epoch.policy->add_catalog_codes(1005);
  epoch.policy->set_max_app_regions(7);
  Batch batch;
  batch.session = {1, 2};
  batch.sequence = 3;
  batch.late = true;
  batch.sender = 0x1122334455667788;
  batch.relayed = true;
  batch.entries = {{1005, 4}, {-1, kCountMax}};
  batch.losses = {{kLossReasons - 1, 5}};
  batch.details.push_back({99, 1005, -7, "EnterRoom"});
  epoch.Add(batch, OriginOf("shooter"));
  batch = Batch();
  batch.session = {9, 9};
  batch.details.push_back({99, 1801, 8, "ExitRoom"});
  epoch.Add(batch, OriginOf("racer"));
  epoch.rejected[kRejectReasons - 1] = {6, 7};
  epoch.shown_places = {{"shooter", "eu"}};
  epoch.shown_codes = {1005, -3};
  return epoch;
}

size_t CountBatches(const Epoch& epoch) {
  size_t n = 0;
  size_t offset = 0;
  for (BatchView batch; epoch.Next(&offset, &batch);) ++n;
  return n;
}

std::string Serialized(const Epoch& epoch) {
  std::string record;
  epoch.Serialize(&record);
  return record;
}

// The record of FullEpoch after `change`.
std::string Changed(const std::function<void(internal::EpochRecord*)>& change) {
  internal::EpochRecord record;
  EXPECT_TRUE(record.ParseFromString(Serialized(FullEpoch())));
  change(&record);
  return record.SerializeAsString();
}

BatchHeader* HeaderOf(std::string* batches) {
  return reinterpret_cast<BatchHeader*>(batches->data());  // NOLINT: the layout of packed_batches.h
}

void ExpectDamaged(const std::string& record, const std::string& message) {
  const absl::StatusOr<Epoch> epoch = Epoch::Parse(record);
  EXPECT_EQ(epoch.status().code(), absl::StatusCode::kDataLoss) << message;
  EXPECT_THAT(std::string(epoch.status().message()), HasSubstr(message));
}

TEST(EpochTest, ComesBackAsItWasSerialized) {
  const std::string record = Serialized(FullEpoch());
  const absl::StatusOr<Epoch> parsed = Epoch::Parse(record);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(Serialized(*parsed), record);
  EXPECT_EQ(parsed->time_ms, 1'700'000'000'123);
  EXPECT_EQ(parsed->steady_ms, 1'600'000'000'456);
  EXPECT_EQ(parsed->policy->max_app_regions(), 7U);
  EXPECT_EQ(CountBatches(*parsed), 2U);
  ASSERT_EQ(parsed->origins().size(), 2U);
  EXPECT_EQ(parsed->origins()[1].app, "racer");
  ASSERT_EQ(parsed->details.size(), 2U);
  EXPECT_EQ(parsed->details[0].batch, 0U);
  EXPECT_EQ(parsed->details[1].batch, 1U);
  EXPECT_EQ(parsed->details[0].underlying_code, -7);
  EXPECT_EQ(parsed->details[0].operation, "EnterRoom");
  EXPECT_EQ(parsed->rejected[kRejectReasons - 1].events, 7U);
  EXPECT_EQ(parsed->shown_places, std::vector<Place>({{"shooter", "eu"}}));
  EXPECT_EQ(parsed->shown_codes, std::vector<int32_t>({1005, -3}));
}

TEST(EpochTest, HasItsBatchesInOrder) {
  const absl::StatusOr<Epoch> epoch = Epoch::Parse(Serialized(FullEpoch()));
  ASSERT_TRUE(epoch.ok());
  size_t offset = 0;
  BatchView batch;
  ASSERT_TRUE(epoch->Next(&offset, &batch));
  EXPECT_EQ(batch.header.session, (SessionId{1, 2}));
  EXPECT_EQ(batch.header.sequence, 3U);
  EXPECT_TRUE(batch.header.Has(BatchHeader::kLate));
  EXPECT_TRUE(batch.header.Has(BatchHeader::kRelayed));
  EXPECT_EQ(batch.sender, 0x1122334455667788U);
  ASSERT_EQ(batch.entries.size(), 2U);
  EXPECT_EQ(batch.entries[1].code, -1);
  EXPECT_EQ(batch.entries[1].count, kCountMax);
  ASSERT_EQ(batch.losses.size(), 1U);
  EXPECT_EQ(batch.losses[0].events, 5U);
  ASSERT_TRUE(epoch->Next(&offset, &batch));
  EXPECT_EQ(batch.header.session, (SessionId{9, 9}));
  EXPECT_EQ(batch.header.origin, 1U);
  EXPECT_EQ(batch.header.flags, 0);
  EXPECT_EQ(batch.sender, 0U);
  EXPECT_TRUE(batch.entries.empty());
  EXPECT_FALSE(epoch->Next(&offset, &batch));
}

TEST(EpochTest, AnEmptyEpochComesBackEmpty) {
  const absl::StatusOr<Epoch> epoch = Epoch::Parse("");
  ASSERT_TRUE(epoch.ok());
  EXPECT_TRUE(epoch->empty());
}

TEST(EpochTest, IsEmptyAgainWhenCleared) {
  Epoch epoch = FullEpoch();
  EXPECT_FALSE(epoch.empty());
  epoch.Clear();
  EXPECT_TRUE(epoch.empty());
  EXPECT_EQ(epoch.size_bytes(), 0U);
  EXPECT_EQ(Serialized(epoch), "");
}

TEST(EpochTest, NamesAnOriginOnceHoweverManyBatchesItSends) {
  Epoch epoch;
  Batch batch;
  for (int i = 0; i < 3; ++i) epoch.Add(batch, OriginOf("shooter"));
  EXPECT_EQ(epoch.origins().size(), 1U);
}

TEST(EpochTest, CanBeAddedToAfterItWasParsed) {
  absl::StatusOr<Epoch> epoch = Epoch::Parse(Serialized(FullEpoch()));
  ASSERT_TRUE(epoch.ok());
  epoch->Add(Batch(), OriginOf("racer"));
  EXPECT_EQ(epoch->origins().size(), 2U);
  EXPECT_EQ(CountBatches(*epoch), 3U);
}

TEST(EpochTest, SizeCountsDetailsAndOrigins) {
  Epoch epoch;
  Batch batch;
  epoch.Add(batch, HashedOrigin({std::string(64, 'a'), "eu", "", "", ""}));
  EXPECT_GE(epoch.size_bytes(), sizeof(BatchHeader) + 64);
  const size_t before = epoch.size_bytes();
  batch.details.assign(kDetailsPerBatchMax, {0, 1, 2, std::string(kOperationBytesMax, 'o')});
  epoch.Add(batch, HashedOrigin({std::string(64, 'a'), "eu", "", "", ""}));
  EXPECT_GE(epoch.size_bytes(), before + kDetailsPerBatchMax * kOperationBytesMax);
}

TEST(EpochTest, RejectsItsBatchesAndThoseOfAFailedEpoch) {
  const auto rejected = [](const Epoch& epoch, RejectReason reason) {
    const Rejected& r = epoch.rejected[static_cast<size_t>(reason)];
    return std::make_pair(r.batches, r.events);
  };
  const Epoch failed = FullEpoch();
  Epoch epoch;
  Batch batch;
  batch.entries = {{1005, 2}};
  batch.details.push_back({0, 1005, 1, "EnterRoom"});
  epoch.Add(batch, OriginOf("shooter"));
  epoch.RejectBatches(RejectReason::kLogFailed);
  EXPECT_EQ(CountBatches(epoch), 0U);
  EXPECT_EQ(epoch.size_bytes(), 0U);
  EXPECT_EQ(rejected(epoch, RejectReason::kLogFailed), std::make_pair(uint64_t{1}, uint64_t{2}));
  epoch.Inherit(failed, RejectReason::kLogFailed);
  EXPECT_EQ(rejected(epoch, RejectReason::kLogFailed),
            std::make_pair(uint64_t{3}, uint64_t{2 + 4 + kCountMax}));
  EXPECT_EQ(rejected(epoch, RejectReason::kSeriesFull), std::make_pair(uint64_t{6}, uint64_t{7}));
  EXPECT_EQ(epoch.policy->max_app_regions(), 7U);
  EXPECT_EQ(epoch.shown_places, failed.shown_places);
  EXPECT_EQ(epoch.shown_codes, failed.shown_codes);
  EXPECT_EQ(Serialized(*Epoch::Parse(Serialized(epoch))), Serialized(epoch));
}

// Whatever a crash or a disk leaves of a record: Parse returns an epoch whose batches can be read,
// or rejects the record.
TEST(EpochTest, EveryTruncationParsesOrIsRejected) {
  const std::string record = Serialized(FullEpoch());
  size_t rejected = 0;
  for (size_t size = 0; size < record.size(); ++size) {
    const absl::StatusOr<Epoch> epoch = Epoch::Parse(record.substr(0, size));
    if (!epoch.ok()) {
      EXPECT_EQ(epoch.status().code(), absl::StatusCode::kDataLoss) << size;
      ++rejected;
      continue;
    }
    EXPECT_LE(CountBatches(*epoch), 2U) << size;
    for (const Detail& detail : epoch->details) {
      EXPECT_LT(detail.batch, CountBatches(*epoch)) << size;
    }
  }
  EXPECT_GT(rejected, record.size() / 2);
}

TEST(EpochTest, EveryFlippedByteParsesOrIsRejected) {
  const std::string record = Serialized(FullEpoch());
  for (size_t at = 0; at < record.size(); ++at) {
    std::string flipped = record;
    flipped[at] = static_cast<char>(~flipped[at]);
    const absl::StatusOr<Epoch> epoch = Epoch::Parse(flipped);
    if (!epoch.ok()) continue;
    size_t offset = 0;
    for (BatchView batch; epoch->Next(&offset, &batch);) {
      ASSERT_LT(batch.header.origin, epoch->origins().size()) << at;
      for (const Loss& loss : batch.losses) ASSERT_LT(loss.reason, kLossReasons) << at;
    }
  }
}

TEST(EpochTest, RejectsBatchesThatPointOutsideTheEpoch) {
  const auto with_header = [](const std::function<void(BatchHeader*)>& change) {
    return Changed([&](internal::EpochRecord* r) { change(HeaderOf(r->mutable_batches())); });
  };
  ExpectDamaged(with_header([](BatchHeader* h) { h->entries = 500; }), "byte 0 points outside");
  ExpectDamaged(with_header([](BatchHeader* h) { h->losses = 16; }), "byte 0 points outside");
  ExpectDamaged(with_header([](BatchHeader* h) { h->origin = 2; }), "byte 0 points outside");
  ExpectDamaged(Changed([](internal::EpochRecord* r) { r->mutable_batches()->append("x"); }),
                "a batch header is cut off at byte 104");
  ExpectDamaged(Changed([](internal::EpochRecord* r) { r->mutable_details(0)->set_batch(2); }),
                "a detail has no batch");
}

TEST(EpochTest, RejectsBatchesThatBreakALimit) {
  const auto with_batches = [](const std::function<void(std::string*)>& change) {
    return Changed([&](internal::EpochRecord* r) { change(r->mutable_batches()); });
  };
  // The first batch: 32 bytes of header, 8 of the sender, two entries of 8, a loss of 16 bytes.
  const auto put = [](uint64_t value, size_t at, size_t size) {
    return [=](std::string* batches) { std::memcpy(batches->data() + at, &value, size); };
  };
  ExpectDamaged(with_batches(put(8, 31, 1)), "byte 0 breaks a limit");
  ExpectDamaged(with_batches(put(kCountMax + 1, 44, 4)), "byte 0 breaks a limit");
  ExpectDamaged(with_batches(put(0, 52, 4)), "byte 0 breaks a limit");
  ExpectDamaged(with_batches(put(kLostEventsMax + 1, 64, 8)), "byte 0 breaks a limit");
  ExpectDamaged(with_batches(put(kLossReasons, 56, 8)), "loss reason 5 is unknown");
  ExpectDamaged(with_batches([](std::string* batches) {
                  HeaderOf(batches)->entries = kEntriesPerBatchMax + 1;
                  batches->append(10'000, '\0');
                }),
                "byte 0 breaks a limit");
}

TEST(EpochTest, RejectsUnknownRejectReasons) {
  ExpectDamaged(
      Changed([](internal::EpochRecord* r) { r->mutable_rejected(0)->set_reason(kRejectReasons); }),
      "reject reason 9 is unknown");
}

TEST(EpochTest, RejectsTimesWhoseDifferenceWouldOverflow) {
  const auto parses = [](int64_t time_ms, int64_t horizon_ms) {
    Epoch epoch;
    epoch.time_ms = time_ms;
    epoch.policy.emplace().set_session_horizon_ms(horizon_ms);
    std::string record;
    epoch.Serialize(&record);
    return Epoch::Parse(record).ok();
  };
  EXPECT_TRUE(parses(1'700'000'000'000, 86'400'000));
  EXPECT_TRUE(parses(0, 0));
  EXPECT_FALSE(parses(INT64_MIN, 0));
  EXPECT_FALSE(parses(INT64_MAX, 0));
  Epoch epoch;
  epoch.steady_ms = INT64_MAX;
  std::string record;
  epoch.Serialize(&record);
  EXPECT_FALSE(Epoch::Parse(record).ok());
  EXPECT_FALSE(parses(0, INT64_MIN));
  EXPECT_FALSE(parses(0, INT64_MAX));
}

TEST(EpochTest, RejectsAPolicyWithNumbersThatNoTableHolds) {
  const auto with_policy = [](const std::function<void(internal::Policy*)>& change) {
    Epoch epoch;
    change(&epoch.policy.emplace());
    std::string record;
    epoch.Serialize(&record);
    return record;
  };
  ExpectDamaged(with_policy([](auto* p) { p->set_max_app_regions(10'001); }),
                "the policy's max_app_regions is 10001; at most 10000 is possible");
  ExpectDamaged(with_policy([](auto* p) {
                  for (int i = 0; i <= 10'000; ++i) p->add_configured();
                }),
                "number of configured places is 10001");
  ExpectDamaged(with_policy([](auto* p) {
                  for (size_t i = 0; i <= kCatalogCodesMax; ++i) p->add_catalog_codes(1);
                }),
                "number of catalog_codes is");
  ExpectDamaged(with_policy([](auto* p) {
                  for (size_t i = 0; i <= kOverlayCodesMax; ++i) p->add_overlay_codes(1);
                }),
                "number of overlay_codes is");
  ExpectDamaged(with_policy([](auto* p) { p->set_series_events_max(UINT64_MAX); }),
                "series_events_max");
  EXPECT_TRUE(Epoch::Parse(with_policy([](auto* p) { p->set_max_app_regions(10'000); })).ok());
}

TEST(EpochTest, KeepsWhatIsForgotten) {
  Epoch epoch;
  epoch.once_horizon_ms = 600'000;
  epoch.forget = {{"a", "", std::nullopt}, {"a", "eu", 0}};
  EXPECT_FALSE(epoch.empty());
  std::string record;
  epoch.Serialize(&record);
  const absl::StatusOr<Epoch> parsed = Epoch::Parse(record);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->forget, epoch.forget);
  EXPECT_EQ(parsed->once_horizon_ms, 600'000);
  Epoch next;
  next.Inherit(*parsed, RejectReason::kLogFailed);
  EXPECT_EQ(next.forget, epoch.forget);
  next.Clear();
  EXPECT_TRUE(next.empty());
}

TEST(EpochTest, SaysThatANewerVersionWroteIt) {
  const absl::StatusOr<Epoch> epoch =
      Epoch::Parse(Changed([](internal::EpochRecord* r) { r->set_format(Epoch::kFormat + 1); }));
  EXPECT_EQ(epoch.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(std::string(epoch.status().message()),
              HasSubstr("of a newer version: its format is 1, and this one reads up to 0"));
}

TEST(EpochTest, RejectsGarbage) { ExpectDamaged("\xff\xff\xff", "not an EpochRecord"); }

}  // namespace
}  // namespace gmewatch
