#include "daemon/ingest/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "daemon/ingest/completion_event.h"
#include "daemon/model/app_token.h"
#include "gmewatch/v1/error_reporting.pb.h"
#include "tests/daemon/aggregate/epochs.h"

namespace gmewatch {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

constexpr size_t kMessageBytesMax = 1024;

Settings SomeSettings() {
  Settings settings;
  internal::App* demo = settings.add_apps();
  demo->set_name("demo");
  demo->add_regions("eu");
  internal::App* keyed = settings.add_apps();
  keyed->set_name("keyed");
  keyed->add_regions("eu");
  keyed->add_keys("the-only-key");
  settings.mutable_ingest()->set_max_message_bytes(kMessageBytesMax);
  settings.mutable_limits()->set_max_sessions(1);
  settings.mutable_quotas()->set_session_events_per_minute(60);
  settings.mutable_quotas()->set_session_events_burst(50);
  return settings;
}

v1::ReportRequest RequestOf(const char* app, const char* region) {
  v1::ReportRequest request;
  request.mutable_session()->set_id("0123456789abcdef");
  request.mutable_session()->set_app(app);
  request.mutable_session()->set_region(region);
  request.set_sequence(1);
  request.add_codes(1005);
  request.add_counts(20);
  return request;
}

class AdmissionTest : public ::testing::Test {
 protected:
  const CheckedRequest& Read(const v1::ReportRequest& request) {
    admission_.Read(request.SerializeAsString(), &scratch_.request);
    return scratch_.request;
  }
  std::optional<Rejection> CheckSession(const v1::ReportRequest& request, const char* key = "") {
    admitted_ = {};
    return admission_.CheckSession(Read(request), {key, "", "ipv4:127.0.0.1:1"}, &admitted_);
  }
  std::optional<Rejection> CheckNoSession(const v1::ReportRequest& request,
                                          const char* app = "demo", const char* key = "") {
    return admission_.CheckNoSession(Read(request), From(app, "eu").origin(), key, &admitted_);
  }
  // Makes the aggregate remember the session of RequestOf.
  void CountSession() {
    Batch batch = SomeBatch(0, 1, {{1005, 1}});
    batch.session = Read(RequestOf("demo", "eu")).session->id;
    Feed feed(&aggregate_);
    feed.SetPolicy(SomePolicy());
    feed.Send(batch, From("demo", "eu"));
  }

  static void ExpectRejected(const std::optional<Rejection>& rejection, RejectReason reason,
                             StatusCode code, const char* message) {
    ASSERT_TRUE(rejection.has_value()) << message;
    EXPECT_EQ(rejection->reason, reason) << message;
    EXPECT_EQ(rejection->status.error_code(), code) << message;
    EXPECT_THAT(rejection->status.error_message(), HasSubstr(message));
  }

