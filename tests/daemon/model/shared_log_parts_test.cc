#include "daemon/model/shared_log_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>

#include "daemon/model/epoch.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

constexpr WriterId kWriter = {0x0123456789abcdef, 7};

Epoch MarkerEpoch() {
  Epoch epoch;
  epoch.shared.writer = kWriter;
  epoch.shared.marker = Marker{.sequence = 9,
                               .sessions_known = 0,
                               .check = PartitionCheck{.offset = 4096,
                                                       .batches_counted = 5,
                                                       .batches_duplicate = 4,
                                                       .batches_rejected = 3,
                                                       .events = 2,
                                                       .sessions = 1}};
  epoch.shared.column_requests = {{-77, "shooter"}, {1005, ""}};
  epoch.shared.granted_codes = {1005, -77};
  return epoch;
}

std::string Serialized(const Epoch& epoch) {
  std::string record;
  epoch.Serialize(&record);
  return record;
}

void ExpectDamaged(const std::function<void(internal::EpochRecord*)>& change,
                   const std::string& message) {
  internal::EpochRecord record;
  ASSERT_TRUE(record.ParseFromString(Serialized(MarkerEpoch())));
  change(&record);
  const absl::StatusOr<Epoch> epoch = Epoch::Parse(record.SerializeAsString());
  EXPECT_EQ(epoch.status().code(), absl::StatusCode::kDataLoss) << message;
  EXPECT_THAT(std::string(epoch.status().message()), HasSubstr(message));
}

TEST(SharedLogPartsTest, ComeBackAsTheyWereSerialized) {
  const Epoch epoch = MarkerEpoch();
  const absl::StatusOr<Epoch> parsed = Epoch::Parse(Serialized(epoch));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->shared, epoch.shared);
  EXPECT_EQ(Serialized(*parsed), Serialized(epoch));
}

TEST(SharedLogPartsTest, AMarkerThatSaysNothingOfSessionsComesBackSo) {
  Epoch epoch;
  epoch.shared.writer = kWriter;
  epoch.shared.marker = Marker{.sequence = 1, .sessions_known = {}, .check = {}};
  const absl::StatusOr<Epoch> parsed = Epoch::Parse(Serialized(epoch));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->shared, epoch.shared);
}

TEST(SharedLogPartsTest, EachPartButTheWriterIsAReasonToWriteAnEpoch) {
  Epoch epoch;
  epoch.shared.writer = kWriter;
  EXPECT_TRUE(epoch.empty());
  epoch.shared.marker.emplace();
  EXPECT_FALSE(epoch.empty());
  epoch.Clear();
  EXPECT_EQ(epoch.shared, SharedLogParts());
  epoch.shared.column_requests = {{1, "a"}};
  EXPECT_FALSE(epoch.empty());
  epoch.Clear();
  epoch.shared.granted_codes = {1};
  EXPECT_FALSE(epoch.empty());
}

TEST(SharedLogPartsTest, WhatAFailedEpochAsksForIsAskedForAgain) {
  const Epoch failed = MarkerEpoch();
  Epoch next;
  next.shared.column_requests = {{3, "racer"}};
  next.Inherit(failed, RejectReason::kLogFailed);
  EXPECT_EQ(next.shared.column_requests.size(), 3U);
  EXPECT_EQ(next.shared.granted_codes, failed.shared.granted_codes);
  EXPECT_TRUE(next.shared.writer.empty());
  EXPECT_FALSE(next.shared.marker.has_value());
}

TEST(SharedLogPartsTest, RejectsWhatNoWriterWrites) {
  ExpectDamaged([](auto* r) { r->set_writer("short"); }, "the writer is not 16 random bytes");
  ExpectDamaged([](auto* r) { r->set_writer(std::string(17, 'x')); }, "the writer is not");
  ExpectDamaged([](auto* r) { r->set_writer(std::string(16, '\0')); }, "the writer is not");
  ExpectDamaged([](auto* r) { r->clear_writer(); }, "a marker has no writer");
  ExpectDamaged(
      [](auto* r) { r->mutable_column_requests(0)->set_app(std::string(kLabelBytesMax + 1, 'a')); },
      "the app of a column request is too long");
  const auto many = static_cast<int>(kCodeSlotsMax) + 1;
  ExpectDamaged(
      [](auto* r) {
        for (int i = 0; i < many; ++i) r->add_granted_codes(i);
      },
      "it names more than the 254 codes");
  ExpectDamaged(
      [](auto* r) {
        for (int i = 0; i < many; ++i) r->add_column_requests();
      },
      "it names more than the 254 codes");
}

}  // namespace
}  // namespace gmewatch
