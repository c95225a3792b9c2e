// What an operator does against names that somebody has made up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/http_client.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

class ForgetTest : public ::testing::Test {
 protected:
  void Start(const std::string& settings) {
    auto daemon = GmewatchdProcess::Start({"--open", "--state_dir=" + dir_.File("state"),
                                           "--config=" + dir_.Write("settings.yaml", settings)});
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    daemon_ = *std::move(daemon);
    client_ = std::make_unique<WireClient>(daemon_->ingest_address());
  }
  grpc::Status Send(const v1::Session& session, uint64_t sequence, uint32_t events) {
    return client_->Report(MakeRequest(session, sequence, {{1005, events}}));
  }

  TempDir dir_;
  std::unique_ptr<GmewatchdProcess> daemon_;
  std::unique_ptr<WireClient> client_;
};

TEST_F(ForgetTest, AMadeUpNameOfOpenModeIsGoneOnceItIsForgotten) {
  const std::string settings = "limits: {max_app_regions: 1}\n";
  ASSERT_NO_FATAL_FAILURE(Start(settings));
  ASSERT_TRUE(Send(MakeSession("junk", "eu"), 1, 7).ok());
  ASSERT_TRUE(Send(MakeSession("game", "eu"), 1, 2).ok());
  const auto series = [](const std::string& app, const std::string& region) {
    return CodeSeries("gme_error_events_total", "1005", "client", region, app);
  };
  ASSERT_EQ(daemon_->AwaitValue(series("other", "other"), 2), 2);
  ASSERT_EQ(daemon_->Terminate(), 0);
  const Ended done =
      RunToEnd(GmectlPath(), {"forget", "--app=junk", "--state_dir=" + dir_.File("state")});
  ASSERT_EQ(done.status, 0) << done.error;
  EXPECT_THAT(done.output, ::testing::HasSubstr("app junk, which had 7 events"));
  const auto is_gone = [this] {
    const auto page = HttpFetch(daemon_->admin_address(), "/metrics");
    return page.ok() && page->status == 200 && !absl::StrContains(page->body, "junk");
  };
  ASSERT_NO_FATAL_FAILURE(Start(settings));
  EXPECT_TRUE(is_gone());
  ASSERT_TRUE(Send(MakeSession("game", "eu"), 1, 3).ok());
  EXPECT_EQ(daemon_->AwaitValue(series("game", "eu"), 3), 3) << "it has the room now";
  // From the log, and from a checkpoint.
  daemon_->process().Signal(SIGKILL);
  daemon_->process().Wait();
  for (int start = 0; start < 2; ++start) {
    ASSERT_NO_FATAL_FAILURE(Start(settings));
    EXPECT_TRUE(is_gone()) << start;
    ASSERT_EQ(daemon_->Terminate(), 0);
  }
  // It comes again: there is room for it.
  ASSERT_NO_FATAL_FAILURE(Start("limits: {max_app_regions: 2}\n"));
  ASSERT_TRUE(Send(MakeSession("junk", "eu"), 1, 4).ok());
  EXPECT_EQ(daemon_->AwaitValue(series("junk", "eu"), 4), 4);
}

}  // namespace
}  // namespace gmewatch