  Aggregate aggregate_;
  ManualClock clock_{absl::UnixEpoch()};
  Admission admission_{SomeSettings(), &aggregate_, clock_};
  Admitted admitted_;
  int next_session_ = 0;
  Scratch scratch_;
};

TEST_F(AdmissionTest, AdmitsABatchThatBreaksNoRule) {
  EXPECT_FALSE(CheckSession(RequestOf("demo", "eu")).has_value());
  EXPECT_FALSE(CheckSession(RequestOf("keyed", "eu"), "Bearer the-only-key").has_value());
  EXPECT_FALSE(Admission::CheckBatch(Read(RequestOf("demo", "eu"))).has_value());
}

TEST_F(AdmissionTest, GivesEveryRejectionOneReason) {
  v1::ReportRequest request = RequestOf("demo", "eu");
  request.clear_session();
  ExpectRejected(CheckSession(request), RejectReason::kInvalid, StatusCode::INVALID_ARGUMENT,
                 "session is missing");
  ExpectRejected(CheckSession(RequestOf("a b", "eu")), RejectReason::kInvalid,
                 StatusCode::INVALID_ARGUMENT, "session.app is \"a b\"");
  ExpectRejected(CheckSession(RequestOf("nobody", "eu")), RejectReason::kPermissionDenied,
                 StatusCode::PERMISSION_DENIED, "session.app is \"nobody\"");
  ExpectRejected(CheckSession(RequestOf("demo", "us")), RejectReason::kPermissionDenied,
                 StatusCode::PERMISSION_DENIED, "session.region is \"us\"");
  ExpectRejected(CheckSession(RequestOf("keyed", "eu")), RejectReason::kUnauthenticated,
                 StatusCode::UNAUTHENTICATED, "\"keyed\" needs one of its keys");
  request = RequestOf("demo", "eu");
  request.set_counts(0, 0);
  ExpectRejected(Admission::CheckBatch(Read(request)), RejectReason::kInvalid,
                 StatusCode::INVALID_ARGUMENT, "counts[0] is 0");
}

TEST_F(AdmissionTest, ANewSessionNeedsRoomAndAKnownOneDoesNot) {
  CountSession();
  EXPECT_FALSE(CheckSession(RequestOf("demo", "eu")).has_value());
  v1::ReportRequest request = RequestOf("demo", "eu");
  request.mutable_session()->set_id("fedcba9876543210");
  ExpectRejected(CheckSession(request), RejectReason::kSessionLimit, StatusCode::RESOURCE_EXHAUSTED,
                 "limits.max_sessions");
  Settings settings = SomeSettings();
  settings.mutable_limits()->set_max_sessions(2);
  admission_.Update(settings);
  EXPECT_FALSE(CheckSession(request).has_value());
}

TEST_F(AdmissionTest, AnAppThatUsesItsShareLeavesTheOthersTheirs) {
  Settings settings = SomeSettings();
  settings.mutable_limits()->set_max_sessions(8);  // two of each app, four of whoever comes first
  admission_.Update(settings);
  Feed feed(&aggregate_);
  feed.SetPolicy(SomePolicy());
  for (uint64_t id = 1; id <= 6; ++id) {
    EXPECT_FALSE(CheckSession(RequestOf("demo", "eu")).has_value()) << id;
    feed.Send(SomeBatch(id, 1, {{1005, 1}}), From("demo", "eu"));
  }
  ExpectRejected(CheckSession(RequestOf("demo", "eu")), RejectReason::kSessionLimit,
                 StatusCode::RESOURCE_EXHAUSTED, "no room for a new session of this app");
  for (uint64_t id = 7; id <= 8; ++id) {
    EXPECT_FALSE(CheckSession(RequestOf("keyed", "eu"), "Bearer the-only-key").has_value());
    feed.Send(SomeBatch(id, 1, {{1005, 1}}), From("keyed", "eu"));
  }
  EXPECT_TRUE(CheckSession(RequestOf("keyed", "eu"), "Bearer the-only-key").has_value());
}

TEST_F(AdmissionTest, WhoHasNoKeyIsAStranger) {
  EXPECT_TRUE(CheckSession(RequestOf("keyed", "eu"))->stranger);
  EXPECT_TRUE(CheckSession(RequestOf("nobody", "eu"), "Bearer the-only-key")->stranger);
  EXPECT_TRUE(CheckSession(RequestOf("demo", "us"))->stranger);
  EXPECT_FALSE(CheckSession(RequestOf("keyed", "us"), "Bearer the-only-key")->stranger);
  EXPECT_TRUE(CheckSession(RequestOf("a b", "eu"))->stranger);
  EXPECT_FALSE(CheckSession(RequestOf("a b", "eu"), "Bearer the-only-key")->stranger);
  v1::ReportRequest request = RequestOf("demo", "eu");
  request.clear_session();
  EXPECT_TRUE(CheckSession(request)->stranger);
  // In open mode nobody has a key.
  Settings open = SomeSettings();
  open.clear_apps();
  admission_.Update(open);
  EXPECT_FALSE(CheckSession(request)->stranger);
}

TEST_F(AdmissionTest, WhatExceedsAQuotaFitsWhenItSaysAndADuplicateCostsNoEvents) {
  v1::ReportRequest request = RequestOf("demo", "eu");  // of 20 events
  for (int i = 0; i < 2; ++i) {
    ASSERT_FALSE(CheckSession(request).has_value());
    EXPECT_FALSE(admission_.CheckQuotas(scratch_.request, false, &admitted_).has_value());
  }
  ASSERT_FALSE(CheckSession(request).has_value());
  const std::optional<Rejection> over = admission_.CheckQuotas(scratch_.request, false, &admitted_);
  ExpectRejected(over, RejectReason::kQuota, StatusCode::RESOURCE_EXHAUSTED,
                 "more than the quota of this session");
  clock_.Advance(absl::Seconds(11));
  EXPECT_FALSE(admission_.CheckQuotas(scratch_.request, false, &admitted_).has_value());
  // What is given back is there again.
  admission_.Return(&admitted_);
  EXPECT_FALSE(admission_.CheckQuotas(scratch_.request, false, &admitted_).has_value());
  EXPECT_TRUE(admission_.CheckQuotas(scratch_.request, false, &admitted_).has_value());
  CountSession();
  ASSERT_FALSE(CheckSession(request).has_value());
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(admission_.CheckQuotas(scratch_.request, false, &admitted_).has_value());
  }
}

TEST_F(AdmissionTest, AStreamTakesAheadAndGivesBackWhatItDoesNotNeed) {
  v1::ReportRequest request = RequestOf("demo", "eu");
  request.set_counts(0, 5);
  ASSERT_FALSE(CheckSession(request).has_value());
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(admission_.CheckQuotas(scratch_.request, true, &admitted_).has_value()) << i;
  }
  EXPECT_TRUE(admission_.CheckQuotas(scratch_.request, true, &admitted_).has_value());
  clock_.Advance(absl::Seconds(50));
  ASSERT_FALSE(CheckSession(request).has_value());
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(admission_.CheckQuotas(scratch_.request, true, &admitted_).has_value()) << i;
  }
  admission_.ReturnAhead(&admitted_);
  ASSERT_FALSE(CheckSession(request).has_value());
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(admission_.CheckQuotas(scratch_.request, false, &admitted_).has_value()) << i;
  }
}

