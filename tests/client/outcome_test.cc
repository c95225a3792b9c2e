#include "client/src/outcome.h"

#include <gtest/gtest.h>

#include "gmewatch/internal/rpc_error.pb.h"
#include "gmewatch/v1/error_reporting.pb.h"

namespace gmewatch::client {
namespace {

void AddDetail(internal::RpcStatus* status, const std::string& type,
               const google::protobuf::Message& message) {
  google::protobuf::Any* detail = status->add_details();
  detail->set_type_url("type.googleapis.com/google.rpc." + type);
  detail->set_value(message.SerializeAsString());
}

std::string WithRetry(int64_t seconds, int32_t nanos) {
  internal::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(seconds);
  retry.mutable_retry_delay()->set_nanos(nanos);
  internal::RpcStatus status;
  AddDetail(&status, "RetryInfo", retry);
  return status.SerializeAsString();
}

TEST(ReadErrorDetailsTest, ReadsTheRetryDelay) {
  struct Case {
    int64_t seconds;
    int32_t nanos;
    absl::Duration expected;
  };
  for (const Case& row :
       {Case{2, 500'000'000, absl::Milliseconds(2500)}, Case{-4, 0, absl::ZeroDuration()},
        Case{int64_t{1} << 40, 0, absl::Hours(1)}}) {
    const ErrorDetails details = ReadErrorDetails(WithRetry(row.seconds, row.nanos));
    EXPECT_EQ(details.violations, "");
    EXPECT_FALSE(details.has_bad_request);
    EXPECT_EQ(details.retry_delay, row.expected);
  }
}

TEST(ReadErrorDetailsTest, ReadsTheViolations) {
  internal::BadRequest bad;
  auto* violation = bad.add_field_violations();
  violation->set_field("session.app");
  violation->set_description("is \"\"");
  violation = bad.add_field_violations();
  violation->set_field("sequence");
  violation->set_description("is 0");
  internal::RpcStatus status;
  AddDetail(&status, "BadRequest", bad);
  const ErrorDetails details = ReadErrorDetails(status.SerializeAsString());
  EXPECT_EQ(details.violations, "session.app: is \"\"; sequence: is 0");
  EXPECT_TRUE(details.has_bad_request);
  EXPECT_EQ(details.retry_delay, std::nullopt);
}

TEST(ReadErrorDetailsTest, IgnoresWhatItCannotRead) {
  for (const char* bytes : {"", "\xFF\xFF\xFF", "nonsense"}) {
    const ErrorDetails details = ReadErrorDetails(bytes);
    EXPECT_EQ(details.violations, "");
    EXPECT_EQ(details.retry_delay, std::nullopt);
  }
}

TEST(ReadAnswerTest, ReadsWhatTheServerWrites) {
  v1::ReportResponse response;
  response.set_acknowledged_sequence(uint64_t{1} << 40);
  response.mutable_min_interval()->set_seconds(3);
  response.mutable_min_interval()->set_nanos(5);
  auto* rejected_batch = response.add_refused();  // allow(words): a name of the wire
  rejected_batch->set_sequence(7);
  rejected_batch->set_reason("codes: too odd");
  const Outcome other = ReadAnswer(response.SerializeAsString(), 6);
  EXPECT_TRUE(other.status.ok());
  EXPECT_EQ(other.acknowledged_sequence, uint64_t{1} << 40);
  EXPECT_EQ(other.min_interval, absl::Seconds(3) + absl::Nanoseconds(5));
  const Outcome rejected = ReadAnswer(response.SerializeAsString(), 7);
  EXPECT_TRUE(rejected.rejected);
  EXPECT_EQ(rejected.status, absl::InvalidArgumentError("codes: too odd"));
  EXPECT_EQ(ReadAnswer("", 1).min_interval, absl::ZeroDuration());
}

TEST(ReadAnswerTest, WhatIsNoAnswerAcknowledgesNothing) {
  v1::ReportResponse response;
  response.set_acknowledged_sequence(9);
  const std::string good = response.SerializeAsString();
  for (const std::string& bytes : {std::string("<html>"), good + "\x12", good + "\x12\x05" + "ab",
                                   good + std::string(11, '\xFF'), good + std::string(1, '\0')}) {
    const Outcome outcome = ReadAnswer(bytes, 1);
    EXPECT_TRUE(absl::IsInternal(outcome.status));
    EXPECT_EQ(outcome.acknowledged_sequence, 0U);
    EXPECT_FALSE(outcome.rejected);
  }
}

}  // namespace
}  // namespace gmewatch::client
