// What the triage page knows about the past after gmewatchd was stopped or killed.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "daemon/log/sqlite_log.h"
#include "gmewatch/v1/triage.pb.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/http_client.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSaved[] = "gmewatch_checkpoints_total{result=\"success\"}";

class TriageRestartTest : public ::testing::Test {
 protected:
  void Start(absl::string_view settings = "{}\n") {
    auto started =
        GmewatchdProcess::Start({"--state_dir=" + dir_.File("state"),
                                 "--config=" + dir_.Write("settings.yaml", std::string(settings))});
    ASSERT_TRUE(started.ok()) << started.status();
    daemon_ = *std::move(started);
  }
  void Kill() {
    daemon_->process().Signal(SIGKILL);
    daemon_->process().Wait();
  }

  void Send(uint32_t events) {
    WireClient client(daemon_->ingest_address());
    const v1::Session session = MakeSession("demo", "eu");
    ASSERT_TRUE(client.Report(MakeRequest(session, 1, {{1005, events}})).ok());
  }

  v1::CodeResponse Ask() {
    v1::CodeResponse out;
    const auto answer = HttpFetch(daemon_->admin_address(), "/api/v1/codes/1005");
    EXPECT_TRUE(answer.ok() && answer->status == 200);
    if (answer.ok()) {
      EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(answer->body, &out).ok());
    }
    return out;
  }
  // Leaves a checkpoint with this history, as another version may have written it.
  void SaveHistory(const std::string& history) {
    const auto log = SqliteLog::Open(dir_.File("state"));
    ASSERT_TRUE(log.ok()) << log.status();
    absl::StatusOr<std::optional<Checkpoint>> checkpoint = (*log)->LoadCheckpoint();
    ASSERT_TRUE(checkpoint.ok() && checkpoint->has_value()) << checkpoint.status();
    (*checkpoint)->triage = history;
    ASSERT_TRUE((*log)->SaveCheckpoint(**checkpoint).ok());
  }

  // The page's line about when the code was first seen.
  std::string FirstSeen() {
    const auto page = HttpFetch(daemon_->admin_address(), "/codes/1005");
    if (!page.ok()) return page.status().ToString();
    const size_t begin = page->body.find("First seen");
    return begin == std::string::npos
               ? page->body
               : page->body.substr(begin, page->body.find("</dd>", begin) - begin);
  }
  // The daemon reads its counters for the page once per second at most.
  v1::CodeResponse AwaitTotal(double events) {
    v1::CodeResponse out = Ask();
    while (out.summary().events_total() < events) out = Ask();
    return out;
  }

  TempDir dir_;
  std::unique_ptr<GmewatchdProcess> daemon_;
};

double SumOf(const v1::History& history) {
  return std::accumulate(history.events().begin(), history.events().end(), 0.0);
}

TEST_F(TriageRestartTest, AStopKeepsTheHistoryAndWhenACodeWasSeen) {
  Start();
  Send(20);
  const v1::CodeResponse before = AwaitTotal(20);
  ASSERT_TRUE(before.summary().has_first_seen());
  const std::string first_seen = FirstSeen();
  EXPECT_THAT(first_seen, HasSubstr("UTC"));
  EXPECT_EQ(daemon_->Terminate(), 0);
  Start();
  const v1::CodeResponse after = Ask();
  EXPECT_EQ(FirstSeen(), first_seen);
  EXPECT_EQ(after.summary().first_seen().seconds(), before.summary().first_seen().seconds());
  EXPECT_EQ(after.summary().last_seen().seconds(), before.summary().last_seen().seconds());
  EXPECT_EQ(after.summary().events_1h(), 20);
  EXPECT_EQ(SumOf(after.hour()), 20);
  EXPECT_EQ(SumOf(after.day()), 20);
}

// Epochs after the last checkpoint are replayed from the log.
TEST_F(TriageRestartTest, AKillKeepsThemAsWell) {
  Start("log: {checkpoint_interval: 1s}\n");
  Send(20);
  const v1::CodeResponse before = AwaitTotal(20);
  daemon_->AwaitValue(kSaved, ValueOf(daemon_->Scrape(), kSaved) + 1);
  Kill();
  Start("log: {checkpoint_interval: 1h}\n");
  Send(5);
  AwaitTotal(25);
  Kill();
  Start();
  const v1::CodeResponse after = Ask();
  EXPECT_EQ(after.summary().first_seen().seconds(), before.summary().first_seen().seconds());
  EXPECT_EQ(after.summary().events_total(), 25);
  EXPECT_EQ(after.summary().events_1h(), 25);
  EXPECT_EQ(SumOf(after.hour()), 25);
}

TEST_F(TriageRestartTest, AKillBeforeTheFirstCheckpointLosesNothing) {
  Start();
  Send(20);
  const v1::CodeResponse before = AwaitTotal(20);
  Kill();
  Start();
  const v1::CodeResponse after = Ask();
  // It is the minute of the batch or, if the batch came at its end, of the next read.
  EXPECT_LE(
      std::abs(after.summary().first_seen().seconds() - before.summary().first_seen().seconds()),
      60);
  EXPECT_EQ(after.summary().events_1h(), 20);
}

TEST_F(TriageRestartTest, AHistoryThatCannotBeReadIsDroppedAndNothingElse) {
  Start();
  Send(20);
  AwaitTotal(20);
  EXPECT_EQ(daemon_->Terminate(), 0);
  SaveHistory("\x08\x07");
  Start();
  const v1::CodeResponse after = Ask();
  EXPECT_EQ(after.summary().events_total(), 20);
  EXPECT_EQ(after.summary().events_1h(), 0);
  EXPECT_FALSE(after.summary().has_first_seen());
  EXPECT_EQ(daemon_->Terminate(), 0);
  EXPECT_TRUE(daemon_->process().AwaitError("the saved history of counts has format 7"));
  // A state without a history is no error.
  SaveHistory("");
  Start();
  EXPECT_EQ(Ask().summary().events_total(), 20);
  EXPECT_EQ(daemon_->Terminate(), 0);
  EXPECT_THAT(daemon_->process().error(), Not(HasSubstr("history of counts")));
}

}  // namespace
}  // namespace gmewatch