TEST_F(AdmissionTest, AStreamsLaterMessagesHaveNoSession) {
  v1::ReportRequest request = RequestOf("demo", "eu");
  ASSERT_FALSE(CheckSession(request).has_value());
  ExpectRejected(CheckNoSession(request), RejectReason::kInvalid, StatusCode::INVALID_ARGUMENT,
                 "session is set again");
  request.clear_session();
  EXPECT_FALSE(CheckNoSession(request).has_value());
}

TEST_F(AdmissionTest, AStreamEndsWithItsKeyItsAppAndItsRegion) {
  const char* key = "Bearer the-only-key";
  v1::ReportRequest later = RequestOf("keyed", "eu");
  later.clear_session();
  const auto after = [&](const std::function<void(internal::App*)>& change) {
    admission_.Update(SomeSettings());
    EXPECT_FALSE(CheckSession(RequestOf("keyed", "eu"), key).has_value());
    EXPECT_FALSE(CheckNoSession(later, "keyed", key).has_value());
    Settings settings = SomeSettings();
    change(settings.mutable_apps(1));
    admission_.Update(settings);
    return CheckNoSession(later, "keyed", key);
  };
  EXPECT_FALSE(after([](internal::App* app) { app->add_keys("another-key"); }).has_value());
  ExpectRejected(after([](internal::App* app) { app->set_keys(0, "another-key"); }),
                 RejectReason::kUnauthenticated, StatusCode::UNAUTHENTICATED, "one of its keys");
  ExpectRejected(after([](internal::App* app) { app->set_name("renamed"); }),
                 RejectReason::kPermissionDenied, StatusCode::PERMISSION_DENIED, "\"keyed\"");
  ExpectRejected(after([](internal::App* app) { app->set_regions(0, "us"); }),
                 RejectReason::kPermissionDenied, StatusCode::PERMISSION_DENIED, "\"eu\"");
}

TEST_F(AdmissionTest, AllSessionsOfATokensPlayerShareOneQuota) {
  Settings settings = SomeSettings();
  internal::TokenKey* secret = settings.mutable_apps(1)->add_token_keys();
  secret->set_id("k1");
  secret->set_secret("0123456789abcdef0123456789abcdef");
  settings.mutable_limits()->set_max_sessions(1000);
  admission_.Update(settings);
  const auto taken = [&](const char* subject) {
    const std::string token = *SignToken(
        {"k1", "keyed", subject, absl::ToUnixSeconds(clock_.Now()) + 60}, secret->secret());
    int batches = 0;
    for (; batches < 20; ++batches) {
      v1::ReportRequest request = RequestOf("keyed", "eu");
      request.mutable_session()->set_id(absl::StrFormat("%016d", next_session_++));
      EXPECT_FALSE(CheckSession(request, absl::StrCat("Bearer ", token).c_str()).has_value());
      if (admission_.CheckQuotas(scratch_.request, false, &admitted_).has_value()) break;
    }
    return batches;
  };
  // 50 events at once, 20 a batch.
  EXPECT_EQ(taken("player-7"), 2);
  EXPECT_EQ(taken("player-7"), 0);
  EXPECT_EQ(taken("player-8"), 2);
}

TEST_F(AdmissionTest, BytesThatAreNotAMessageAreRejectedWithTheirStream) {
  admission_.Read("\x0a\xff", &scratch_.request);
  const char* expected = "not a gmewatch.v1.ReportRequest";
  ExpectRejected(admission_.CheckSession(scratch_.request, {}, &admitted_), RejectReason::kInvalid,
                 StatusCode::INVALID_ARGUMENT, expected);
  ExpectRejected(
      admission_.CheckNoSession(scratch_.request, From("demo", "eu").origin(), "", &admitted_),
      RejectReason::kInvalid, StatusCode::INVALID_ARGUMENT, expected);
}

TEST_F(AdmissionTest, AMessageThatIsTooLargeIsRejectedWithAllItsEvents) {
  v1::ReportRequest request = RequestOf("demo", "eu");
  std::string* unknown =
      request.GetReflection()->MutableUnknownFields(&request)->AddLengthDelimited(
          100);  // added by a later version, so that nothing but the size is wrong
  unknown->resize(kMessageBytesMax - request.ByteSizeLong() - 1, 'x');
  ASSERT_EQ(request.ByteSizeLong(), kMessageBytesMax);
  EXPECT_FALSE(Admission::CheckBatch(Read(request)).has_value());
  unknown->push_back('x');
  EXPECT_EQ(Read(request).events, 20U);
  ExpectRejected(Admission::CheckBatch(scratch_.request), RejectReason::kInvalid,
                 StatusCode::INVALID_ARGUMENT, "at most 1024 are allowed");
}

}  // namespace
}  // namespace gmewatch
