// The shipped configuration of HAProxy in front of gmewatchd.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/notification.h"
#include "tests/support/child_process.h"
#include "tests/support/free_port.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

constexpr size_t kStreams = 1000;

// The shipped configuration without TLS and for a shell, at `port`, in front of `ingest`.
std::string Configuration(uint16_t port, const std::string& ingest) {
  std::ifstream file(GMEWATCH_HAPROXY_CFG);
  const std::string shipped{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return absl::StrReplaceAll(shipped, {{":443 ssl crt /etc/haproxy/gmewatch.pem alpn h2",
                                        absl::StrCat("127.0.0.1:", port, " proto h2")},
                                       {"127.0.0.1:4747", ingest},
                                       // A shell may have fewer descriptors.
                                       {"maxconn 20000", "maxconn 1000"}});
}

TEST(FrontTest, ARelayMayHaveAThousandStreamsOnOneConnection) {
  const TempDir dir;
  const auto daemon = GmewatchdProcess::Start({"--in_memory"});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  const uint16_t port = FreePort();
  const auto front = ChildProcess::Start(
      "haproxy",
      {"-db", "-f", dir.Write("haproxy.cfg", Configuration(port, (*daemon)->ingest_address()))});
  ASSERT_TRUE(front.ok()) << "the Debian package haproxy must be installed";
  WireClient relay(absl::StrCat("127.0.0.1:", port));
  // Waits until the front listens.
  const grpc::Status first = relay.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}}));
  ASSERT_TRUE(first.ok()) << first.error_message() << (*front)->error();

  // A stream beyond the limit waits until another ends; the end of the front ends it too.
  absl::Notification done;
  std::thread guard([&] {
    if (!done.WaitForNotificationWithTimeout(absl::Seconds(60))) (*front)->Signal(SIGKILL);
  });
  std::vector<std::unique_ptr<WireStream>> streams;
  size_t acknowledged = 0;
  for (; acknowledged < kStreams; ++acknowledged) {
    streams.push_back(std::make_unique<WireStream>(&relay));
    WireStream& stream = *streams.back();
    if (!stream.Write(MakeRequest(MakeSession("demo", "eu"), 1, {{1005, 1}})) ||
        !stream.AwaitAcknowledged(1)) {
      break;
    }
  }
  EXPECT_EQ(acknowledged, kStreams) << (*front)->output() << (*front)->error();
  done.Notify();
  guard.join();
  for (const auto& stream : streams) stream->Cancel();
}

}  // namespace
}  // namespace gmewatch
