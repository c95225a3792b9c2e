// More connections than gmewatchd has descriptors for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/support/gmewatchd_process.h"
#include "tests/support/http_client.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

constexpr uint64_t kDescriptors = 128;

TEST(DescriptorsTest, AShortageEndsWhenItsCauseEnds) {
  ChildOptions options;
  options.open_files_max = kDescriptors;
  auto daemon = GmewatchdProcess::Start({"--in_memory"}, "", options);
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  WireClient before((*daemon)->ingest_address());
  const v1::Session session = MakeSession("demo", "eu");
  ASSERT_TRUE(before.Report(MakeRequest(session, 1, {{1005, 1}})).ok());
  {
    std::vector<std::unique_ptr<HttpConnection>> connections;
    for (uint64_t i = 0; i < kDescriptors + 40; ++i) {
      connections.push_back(std::make_unique<HttpConnection>((*daemon)->ingest_address(), 4096));
    }
    ASSERT_TRUE((*daemon)->process().AwaitError("new connections are closed"));
    // The clients that are connected and the admin port do not notice.
    EXPECT_TRUE(before.Report(MakeRequest(session, 2, {{1005, 1}})).ok());
    EXPECT_GT(ValueOf((*daemon)->Scrape(), "process_open_fds"), kDescriptors / 2);
    EXPECT_EQ(HttpFetch((*daemon)->admin_address(), "/healthz")->status, 200);
  }
  // Report waits for a connection.
  WireClient after((*daemon)->ingest_address());
  EXPECT_TRUE(after.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})).ok());
  EXPECT_EQ((*daemon)->AwaitValue("gmewatch_ready", 1), 1);
  EXPECT_EQ((*daemon)->Terminate(), 0);
}

}  // namespace
}  // namespace gmewatch
