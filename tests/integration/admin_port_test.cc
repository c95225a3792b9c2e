// The admin port of gmewatchd, whoever else connects to it and wherever it listens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/support/gmewatchd_process.h"
#include "tests/support/http_client.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(AdminPortTest, SilentAndHalfRequestsKeepNoScrapeOut) {
  auto daemon = GmewatchdProcess::Start({"--in_memory"});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  std::vector<std::unique_ptr<HttpConnection>> silent;
  for (int i = 0; i < 300; ++i) {
    silent.push_back(std::make_unique<HttpConnection>((*daemon)->admin_address()));
    ASSERT_TRUE(silent.back()->connected());
    if (i % 2 == 0) silent.back()->Send("GET /metrics HTTP/1.1\r\nHo");
    if (i % 50 != 0) continue;
    EXPECT_EQ(ValueOf((*daemon)->Scrape(), "gmewatch_ready"), 1) << i;
  }
  for (const char* path : {"/healthz", "/readyz", "/metrics", "/", "/api/v1/spikes"}) {
    const absl::StatusOr<HttpReply> reply = HttpFetch((*daemon)->admin_address(), path);
    ASSERT_TRUE(reply.ok()) << path << " " << reply.status();
    EXPECT_EQ(reply->status, 200) << path;
  }
  EXPECT_EQ((*daemon)->Terminate(), 0);
}

TEST(AdminPortTest, ListensWhereTheIngestPortDoes) {
  struct Case {
    const char* address;
    const char* shown;
    const char* reached;
  };
  for (const Case& c : {Case{"[::1]:0", "[::1]:", "[::1]:"}, Case{"[::]:0", "[::]:", "[::1]:"},
                        Case{":0", "[::]:", "127.0.0.1:"}, Case{"*:0", "[::]:", "127.0.0.1:"},
                        Case{"localhost:0", "localhost:", "127.0.0.1:"}}) {
    const std::string address = c.address;
    auto daemon = GmewatchdProcess::Start(
        {"--in_memory", "--admin_address=" + address, "--ingest_address=" + address});
    ASSERT_TRUE(daemon.ok()) << address << " " << daemon.status();
    EXPECT_THAT((*daemon)->admin_address(), StartsWith(c.shown));
    EXPECT_THAT((*daemon)->ingest_address(), StartsWith(c.shown));
    const std::string& admin = (*daemon)->admin_address();
    const std::string port = admin.substr(admin.rfind(':') + 1);
    const absl::StatusOr<HttpReply> reply = HttpFetch(c.reached + port, "/readyz");
    ASSERT_TRUE(reply.ok()) << address << " " << reply.status();
    EXPECT_EQ(reply->status, 200);
    const std::string& ingest = (*daemon)->ingest_address();
    WireClient client(c.reached + ingest.substr(ingest.rfind(':') + 1));
    EXPECT_TRUE(client.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok());
    EXPECT_EQ((*daemon)->Terminate(), 0);
  }
}

TEST(AdminPortTest, AnIpv6AddressWithoutBracketsIsNamed) {
  for (const char* flag : {"--admin_address=::1:0", "--ingest_address=::1:0"}) {
    std::vector<std::string> arguments = {"--in_memory", "--admin_address=127.0.0.1:0",
                                          "--ingest_address=127.0.0.1:0", flag};
    const Ended run = RunToEnd(GmewatchdPath(), arguments);
    EXPECT_EQ(run.status, 2) << flag;
    EXPECT_THAT(run.error, HasSubstr("\"::1:0\": an IPv6 address needs brackets")) << flag;
  }
}

}  // namespace
}  // namespace gmewatch
