#include "daemon/ingest/check_batch.h"

#include <gmock/gmock.h>
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "absl/strings/str_cat.h"
#include "daemon/model/limits.h"
#include "gmewatch/v1/error_reporting.pb.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

v1::ReportRequest GoodRequest() {
  v1::ReportRequest request;
  v1::Session* session = request.mutable_session();
  session->set_id("0123456789abcdef");
  session->set_app("demo");
  session->set_region("eu-1");
  session->set_app_version("1.2");
  session->set_sdk_version("2.9.4");
  session->set_platform("Android");
  request.set_sequence(3);
  request.add_codes(1005);
  request.add_counts(20);
  request.add_codes(-7);
  request.add_counts(kEventsPerBatchMax - 20);
  request.mutable_age()->set_seconds(5);
  v1::ClientLoss* loss = request.add_losses();
  loss->set_reason(v1::ClientLoss::EXPIRED);
  loss->set_events(9);
  v1::ErrorDetail* detail = request.add_details();
  detail->set_code(1005);
  detail->set_operation("EnterRoom");
  detail->set_underlying_code(-42);
  return request;
}

CheckedRequest Check(const v1::ReportRequest& request) {
  CheckedRequest checked;
  CheckRequest(request.SerializeAsString(), &checked);
  return checked;
}

TEST(CheckBatchTest, ReadsEveryField) {
  const CheckedRequest checked = Check(GoodRequest());
  ASSERT_FALSE(checked.session_violation.has_value());
  ASSERT_FALSE(checked.batch_violation.has_value());
  ASSERT_TRUE(checked.session.has_value());
  EXPECT_EQ(checked.session->origin, (Origin{"demo", "eu-1", "1.2", "2.9.4", "Android"}));
  EXPECT_EQ(checked.batch.sequence, 3U);
  ASSERT_EQ(checked.batch.entries.size(), 2U);
  EXPECT_EQ(checked.batch.entries[0].code, 1005);
  EXPECT_EQ(checked.batch.entries[0].count, 20U);
  EXPECT_EQ(checked.batch.entries[1].code, -7);
  EXPECT_EQ(checked.batch.entries[1].count, kEventsPerBatchMax - 20);
  EXPECT_FALSE(checked.batch.late);
  ASSERT_EQ(checked.batch.losses.size(), 1U);
  EXPECT_EQ(checked.batch.losses[0].reason, 2U);
  EXPECT_EQ(checked.batch.losses[0].events, 9U);
  ASSERT_EQ(checked.batch.details.size(), 1U);
  EXPECT_EQ(checked.batch.details[0].operation, "EnterRoom");
  EXPECT_EQ(checked.batch.details[0].underlying_code, -42);
  EXPECT_EQ(checked.events, kEventsPerBatchMax);
}

TEST(CheckBatchTest, ARejectedBatchClaimsNoMoreEventsThanABatchMayHave) {
  v1::ReportRequest request = GoodRequest();
  for (int i = 0; i < 500; ++i) {
    request.add_codes(i);
    request.add_counts(UINT32_MAX);
  }
  EXPECT_EQ(Check(request).events, kEventsPerBatchMax);
  CheckedRequest checked;
  CheckRequest(request.SerializeAsString() + "\xff", &checked);
  EXPECT_TRUE(checked.malformed);
  EXPECT_EQ(checked.events, kEventsPerBatchMax);
}

TEST(CheckBatchTest, ForgetsTheMessageBefore) {
  v1::ReportRequest large = GoodRequest();
  for (int32_t i = 0; i < 500; ++i) {
    large.add_codes(i);
    large.add_counts(7);
  }
  CheckedRequest checked;
  CheckRequest(large.SerializeAsString(), &checked);
  EXPECT_EQ(checked.batch.entries.size(), 502U);
  CheckRequest("\xff", &checked);
  EXPECT_TRUE(checked.malformed);
  EXPECT_EQ(checked.events, 0U);
  CheckRequest(GoodRequest().SerializeAsString(), &checked);
  EXPECT_FALSE(checked.malformed);
  ASSERT_EQ(checked.batch.entries.size(), 2U);
  EXPECT_EQ(checked.batch.entries[1].code, -7);
  EXPECT_EQ(checked.batch.entries[1].count, kEventsPerBatchMax - 20);
  EXPECT_EQ(checked.events, kEventsPerBatchMax);
  CheckRequest("\x10\x01", &checked);  // a sequence number and nothing else
  EXPECT_TRUE(checked.batch.entries.empty());
}

