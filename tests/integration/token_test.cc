// Tokens of a game's backend, and what ends them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gmewatch/reporter.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

constexpr char kSecret[] = "0123456789abcdef0123456789abcdef";
constexpr char kNextSecret[] = "fedcba9876543210fedcba9876543210";

class AppTokenDaemonTest : public ::testing::Test {
 protected:
  std::string SettingsWith(const std::string& token_keys, const std::string& more = "") {
    return absl::StrCat("apps: [{name: demo, regions: [eu], token_keys: [", token_keys, "]}]\n",
                        more);
  }
  static std::string KeyOf(const std::string& id, const std::string& secret) {
    return absl::StrCat("{id: ", id, ", secret: ", secret, "}");
  }
  void Start(const std::string& settings) {
    auto daemon = GmewatchdProcess::Start(
        {"--in_memory", "--config=" + dir_.Write("settings.yaml", settings)});
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    daemon_ = *std::move(daemon);
    client_ = std::make_unique<WireClient>(daemon_->ingest_address());
  }
  // As gmectl signs it.
  std::string Token(const std::string& id, const std::string& secret) {
    const Ended run = RunToEnd(
        GmectlPath(), {"token", "--app=demo", "--subject=player-7", "--key_id=" + id,
                       "--secret_file=" + dir_.Write("secret", secret), "--expires_in=1h"});
    EXPECT_EQ(run.status, 0) << run.error;
    return std::string(absl::StripSuffix(run.output, "\n"));
  }
  grpc::Status Send(const std::string& token) {
    return client_->Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}}), nullptr,
                           "Bearer " + token);
  }

  TempDir dir_;
  std::unique_ptr<GmewatchdProcess> daemon_;
  std::unique_ptr<WireClient> client_;
};

TEST_F(AppTokenDaemonTest, AnAppThatDemandsTokensTakesNothingElse) {
  Start(SettingsWith(KeyOf("k1", kSecret)));
  EXPECT_TRUE(Send(Token("k1", kSecret)).ok());
  EXPECT_EQ(Send("").error_code(), StatusCode::UNAUTHENTICATED);
  const grpc::Status forged = Send(Token("k1", kNextSecret));
  EXPECT_EQ(forged.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_THAT(forged.error_message(), HasSubstr("is not signed by key \"k1\""));
  EXPECT_EQ(ValueOf(daemon_->Scrape(), "gmewatch_batches_total{result=\"counted\"}"), 1);

  ReporterOptions options;
  options.address = daemon_->ingest_address();
  options.app = "demo";
  options.region = "eu";
  options.key = Token("k1", kSecret);
  Reporter reporter(options);
  reporter.Report(1005);
  EXPECT_TRUE(reporter.Stop(std::chrono::seconds(20))) << reporter.Stats().last_error;
}

TEST_F(AppTokenDaemonTest, ASecretIsReplacedWithoutAnOutageAndTheOldOneEndsOpenStreams) {
  Start(SettingsWith(KeyOf("k1", kSecret)));
  const std::string old_token = Token("k1", kSecret);
  const std::string new_token = Token("k2", kNextSecret);
  EXPECT_EQ(Send(new_token).error_code(), StatusCode::UNAUTHENTICATED);
  WireStream stream(client_.get(), "Bearer " + old_token);
  ASSERT_TRUE(stream.Write(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})));
  ASSERT_TRUE(stream.AwaitAcknowledged(1));

  dir_.Write("settings.yaml",
             SettingsWith(absl::StrCat(KeyOf("k1", kSecret), ", ", KeyOf("k2", kNextSecret))));
  ASSERT_TRUE(daemon_->Reload("success"));
  EXPECT_TRUE(Send(old_token).ok());
  EXPECT_TRUE(Send(new_token).ok());
  ASSERT_TRUE(stream.Write(MakeRequest(2, {{1005, 1}})));
  EXPECT_TRUE(stream.AwaitAcknowledged(2));

  dir_.Write("settings.yaml", SettingsWith(KeyOf("k2", kNextSecret)));
  ASSERT_TRUE(daemon_->Reload("success"));
  EXPECT_EQ(Send(old_token).error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(Send(new_token).ok());
  EXPECT_TRUE(stream.Write(MakeRequest(3, {{1005, 1}})));
  EXPECT_FALSE(stream.AwaitAcknowledged(3));
  EXPECT_EQ(stream.Finish().error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ValueOf(daemon_->Scrape(), "gmewatch_batches_total{result=\"counted\"}"), 5);
}

TEST_F(AppTokenDaemonTest, AnOldConnectionEndsAndLosesNothing) {
  Start("apps: [{name: demo, regions: [eu]}]\ningest: {max_connection_age: 1s}\n");
  WireStream stream(client_.get());
  ASSERT_TRUE(stream.Write(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})));
  ASSERT_TRUE(stream.AwaitAcknowledged(1));
  // It is asked to leave after a second; a call that stays is cut off a second later.
  uint64_t sequence = 1;
  while (stream.Write(MakeRequest(sequence + 1, {{1005, 1}})) &&
         stream.AwaitAcknowledged(sequence + 1)) {
    ++sequence;
  }
  EXPECT_EQ(stream.Finish().error_code(), StatusCode::UNAVAILABLE);
  EXPECT_TRUE(Send("").ok()) << "a new connection is taken";
  EXPECT_GE(ValueOf(daemon_->Scrape(), "gmewatch_batches_total{result=\"counted\"}"),
            static_cast<double>(sequence) + 1);
}

}  // namespace
}  // namespace gmewatch
