// What the shipped configuration of HAProxy rejects, and what it says about that.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/support/child_process.h"
#include "tests/support/free_port.h"
#include "tests/support/front_configuration.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/raw_http2.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

class FrontRulesTest : public ::testing::Test {
 protected:
  // With these texts of the configuration replaced.
  void Start(const std::vector<std::pair<std::string, std::string>>& changes = {}) {
    auto daemon = GmewatchdProcess::Start({"--in_memory"});
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    daemon_ = *std::move(daemon);
    address_ = absl::StrCat("127.0.0.1:", FreePort());
    std::string configuration =
        FrontConfiguration(GMEWATCH_HAPROXY_CFG, address_, daemon_->ingest_address());
    for (const auto& [shipped, here] : changes) {
      ASSERT_TRUE(absl::StrContains(configuration, shipped)) << shipped;
      configuration = absl::StrReplaceAll(configuration, {{shipped, here}});
    }
    auto front =
        ChildProcess::Start("haproxy", {"-db", "-f", dir_.Write("haproxy.cfg", configuration)});
    ASSERT_TRUE(front.ok()) << "the Debian package haproxy must be installed";
    front_ = *std::move(front);
    WireClient client(address_);
    // Waits until the front listens.
    const grpc::Status first =
        client.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}}));
    ASSERT_TRUE(first.ok()) << first.error_message() << front_->error();
  }

  // Sends calls with this header and `more`, and waits until the front has answered all.
  void Call(const std::string& name, const std::string& value, int calls,
            const std::string& more = "") {
    RawHttp2 stranger(address_, "127.0.0.9");
    for (int call = 0; call < calls; ++call) {
      stranger.Frame(RawHttp2::kHeaders, RawHttp2::kEndHeaders | RawHttp2::kEndStream,
                     static_cast<uint32_t>(2 * call + 1),
                     RawHttp2::CallHeaders(kReportPath) + RawHttp2::Header(name, value) + more);
    }
    ASSERT_TRUE(stranger.Flush());
    // Answered in order; this is the body of a 403.
    ASSERT_TRUE(stranger.AwaitText("403 Forbidden", static_cast<size_t>(calls), absl::Seconds(20)))
        << name;
  }
  // The lines about it that the front has written.
  size_t Lines(const std::string& text) const {
    size_t lines = 0;
    for (const absl::string_view line : absl::StrSplit(front_->output(), '\n')) {
      if (absl::StrContains(line, text)) ++lines;
    }
    return lines;
  }

  TempDir dir_;
  std::unique_ptr<GmewatchdProcess> daemon_;
  std::unique_ptr<ChildProcess> front_;
  std::string address_;
};

TEST_F(FrontRulesTest, ATimeoutThatGrpcCannotReadIsNotPassedOn) {
  ASSERT_NO_FATAL_FAILURE(Start());
  Call("grpc-timeout", "\x1b[2Jgone", 1);
  Call("grpc-timeout", "123456789S", 1);
  EXPECT_FALSE(absl::StrContains(daemon_->process().error(), "gone"));
  WireClient client(address_);
  grpc::ClientContext context;  // gRPC writes its deadline into that header
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  v1::ReportResponse response;
  const auto request = MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}});
  EXPECT_TRUE(client.stub().Report(&context, request, &response).ok());
}

TEST_F(FrontRulesTest, ASecondValueIsNoWayAroundARule) {
  ASSERT_NO_FATAL_FAILURE(Start());
  Call("content-type", "application/grpc", 1);
  for (const auto& [name, good, bad] :
       {std::tuple("grpc-timeout", "10S", "\x1b[2J"), {"grpc-encoding", "identity", "gzip"}}) {
    Call(name, good, 1, RawHttp2::Header(name, bad));
    Call(name, absl::StrCat(good, ",", bad), 1);
  }
}

TEST_F(FrontRulesTest, WhatItRejectsIsLoggedWithTheAddressAndAFloodInFewLines) {
  ASSERT_NO_FATAL_FAILURE(Start());
  Call("grpc-encoding", "gzip", 100);
  ASSERT_TRUE(AwaitTrue([&] { return Lines("127.0.0.9:") > 0; }, absl::Seconds(20)));
  EXPECT_TRUE(absl::StrContains(front_->output(), kReportPath)) << front_->output();
  EXPECT_LE(Lines("127.0.0.9:"), 12U) << front_->output();
  EXPECT_EQ(Lines("127.0.0.1:"), 0U) << "a report that was passed on is not logged";
}

TEST_F(FrontRulesTest, ManyAddressesOfOneNetworkHaveALimitTogether) {
  // 127.0/16 stands for a /48, since loopback has one address of IPv6.
  ASSERT_NO_FATAL_FAILURE(
      Start({{"src,ipmask(32,48)", "src,ipmask(16,48)"},
             {"sc1_conn_cur(networks) gt 3200", "sc1_conn_cur(networks) gt 20"}}));
  std::vector<std::unique_ptr<RawHttp2>> strangers;
  int rejected = 0;
  for (int i = 0; i < 40; ++i) {
    strangers.push_back(std::make_unique<RawHttp2>(address_, absl::StrCat("127.0.", 1 + i, ".1")));
    rejected += strangers.back()->AwaitText("\x04", 1, absl::Seconds(20)) ? 0 : 1;
  }
  // The client that waited for the front may have its connection yet.
  EXPECT_GE(rejected, 19);
  EXPECT_LE(rejected, 21);
  RawHttp2 other(address_, "127.1.0.1");
  EXPECT_TRUE(other.AwaitText("\x04", 1, absl::Seconds(20))) << "of another network";
}

}  // namespace
}  // namespace gmewatch
