// The Connect port with slow and silent peers, at a stop, and at addresses that others reach.
#include <list>
#include <string>

#include "tests/integration/connect_fixture.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

TEST_F(ConnectTest, SilentAndSlowConnectionsKeepNobodyOut) {
  ASSERT_NO_FATAL_FAILURE(Start());
  std::list<HttpConnection> slow;
  const std::string post = absl::StrCat("POST ", kConnectReportPath, " HTTP/1.1\r\n", kProtoType);
  const std::string kinds[] = {"", post, post + "Content-Length: 60000\r\n\r\nx",
                               post + "Transfer-Encoding: chunked\r\n\r\n9000\r\nx"};
  for (size_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(slow.emplace_back(daemon_->connect_address()).Send(kinds[i % 4]));
    if (i % 10 != 0) continue;
    ConnectClient good(daemon_->connect_address());
    EXPECT_TRUE(good.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok()) << i;
  }
  EXPECT_EQ(Batches("counted"), 10);
}

TEST_F(ConnectTest, ItsConnectionsAreCounted) {
  ASSERT_NO_FATAL_FAILURE(Start());
  const auto open = [&] { return ValueOf(daemon_->Scrape(), "gmewatch_connect_connections"); };
  EXPECT_EQ(ValueOf(daemon_->Scrape(), "gmewatch_connect_connections_limit"), 60);
  EXPECT_EQ(open(), 0);
  {
    std::list<HttpConnection> used;
    for (int i = 1; i <= 5; ++i) {
      HttpConnection& connection = used.emplace_back(daemon_->connect_address());
      ASSERT_TRUE(connection.Send("GET / HTTP/1.1\r\n\r\n"));
      ASSERT_TRUE(connection.ReadReply().ok());
      EXPECT_EQ(open(), i);
    }
  }
  EXPECT_TRUE(AwaitTrue([&] { return open() == 0; }, absl::Seconds(20)));
}

TEST_F(ConnectTest, ItsConnectionsLeaveDescriptorsForGrpcTheLogAndTheAdminPort) {
  ChildOptions options;
  options.open_files_max = 128;
  ASSERT_NO_FATAL_FAILURE(Start("", options));
  std::list<HttpConnection> silent;
  for (int i = 0; i < 200; ++i) silent.emplace_back(daemon_->connect_address());
  EXPECT_TRUE(grpc_->Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok());
  for (int i = 0; i < 200; ++i) silent.emplace_back(daemon_->ingest_address());
  for (int i = 0; i < 200; ++i) silent.emplace_back(daemon_->connect_address());
  EXPECT_TRUE(grpc_->Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok());
  EXPECT_EQ(Batches("counted"), 2) << "the admin port answers";
  silent.clear();
  EXPECT_TRUE(AwaitTrue(
      [&] {
        return proto_->Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok();
      },
      absl::Seconds(60)));
}

TEST_F(ConnectTest, AStopAnswersWhatItHasAndClosesTheRest) {
  ASSERT_NO_FATAL_FAILURE(Start("log: {commit_interval: 1s}\n"));
  const v1::Session session = MakeSession("demo", "eu");
  ASSERT_TRUE(proto_->Report(MakeRequest(session, 1, {{1005, 1}})).ok());
  const std::string post = absl::StrCat("POST ", kConnectReportPath, " HTTP/1.1\r\n", kProtoType);
  // The server has accepted this one.
  HttpConnection waits(daemon_->connect_address());
  ASSERT_TRUE(waits.Send("GET / HTTP/1.1\r\n\r\n"));
  ASSERT_TRUE(waits.ReadReply().ok());
  HttpConnection idle(daemon_->connect_address());
  HttpConnection half(daemon_->connect_address());
  ASSERT_TRUE(half.Send(post));
  const std::string batch = MakeRequest(session, 2, {{1005, 1}}).SerializeAsString();
  ASSERT_TRUE(waits.Send(absl::StrCat(post, "Content-Length: ", batch.size(), "\r\n\r\n", batch)));
  const absl::Time begin = absl::Now();
  EXPECT_EQ(daemon_->Terminate(), 0);
  EXPECT_LT(absl::Now() - begin, absl::Seconds(30));
  EXPECT_EQ(ReadAll(&idle), "");
  EXPECT_EQ(ReadAll(&half), "");
  // Taken before the stop, or rejected because of it; never without an answer.
  const std::string answer = ReadAll(&waits);
  EXPECT_THAT(answer, ::testing::AnyOf(HasSubstr("HTTP/1.1 200"), HasSubstr("HTTP/1.1 503")));
}

TEST_F(ConnectTest, WithoutTheFlagThereIsNoPortAndAnAddressThatOthersReachNeedsApps) {
  auto without = GmewatchdProcess::Start({"--in_memory"});
  ASSERT_TRUE(without.ok()) << without.status();
  EXPECT_EQ((*without)->connect_address(), "");
  const auto run = [](const std::string& address) {
    return RunToEnd(GmewatchdPath(),
                    {"--in_memory", "--ingest_address=127.0.0.1:0", "--admin_address=127.0.0.1:0",
                     "--connect_address=" + address});
  };
  const Ended reachable = run("0.0.0.0:0");
  EXPECT_EQ(reachable.status, 2);
  EXPECT_THAT(reachable.error,
              HasSubstr("--connect_address=0.0.0.0:0 can be reached from elsewhere"));
  const Ended wrong = run("nonsense");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.error, HasSubstr("Connect port: "));
  EXPECT_THAT(run((*without)->admin_address()).error, HasSubstr("Connect port: "));
}

}  // namespace
}  // namespace gmewatch