TEST(CheckBatchTest, LateIsMoreThanTenMinutes) {
  v1::ReportRequest request = GoodRequest();
  request.mutable_age()->set_seconds(600);
  EXPECT_FALSE(Check(request).batch.late);
  request.mutable_age()->set_nanos(1);
  EXPECT_TRUE(Check(request).batch.late);
}

TEST(CheckBatchTest, MergesAFieldThatOccursTwice) {
  v1::ReportRequest more;
  more.mutable_session()->set_region("us");
  more.mutable_age()->set_nanos(1);
  v1::ReportRequest request = GoodRequest();
  request.mutable_age()->set_seconds(600);
  CheckedRequest checked;
  CheckRequest(request.SerializeAsString() + more.SerializeAsString(), &checked);
  EXPECT_EQ(checked.session->origin, (Origin{"demo", "us", "1.2", "2.9.4", "Android"}));
  EXPECT_TRUE(checked.batch.late);
}

// Breaks the good request and expects the violation to name the field.
void ExpectBatchViolation(const std::function<void(v1::ReportRequest*)>& change,
                          const char* field) {
  v1::ReportRequest request = GoodRequest();
  change(&request);
  const CheckedRequest checked = Check(request);
  ASSERT_TRUE(checked.batch_violation.has_value()) << field;
  EXPECT_EQ(checked.batch_violation->field, field);
  EXPECT_THAT(ToString(*checked.batch_violation), HasSubstr(" allowed"));
  EXPECT_FALSE(checked.session_violation.has_value());
}

void ExpectBatchGood(const std::function<void(v1::ReportRequest*)>& change) {
  v1::ReportRequest request = GoodRequest();
  change(&request);
  const CheckedRequest checked = Check(request);
  EXPECT_FALSE(checked.batch_violation.has_value()) << ToString(*checked.batch_violation);
}

