// An Outbox with a clock that the test advances.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_CLIENT_OUTBOX_FIXTURE_H_
#define GMEWATCH_TESTS_CLIENT_OUTBOX_FIXTURE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/src/outbox.h"
#include "gmewatch/v1/error_reporting.pb.h"
#include "google/protobuf/util/time_util.h"

namespace gmewatch::client {

class OutboxFixture : public ::testing::Test {
 protected:
  // flush 5 s, first 1 s, back-off 1 s to 1 min, horizon 1 h
  static OutboxOptions Options() {
    OutboxOptions options;
    options.flush_interval = absl::Seconds(5);
    options.first_flush_interval = absl::Seconds(1);
    options.initial_backoff = absl::Seconds(1);
    options.max_backoff = absl::Minutes(1);
    options.session_horizon = absl::Hours(1);
    return options;
  }

  static client::Session Session() {
    client::Session session;
    session.id = "0123456789abcdef";
    session.app = "demo";
    session.region = "eu";
    return session;
  }

  // Advances the clock to the next attempt and makes it.
  std::optional<v1::ReportRequest> Next() {
    // Whole nanoseconds, because ages on the wire have no smaller part.
    now_ = std::max(now_, absl::Ceil(outbox_.NextAttempt(), absl::Nanoseconds(1)));
    return Read(outbox_.Next(now_));
  }

  // As the server reads it.
  static std::optional<v1::ReportRequest> Read(const std::optional<OutgoingBatch>& batch) {
    if (!batch.has_value()) return std::nullopt;
    v1::ReportRequest request;
    EXPECT_TRUE(request.ParseFromString(batch->bytes));
    EXPECT_EQ(request.sequence(), batch->sequence);
    EXPECT_EQ(request.SerializeAsString(), batch->bytes);
    return request;
  }

  void Acknowledge(uint64_t sequence) {
    Outcome outcome;
    outcome.acknowledged_sequence = sequence;
    outbox_.Settle(now_, outcome);
  }

  void Fail(absl::Status status, std::optional<absl::Duration> retry_delay = std::nullopt) {
    Outcome outcome;
    outcome.status = std::move(status);
    outcome.rejected = absl::IsInvalidArgument(outcome.status);
    outcome.retry_delay = retry_delay;
    outbox_.Settle(now_, outcome);
  }

  static std::map<int32_t, uint32_t> Counts(const v1::ReportRequest& batch) {
    std::map<int32_t, uint32_t> counts;
    for (int i = 0; i < batch.codes_size(); ++i) counts[batch.codes(i)] += batch.counts(i);
    return counts;
  }

  static std::map<int, uint64_t> LossesOf(const v1::ReportRequest& batch) {
    std::map<int, uint64_t> losses;
    for (const v1::ClientLoss& loss : batch.losses()) losses[loss.reason()] += loss.events();
    return losses;
  }

  static absl::Duration Age(const v1::ReportRequest& batch) {
    return absl::Nanoseconds(google::protobuf::util::TimeUtil::DurationToNanoseconds(batch.age()));
  }

  static v1::ReportRequest WithoutAge(v1::ReportRequest batch) {
    batch.clear_age();
    return batch;
  }

  absl::Duration now_ = absl::Hours(100);
  CodeTable table_;
  DetailList details_;
  Outbox outbox_{Options(), Session(), &table_, &details_, 1, now_};
};

}  // namespace gmewatch::client

#endif  // GMEWATCH_TESTS_CLIENT_OUTBOX_FIXTURE_H_
