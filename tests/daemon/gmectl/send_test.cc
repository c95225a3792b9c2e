#include "daemon/gmectl/send.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "daemon/base/clock.h"
#include "daemon/gmectl/command.h"
#include "tests/daemon/gmectl/run_command.h"
#include "tests/support/scripted_server.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

CommandResult Send(const std::vector<std::string>& arguments) {
  return RunCommand(&RunSend, arguments);
}

std::vector<std::string> To(const ScriptedServer& server, std::vector<std::string> more) {
  more.insert(more.begin(), {absl::StrCat("--address=", server.address()), "--app=demo",
                             "--region=eu", "--timeout=20s"});
  return more;
}

TEST(ParseCodeCountTest, AcceptsCodesAndCounts) {
  struct Case {
    std::string text;
    int32_t code;
    uint32_t count;
  };
  for (const Case& row :
       {Case{"1005", 1005, 1}, Case{"1005:20", 1005, 20}, Case{"0:1000000", 0, 1'000'000},
        Case{"-2147483648:3", -2147483647 - 1, 3}, Case{"2147483647", 2147483647, 1}}) {
    const auto event = ParseCodeCount(row.text);
    ASSERT_TRUE(event.ok()) << event.status();
    EXPECT_EQ(event->code, row.code);
    EXPECT_EQ(event->count, row.count);
  }
}

TEST(ParseCodeCountTest, RejectsEverythingElse) {
  for (const char* text : {"", ":", "x", "1005:", ":5", "1005:0", "1005:-1", "1005:1000000001",
                           "2147483648", "-2147483649", "1005:2:3", " 5", "+5", "5:+2", "1e3",
                           "--5", "5:99999999999999999999", "AV_ERR_TIMEOUT"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseCodeCount(text).status())) << text;
  }
}

TEST(SendTest, SaysWhatWasCounted) {
  ScriptedServer server;
  const CommandResult run = Send(To(server, {"1005:20", "10003", "--platform=ios"}));
  EXPECT_EQ(run.status, kExitGood);
  EXPECT_THAT(run.out, AllOf(HasSubstr("counted: 21 events of app demo, region eu"),
                             HasSubstr("1005         20")));
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(server.counts(), ElementsAre(Pair(1005, 20), Pair(10003, 1)));
  EXPECT_EQ(server.received()[0].request.session().id().size(), 16U);
  EXPECT_EQ(server.received()[0].request.session().platform(), "ios");
}

TEST(SendTest, SendsAllEventsInOneBatch) {
  ScriptedServer server;
  std::vector<std::string> events;
  for (int code = 1; code <= 512; ++code) events.push_back(absl::StrCat(code));
  EXPECT_EQ(Send(To(server, events)).status, kExitGood);
  EXPECT_EQ(server.received().size(), 1U);
  EXPECT_EQ(server.counted_events(), 512U);
}

TEST(SendTest, SpeaksJson) {
  ScriptedServer server;
  CommandResult run = Send(To(server, {"--json", "1005:20"}));
  EXPECT_EQ(run.out,
            absl::StrCat(R"({"result":"counted","address":")", server.address(),
                         R"(","app":"demo","region":"eu","events":20,"codes":[{"code":1005,)",
                         R"("count":20}],"attempts":1,"status":"OK","message":""})", "\n"));
  server.Next(Failure(absl::PermissionDeniedError("no app \"demo\"")));
  run = Send(To(server, {"--json", "1005:20"}));
  EXPECT_EQ(run.status, kExitBad);
  EXPECT_THAT(run.out, HasSubstr(R"("result":"rejected")"));
  EXPECT_THAT(run.out, HasSubstr(R"("status":"PERMISSION_DENIED","message":"no app \"demo\"")"));
}

TEST(SendTest, SaysWhyTheServerRejects) {
  for (const absl::StatusCode code :
       {absl::StatusCode::kInvalidArgument, absl::StatusCode::kUnauthenticated,
        absl::StatusCode::kPermissionDenied}) {
    ScriptedServer server;
    server.Always(Failure(absl::Status(code, "the server's words")));
    const CommandResult run = Send(To(server, {"1"}));
    EXPECT_EQ(run.status, kExitBad);
    EXPECT_THAT(run.err, AllOf(HasSubstr("rejected: 1 events"), HasSubstr("the server's words")));
    EXPECT_EQ(server.received().size(), 1U);
  }
}

TEST(SendTest, TriesAgainWhileThereIsTime) {
  ScriptedServer server;
  ScriptedAnswer lost;
  lost.status = absl::UnavailableError("lost");
  server.Next(lost);
  server.Next(Failure(absl::ResourceExhaustedError("busy"), absl::Milliseconds(50)));
  EXPECT_EQ(Send(To(server, {"1:7"})).status, kExitGood);
  EXPECT_EQ(server.counted_events(), 7U);
  server.Always(Failure(absl::ResourceExhaustedError("busy"), absl::Hours(1)));
  RealClock clock;
  const absl::Duration begin = clock.Monotonic();
  const CommandResult run = Send(To(server, {"1:7"}));
  EXPECT_EQ(run.status, kExitUnreachable);
  EXPECT_THAT(run.err, AllOf(HasSubstr("not acknowledged: 7 events"), HasSubstr("busy")));
  // It does not wait out its 20 s if the server asks for an hour.
  EXPECT_LT(clock.Monotonic() - begin, absl::Seconds(15));
}

TEST(SendTest, SaysIfTheServerDoesNotHaveTheService) {
  ScriptedServer server;
  server.Always(Failure(absl::UnimplementedError("no such service")));
  const CommandResult run = Send(To(server, {"1"}));
  EXPECT_EQ(run.status, kExitUnreachable);
  EXPECT_THAT(run.err, AllOf(HasSubstr("not acknowledged: 1 events"), HasSubstr("UNIMPLEMENTED")));
  EXPECT_EQ(server.received().size(), 1U);
}

TEST(SendTest, SaysIfThereIsNoAnswer) {
  const CommandResult run =
      Send({"--address=127.0.0.1:1", "--app=a", "--region=b", "--timeout=300ms", "5"});
  EXPECT_EQ(run.status, kExitUnreachable);
  EXPECT_THAT(run.err, HasSubstr("127.0.0.1:1"));
}

TEST(SendTest, SaysWhatIsWrongWithItsArguments) {
  const std::vector<std::string> good = {"--app=a", "--region=b"};
  for (const auto& [argument, words] :
       {std::pair<std::string, std::string>("1:0", "the count of \"1:0\" is \"0\""),
        {"--timeout=0s", "--timeout is 0"},
        {"--address=nowhere", "--address is \"nowhere\""},
        {"--key_file=/no/such/file", "/no/such/file: No such file or directory"},
        {"--colour=red", "there is no flag --colour"},
        {"--json", "0 codes are given; allowed: 1 to 512"}}) {
    std::vector<std::string> arguments = good;
    arguments.push_back(argument);
    const CommandResult run = Send(arguments);
    EXPECT_EQ(run.status, kExitUsage);
    EXPECT_THAT(run.err, HasSubstr(words));
    EXPECT_THAT(run.out, IsEmpty());
  }
  EXPECT_THAT(Send({"--region=b", "1"}).err, HasSubstr("--app is \"\""));
}

}  // namespace
}  // namespace gmewatch
