#include "daemon/ingest/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "daemon/ingest/byte_buffer.h"
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
    grpc::ByteBuffer message = ToBuffer(request);
    admission_.Read(&message, &scratch_);
    return scratch_.request;
  }
  std::optional<Rejection> CheckSession(const v1::ReportRequest& request, const char* key = "") {
    Admission::Metadata metadata = {{"user-agent", "test"}};
    if (*key != '\0') metadata.emplace("authorization", key);
    return admission_.CheckSession(Read(request), metadata);
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
  Admission admission_{SomeSettings(), &aggregate_};
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

TEST_F(AdmissionTest, AStreamsLaterMessagesHaveNoSession) {
  v1::ReportRequest request = RequestOf("demo", "eu");
  ExpectRejected(Admission::CheckNoSession(Read(request)), RejectReason::kInvalid,
                 StatusCode::INVALID_ARGUMENT, "session is set again");
  request.clear_session();
  EXPECT_FALSE(Admission::CheckNoSession(Read(request)).has_value());
}

TEST_F(AdmissionTest, BytesThatAreNotAMessageAreRejectedWithTheirStream) {
  const grpc::Slice slice("\x0a\xff");
  grpc::ByteBuffer message(&slice, 1);
  admission_.Read(&message, &scratch_);
  const char* expected = "not a gmewatch.v1.ReportRequest";
  ExpectRejected(admission_.CheckSession(scratch_.request, {}), RejectReason::kInvalid,
                 StatusCode::INVALID_ARGUMENT, expected);
  ExpectRejected(Admission::CheckNoSession(scratch_.request), RejectReason::kInvalid,
                 StatusCode::INVALID_ARGUMENT, expected);
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
