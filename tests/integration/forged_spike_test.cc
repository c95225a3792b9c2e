// A spike that one client makes up with sessions that cost it nothing, and one of as many clients:
// through gRPC, the addresses as a proxy passes them on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;

// From as many sessions, in turns.
class Crowd {
 public:
  Crowd(WireClient* client, int32_t code, size_t sessions, size_t addresses)
      : client_(*client), code_(code), addresses_(addresses) {
    for (size_t i = 0; i < sessions; ++i) sessions_.push_back(MakeSession("game", "eu"));
  }
  void ReportOnce(uint32_t events) {
    ++sequence_;
    for (size_t i = 0; i < sessions_.size(); ++i) {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
      context.AddMetadata("x-forwarded-for", absl::StrCat("192.0.2.", i % addresses_));
      v1::ReportResponse response;
      const grpc::Status status = client_.stub().Report(
          &context, MakeRequest(sessions_[i], sequence_, {{code_, events}}), &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
    }
  }

 private:
  WireClient& client_;
  const int32_t code_;
  const size_t addresses_;
  std::vector<v1::Session> sessions_;
  uint64_t sequence_ = 0;
};

double InEverything(const Samples& samples, absl::string_view family, int32_t code) {
  double sum = 0;
  for (const auto& [series, value] : samples) {
    if (series.rfind(absl::StrCat(family, "{code=\"", code, "\""), 0) == 0) sum += value;
  }
  return sum;
}

TEST(ForgedSpikeTest, SessionsOfOneAddressAreALoopAndThoseOfManyASpikeThatSaysSo) {
  TempDir dir{"/dev/shm"};
  const std::string config = dir.Write("settings.yaml",
                                       "ingest: {fronts: [127.0.0.1]}\n"
                                       "detect: {tick: 1s}\n");
  auto daemon = GmewatchdProcess::Start({"--in_memory", "--open", "--config=" + config});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  WireClient client((*daemon)->ingest_address());

  // A series is judged from its twelfth tick on.
  Crowd usual(&client, 10004, 8, 8);
  const absl::Time begin = absl::Now();
  AwaitTrue(
      [&] {
        usual.ReportOnce(1);
        return absl::Now() - begin > absl::Seconds(15);
      },
      absl::Seconds(60), absl::Milliseconds(500));

  Crowd forged(&client, 1005, 20, 1);
  Samples samples;
  EXPECT_TRUE(AwaitTrue(
      [&] {
        forged.ReportOnce(8);
        samples = (*daemon)->Scrape();
        EXPECT_EQ(InEverything(samples, "gme_spike_active", 1005), 0);
        return InEverything(samples, "gme_retry_loop_active", 1005) == 1;
      },
      absl::Seconds(60), absl::Milliseconds(500)));

  Crowd players(&client, 10001, 20, 20);
  EXPECT_TRUE(AwaitTrue(
      [&] {
        players.ReportOnce(8);
        samples = (*daemon)->Scrape();
        return InEverything(samples, "gme_spike_active", 10001) == 1 &&
               InEverything(samples, "gme_spike_addresses", 10001) >= 12;
      },
      absl::Seconds(60), absl::Milliseconds(500)));
  EXPECT_THAT(InEverything(samples, "gme_spike_sessions", 10001), AllOf(Ge(12), Le(30)));
  EXPECT_THAT(InEverything(samples, "gme_spike_addresses", 10001), AllOf(Ge(12), Le(30)));
  EXPECT_EQ(InEverything(samples, "gme_spike_active", 1005), 0);
}

}  // namespace
}  // namespace gmewatch
