#include "daemon/gmectl/views.h"

#include "absl/strings/str_cat.h"
#include "daemon/base/clock.h"
#include "daemon/expose/admin_server.h"
#include "daemon/gmectl/command.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/daemon/gmectl/run_command.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ViewsTest : public ::testing::Test {
 protected:
  ViewsTest()
      : server_(
            [] {
              AdminServerOptions options;
              options.address = "127.0.0.1:0";
              return options;
            }(),
            clock_, [](const ScrapeRequest&, ChunkSink) { return absl::OkStatus(); },
            [] { return absl::OkStatus(); }) {
    for (const char* path : {"/api/v1/top", "/api/v1/spikes"}) {
      server_.AddHandler(path, [this](const IncomingRequest&) {
        AdminResponse response;
        response.body = body_;
        return response;
      });
    }
  }
  void SetUp() override { ASSERT_TRUE(server_.Start().ok()); }

  CommandResult Show(int (*run)(const std::vector<std::string>&, std::ostream&, std::ostream&),
                     const std::string& body, std::vector<std::string> arguments = {}) {
    body_ = body;
    arguments.push_back("--admin_address=" + server_.address());
    return RunCommand(run, arguments);
  }

  std::string body_;
  RealClock clock_;
  AdminServer server_;
};

constexpr char kSpike[] =
    R"({"spikes":[{"kind":"SPIKE","active":true,"code":"1005"}],)"
    R"("incidents":[{"active":true,"members":[{"kind":"SPIKE","active":true,"code":"1005"}]}]})";
constexpr char kLoop[] = R"({"spikes":[{"kind":"RETRY_LOOP","active":true,"code":"1005"}]})";

TEST_F(ViewsTest, SpikesExitsWithOneWhileASpikeIsActive) {
  EXPECT_EQ(Show(&RunSpikes, "{}").status, kExitGood);
  EXPECT_EQ(Show(&RunSpikes, kLoop).status, kExitGood);
  EXPECT_EQ(Show(&RunSpikes, kSpike).status, kExitBad);
  EXPECT_EQ(Show(&RunSpikes, kSpike, {"--json"}).status, kExitBad);
  EXPECT_EQ(Show(&RunSpikes, kSpike, {"--nonsense"}).status, kExitUsage);
  EXPECT_EQ(Show(&RunSpikes, "<html>").status, kExitUnreachable);
  server_.Stop();
  EXPECT_EQ(Show(&RunSpikes, kSpike).status, kExitUnreachable);
}

TEST_F(ViewsTest, TopShowsWhatTheDaemonSays) {
  const CommandResult run =
      Show(&RunTop, R"({"codes":[{"code":"1005","name":"AV_ERR_TIMEOUT","state":"SPIKING"}]})");
  EXPECT_EQ(run.status, kExitGood) << run.err;
  EXPECT_THAT(run.out, HasSubstr("1005  AV_ERR_TIMEOUT  SPIKE"));
  EXPECT_EQ(run.err, "");
}

TEST_F(ViewsTest, JsonIsTheDaemonsUnchanged) {
  const std::string json = "{ \"codes\" : [],\n \"not_known_yet\": {\"a\": [1]} }";
  EXPECT_EQ(Show(&RunTop, json, {"--json"}).out, json + "\n");
}

TEST_F(ViewsTest, WhatANewerDaemonAddsIsIgnored) {
  const CommandResult run =
      Show(&RunTop, R"({"new":1,"codes":[{"code":"1005","state":"MELTING","shade":"red"}],)"
                    R"("trust":{"warnings":["w"],"hue":2}})");
  EXPECT_EQ(run.status, kExitGood) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("1005"), HasSubstr("- w")));
}

TEST_F(ViewsTest, AnAnswerOfAnotherProgramIsAnError) {
  const CommandResult run = Show(&RunTop, "<html>\x1b[2J");
  EXPECT_EQ(run.status, kExitUnreachable);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err,
              AllOf(HasSubstr("gmectl top: "), HasSubstr(server_.address()),
                    HasSubstr("not an answer of gmewatchd"), ::testing::Not(HasSubstr("\x1b"))));
}

TEST_F(ViewsTest, SaysWhatIsWrongWithItsArguments) {
  const auto check = [this](const std::string& argument, const std::string& words) {
    const CommandResult run = Show(&RunTop, "{}", {argument});
    EXPECT_EQ(run.status, kExitUsage) << argument;
    EXPECT_THAT(run.err, AllOf(HasSubstr(words), HasSubstr("See gmectl top --help")));
  };
  check("--limit=0", "--limit is 0; allowed: a whole number from 1 to 1000");
  check("--limit=1.5", "--limit is 1.5");
  check("--limit=nan", "--limit is nan");
  check("--watch=0", "--watch is 0; allowed: 0.2 to 3600 seconds");
  check("--watch=soon", "--watch is \"soon\"; allowed: a number");
  check("1005", "unexpected argument \"1005\"; allowed: flags only");
  const CommandResult help = Show(&RunSpikes, "{}", {"--help"});
  EXPECT_EQ(help.status, kExitGood);
  EXPECT_THAT(help.out, AllOf(HasSubstr("0 calm, 1 a spike is active"), HasSubstr("--watch")));
}

}  // namespace
}  // namespace gmewatch