TEST(CheckBatchTest, NamesTheFieldThatBreaksARule) {
  using R = v1::ReportRequest;
  ExpectBatchViolation([](R* r) { r->set_sequence(0); }, "sequence");
  ExpectBatchViolation([](R* r) { r->set_counts(1, 0); }, "counts[1]");
  ExpectBatchViolation([](R* r) { r->set_counts(0, kEventsPerBatchMax + 1); }, "counts[0]");
  ExpectBatchViolation([](R* r) { r->set_counts(0, 21); }, "counts");
  ExpectBatchViolation([](R* r) { r->mutable_age()->set_seconds(-1); }, "age");
  ExpectBatchViolation([](R* r) { r->mutable_age()->set_nanos(-1); }, "age");
  ExpectBatchViolation([](R* r) { r->mutable_age()->set_nanos(1'000'000'000); }, "age");
  ExpectBatchViolation([](R* r) { r->mutable_age()->set_seconds(INT64_MAX); }, "age");
  ExpectBatchViolation([](R* r) { r->mutable_losses(0)->set_events(UINT64_MAX); },
                       "losses[0].events");
  ExpectBatchViolation([](R* r) { r->mutable_details(0)->set_operation(std::string(65, 'x')); },
                       "details[0].operation");
  ExpectBatchViolation([](R* r) { r->mutable_details(0)->set_operation("a\nb"); },
                       "details[0].operation");
  ExpectBatchViolation(
      [](R* r) {
        for (int i = 0; i < 16; ++i) r->add_details()->set_code(1);
      },
      "details");
  ExpectBatchViolation(
      [](R* r) {
        for (int i = 0; i < 16; ++i) r->add_losses();
      },
      "losses");
  ExpectBatchViolation(
      [](R* r) {
        for (int i = 0; i < 511; ++i) {
          r->add_codes(1);
          r->add_counts(1);
        }
      },
      "codes");
}

TEST(CheckBatchTest, CodesAndCountsHaveTheSameLength) {
  v1::ReportRequest request = GoodRequest();
  request.add_codes(1);
  EXPECT_THAT(ToString(*Check(request).batch_violation), StartsWith("counts has 2 items"));
  request.add_counts(1);
  request.add_counts(1);
  EXPECT_THAT(ToString(*Check(request).batch_violation), StartsWith("counts has 4 items"));
}

TEST(CheckBatchTest, TakesWhatIsJustAllowed) {
  using R = v1::ReportRequest;
  ExpectBatchGood([](R* r) { r->clear_codes(), r->clear_counts(); });
  ExpectBatchGood([](R* r) { r->clear_age(); });
  ExpectBatchGood([](R* r) { r->mutable_details(0)->set_operation(std::string(64, 'x')); });
  ExpectBatchGood([](R* r) {
    r->set_counts(1, kEventsPerBatchMax - 20 - 510);
    for (int i = 0; i < 510; ++i) {
      r->add_codes(1005);
      r->add_counts(1);
    }
  });
  // A reason that a later version added.
  ExpectBatchGood(
      [](R* r) { r->mutable_losses(0)->set_reason(static_cast<v1::ClientLoss::Reason>(77)); });
}

void ExpectSessionViolation(const std::function<void(v1::Session*)>& change, const char* field) {
  v1::ReportRequest request = GoodRequest();
  change(request.mutable_session());
  const CheckedRequest checked = Check(request);
  ASSERT_TRUE(checked.session_violation.has_value()) << field;
  EXPECT_EQ(checked.session_violation->field, field);
  EXPECT_FALSE(checked.session.has_value());
}

TEST(CheckBatchTest, NamesTheFieldOfAWrongSession) {
  using S = v1::Session;
  ExpectSessionViolation([](S* s) { s->set_id("short"); }, "session.id");
  ExpectSessionViolation([](S* s) { s->set_id(std::string(17, 'x')); }, "session.id");
  ExpectSessionViolation([](S* s) { s->clear_id(); }, "session.id");
  ExpectSessionViolation([](S* s) { s->set_app(""); }, "session.app");
  ExpectSessionViolation([](S* s) { s->set_app("all"); }, "session.app");
  ExpectSessionViolation([](S* s) { s->set_region("a b"); }, "session.region");
  ExpectSessionViolation([](S* s) { s->set_region("other"); }, "session.region");
  ExpectSessionViolation([](S* s) { s->set_app_version(std::string(65, 'x')); },
                         "session.app_version");
  ExpectSessionViolation([](S* s) { s->set_sdk_version("\n"); }, "session.sdk_version");
  ExpectSessionViolation([](S* s) { s->set_platform("\x7f"); }, "session.platform");
}

TEST(CheckBatchTest, SaysThatBytesAreNotAMessage) {
  CheckedRequest checked;
  CheckRequest("\x0a\xff", &checked);
  EXPECT_TRUE(checked.malformed);
  EXPECT_TRUE(checked.batch_violation.has_value());
  // The next message is not affected.
  CheckRequest(GoodRequest().SerializeAsString(), &checked);
  EXPECT_FALSE(checked.malformed);
  EXPECT_FALSE(checked.batch_violation.has_value());
  EXPECT_EQ(checked.batch.entries.size(), 2U);
}

// The generated parser decides what a message says: messages of all sorts, whole, truncated and
// with changed bytes.
TEST(CheckBatchTest, AgreesWithTheGeneratedParser) {
  // It would log every string that is not UTF-8.
  google::protobuf::SetLogHandler(nullptr);
  constexpr uint32_t kSeed = 4711;
  SCOPED_TRACE(kSeed);
  std::mt19937_64 random(kSeed);
  CheckedRequest checked;
  int parsed = 0;
  for (int i = 0; i < 20'000; ++i) {
    v1::ReportRequest request = GoodRequest();
    request.set_counts(1, 100'000);
    for (uint64_t n = random() % 20; n > 0; --n) {
      request.add_codes(static_cast<int32_t>(random()));
      request.add_counts(
          static_cast<uint32_t>(random() % (kEventsPerBatchMax / kEntriesPerBatchMax) + 1));
    }
    std::string bytes = request.SerializeAsString();
    for (uint64_t n = random() % 3; n > 0; --n)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    v1::ReportRequest expected;
    const bool ok = expected.ParseFromString(bytes);
    CheckRequest(bytes, &checked);
    // If a string is not UTF-8, the generated parser rejects the message and we name the field.
    if (checked.malformed) {
      EXPECT_FALSE(ok) << "seed " << kSeed << " round " << i;
      continue;
    }
    if (!ok || checked.batch_violation.has_value()) continue;
    ++parsed;
    EXPECT_EQ(checked.batch.sequence, expected.sequence());
    ASSERT_EQ(checked.batch.entries.size(), static_cast<size_t>(expected.codes_size()));
    for (int k = 0; k < expected.codes_size(); ++k) {
      EXPECT_EQ(checked.batch.entries[static_cast<size_t>(k)].code, expected.codes(k));
      EXPECT_EQ(checked.batch.entries[static_cast<size_t>(k)].count, expected.counts(k));
    }
    ASSERT_EQ(checked.batch.losses.size(), static_cast<size_t>(expected.losses_size()));
    if (checked.session.has_value()) {
      EXPECT_EQ(checked.session->origin.app, expected.session().app());
    }
  }
  EXPECT_GT(parsed, 5000);
}

}  // namespace
}  // namespace gmewatch
