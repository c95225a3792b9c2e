// A batch that the daemon rejects for good is given up by the client library, which reports the
// loss.
#include <gtest/gtest.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "gmewatch/reporter.h"
#include "tests/client/reporter_fixture.h"
#include "tests/support/gmewatchd_process.h"

namespace gmewatch {
namespace {

constexpr char kLostEvents[] =
    "gme_client_lost_events_total{reason=\"refused\","  // allow(words): a label's value
    "region=\"eu\",app=\"demo\"}";
constexpr int kCodes = 400;  // enough for a batch of more than a KiB

TEST(RejectedTest, AReporterGivesUpABatchThatIsTooLargeAndReportsTheLoss) {
  const TempDir dir;
  const std::string config = dir.Write(
      "settings.yaml", "apps: [{name: demo, regions: [eu]}]\ningest: {max_message_bytes: 1024}\n");
  auto daemon = GmewatchdProcess::Start({"--in_memory", "--config=" + config});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  Reporter reporter(PatientOptions((*daemon)->ingest_address()));
  ASSERT_EQ(reporter.error(), "");
  for (int code = 1; code <= kCodes; ++code) reporter.Report(70'000 + code);
  EXPECT_TRUE(AwaitTrue(
      [&reporter] {
        reporter.Flush(std::chrono::milliseconds(10));
        return reporter.Stats().rejected_events > 0;
      },
      absl::Seconds(20)))
      << reporter.Stats().last_error;
  EXPECT_EQ(ValueOf((*daemon)->Scrape(), "gmewatch_rejected_events_total{reason=\"invalid\"}"),
            reporter.Stats().rejected_events);
  // The next batch is counted and reports the lost events.
  reporter.Report(1005);
  EXPECT_TRUE(reporter.Flush(kSoon)) << reporter.Stats().last_error;
  EXPECT_EQ((*daemon)->AwaitValue(kLostEvents, 1),
            static_cast<double>(reporter.Stats().rejected_events));
}

}  // namespace
}  // namespace gmewatch
