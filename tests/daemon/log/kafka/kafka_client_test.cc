#include "daemon/log/kafka/kafka_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

absl::StatusCode CodeOf(int error) {
  return KafkaStatus(static_cast<rd_kafka_resp_err_t>(error), "topic t").code();
}

TEST(KafkaStatusTest, NoErrorOfBrokersMeansThatTheTopicIsWrong) {
  const rd_kafka_err_desc* descriptions = nullptr;
  size_t count = 0;
  rd_kafka_get_err_descs(&descriptions, &count);
  ASSERT_GT(count, 100U);
  int last = 0;
  for (size_t i = 0; i < count; ++i) last = std::max(last, static_cast<int>(descriptions[i].code));
  // And those of brokers that are newer than the library.
  for (int error = RD_KAFKA_RESP_ERR__BEGIN; error <= last + 100; ++error) {
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    EXPECT_NE(CodeOf(error), absl::StatusCode::kFailedPrecondition) << error;
    EXPECT_NE(CodeOf(error), absl::StatusCode::kDataLoss) << error;
  }
}

TEST(KafkaStatusTest, WhatPassesByItselfIsUnavailable) {
  for (const int error :
       {static_cast<int>(RD_KAFKA_RESP_ERR__TRANSPORT), static_cast<int>(RD_KAFKA_RESP_ERR_UNKNOWN),
        static_cast<int>(RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE),
        static_cast<int>(RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION),
        static_cast<int>(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION),
        static_cast<int>(RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE),
        static_cast<int>(RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED)}) {
    EXPECT_EQ(CodeOf(error), absl::StatusCode::kUnavailable) << error;
  }
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_POLICY_VIOLATION), absl::StatusCode::kInternal);
}

TEST(KafkaStatusTest, AMissingRightAndAMissingTopicAreSaid) {
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(CodeOf(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART), absl::StatusCode::kNotFound);
  EXPECT_THAT(
      std::string(KafkaStatus(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "topic t").message()),
      HasSubstr("topic t: Broker: Topic authorization failed"));
}

}  // namespace
}  // namespace gmewatch
