#include "daemon/ingest/rpc_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "gmewatch/internal/rpc_error.pb.h"

namespace gmewatch {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

// The only detail of `status`, which must be of type `type`.
template <typename Detail>
Detail DetailOf(const grpc::Status& status, const char* type) {
  internal::RpcStatus details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), static_cast<int>(status.error_code()));
  EXPECT_EQ(details.details_size(), 1);
  Detail detail;
  if (details.details_size() == 1) {
    EXPECT_EQ(details.details(0).type_url(), std::string("type.googleapis.com/google.rpc.") + type);
    EXPECT_TRUE(detail.ParseFromString(details.details(0).value()));
  }
  return detail;
}

TEST(RpcErrorTest, AnErrorThatARetryCannotFixNamesTheField) {
  const grpc::Status status = InvalidStatus({"counts[1]", "is 0"});
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("counts[1] is 0"));
  const auto detail = DetailOf<internal::BadRequest>(status, "BadRequest");
  ASSERT_EQ(detail.field_violations_size(), 1);
  EXPECT_EQ(detail.field_violations(0).field(), "counts[1]");
  EXPECT_EQ(detail.field_violations(0).description(), "is 0");
}

TEST(RpcErrorTest, EveryErrorOfTheCommitterCarriesRetryInfo) {
  for (const auto& [said, code] :
       {std::pair(absl::ResourceExhaustedError("full"), StatusCode::RESOURCE_EXHAUSTED),
        std::pair(absl::UnavailableError("stopping"), StatusCode::UNAVAILABLE),
        std::pair(absl::InternalError("fsync"), StatusCode::UNAVAILABLE),
        std::pair(absl::DataLossError("damage"), StatusCode::UNAVAILABLE)}) {
    const grpc::Status status = RetryStatus(said);
    EXPECT_EQ(status.error_code(), code) << said;
    EXPECT_EQ(status.error_message(), std::string(said.message()));
    const auto detail = DetailOf<internal::RetryInfo>(status, "RetryInfo");
    EXPECT_GT(detail.retry_delay().seconds() + detail.retry_delay().nanos(), 0) << said;
  }
}

TEST(RpcErrorTest, ClientsThatAreRejectedTogetherComeBackApart) {
  constexpr absl::Duration kAfter = absl::Milliseconds(2500);
  std::vector<absl::Duration> delays;
  for (int i = 0; i < 1000; ++i) {
    const auto detail = DetailOf<internal::RetryInfo>(
        RetryStatus(StatusCode::UNAVAILABLE, "later", kAfter), "RetryInfo");
    delays.push_back(absl::Seconds(detail.retry_delay().seconds()) +
                     absl::Nanoseconds(detail.retry_delay().nanos()));
  }
  std::sort(delays.begin(), delays.end());
  EXPECT_GE(delays.front(), kAfter);
  EXPECT_LE(delays.back(), 2 * kAfter);
  // Evenly: each tenth of the time has its share of them, within six standard deviations.
  for (int tenth = 1; tenth < 10; ++tenth) {
    const auto before = std::lower_bound(delays.begin(), delays.end(), kAfter * (1 + 0.1 * tenth));
    EXPECT_NEAR(static_cast<double>(before - delays.begin()), 100.0 * tenth, 95) << tenth;
  }
}

}  // namespace
}  // namespace gmewatch
