#include "client/src/outcome.h"

#include <gtest/gtest.h>

#include "gmewatch/internal/rpc_error.pb.h"

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
    std::optional<absl::Duration> delay;
    EXPECT_EQ(ReadErrorDetails(WithRetry(row.seconds, row.nanos), &delay), "");
    EXPECT_EQ(delay, row.expected);
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
  std::optional<absl::Duration> delay;
  EXPECT_EQ(ReadErrorDetails(status.SerializeAsString(), &delay),
            "session.app: is \"\"; sequence: is 0");
  EXPECT_EQ(delay, std::nullopt);
}

TEST(ReadErrorDetailsTest, IgnoresWhatItCannotRead) {
  std::optional<absl::Duration> delay;
  for (const char* bytes : {"", "\xFF\xFF\xFF", "nonsense"}) {
    EXPECT_EQ(ReadErrorDetails(bytes, &delay), "");
    EXPECT_EQ(delay, std::nullopt);
  }
}

}  // namespace
}  // namespace gmewatch::client
