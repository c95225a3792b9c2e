#include "daemon/gmectl/admin_client.h"

#include <atomic>
#include <memory>

#include "absl/strings/str_cat.h"
#include "daemon/base/clock.h"
#include "daemon/expose/admin_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/silent_listener.h"
#include "tests/support/tls_web_server.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

class AdminClientTest : public ::testing::Test {
 protected:
  AdminClientTest()
      : server_(
            [] {
              AdminServerOptions options;
              options.address = "127.0.0.1:0";
              return options;
            }(),
            clock_, [](const ScrapeRequest&, ChunkSink) { return absl::OkStatus(); },
            [] { return absl::OkStatus(); }) {}

  void Answer(const std::string& path, int status, const std::string& body) {
    server_.AddHandler(path, [status, body](const IncomingRequest&) {
      AdminResponse response;
      response.status = status;
      response.body = body;
      return response;
    });
  }
  absl::StatusOr<std::string> Get(const std::string& path, const std::string& prefix = "") {
    AdminAddress address;
    address.base = absl::StrCat(prefix, server_.address());
    return AdminGet(address, path);
  }

  RealClock clock_;
  AdminServer server_;
};

TEST_F(AdminClientTest, ReturnsTheBody) {
  Answer("/api/v1/top", 200, "{\"codes\":[]}");
  Answer("/below/api/v1/top", 200, "below");
  ASSERT_TRUE(server_.Start().ok());
  EXPECT_EQ(*Get("/api/v1/top"), "{\"codes\":[]}");
  EXPECT_EQ(*Get("/api/v1/top", "http://"), "{\"codes\":[]}");
  AdminAddress address;
  for (const char* end : {"/below", "/below/"}) {
    address.base = absl::StrCat("http://", server_.address(), end);
    EXPECT_EQ(*AdminGet(address, "/api/v1/top"), "below");
  }
}

TEST_F(AdminClientTest, SaysWhatAnotherStatusMeans) {
  Answer("/missing", 404, "there is no code 7\nand more");
  Answer("/broken", 503, "not \x1b[31mready");
  ASSERT_TRUE(server_.Start().ok());
  const absl::Status missing = Get("/missing").status();
  EXPECT_TRUE(absl::IsNotFound(missing));
  EXPECT_EQ(std::string(missing.message()),
            absl::StrCat("http://", server_.address(), "/missing answers 404: there is no code 7"));
  const absl::Status broken = Get("/broken").status();
  EXPECT_TRUE(absl::IsUnavailable(broken));
  EXPECT_THAT(std::string(broken.message()), HasSubstr("answers 503: not ?[31mready"));
}

TEST_F(AdminClientTest, ALongAnswerIsAnError) {
  Answer("/most", 200, std::string(kAdminAnswerBytesMax, 'x'));
  Answer("/more", 200, std::string(kAdminAnswerBytesMax + 1, 'x'));
  ASSERT_TRUE(server_.Start().ok());
  EXPECT_EQ(Get("/most").value_or("").size(), kAdminAnswerBytesMax);
  const absl::Status more = Get("/more").status();
  EXPECT_TRUE(absl::IsUnavailable(more));
  EXPECT_THAT(std::string(more.message()), HasSubstr("more than 16777216 bytes"));
}

TEST_F(AdminClientTest, SaysWhyThereIsNoAnswer) {
  AdminAddress address;
  address.base = "127.0.0.1:1";
  const absl::Status closed = AdminGet(address, "/api/v1/top").status();
  EXPECT_TRUE(absl::IsUnavailable(closed));
  EXPECT_THAT(std::string(closed.message()),
              HasSubstr("http://127.0.0.1:1/api/v1/top: Failed to connect to 127.0.0.1 port 1"));
  address.base = "no-such-host.invalid:9747";
  EXPECT_THAT(std::string(AdminGet(address, "/").status().message()), HasSubstr("resolve host"));
}

TEST_F(AdminClientTest, AnAnswerHasADeadline) {
  const SilentListener silent(SilentListener::Kind::kAcceptsAndIsSilent);
  AdminAddress address;
  address.base = silent.address();
  RealClock clock;
  const absl::Duration begin = clock.Monotonic();
  const absl::Status status = AdminGet(address, "/").status();
  const absl::Duration took = clock.Monotonic() - begin;
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("timed out"));
  EXPECT_GE(took, kAdminDeadline - absl::Milliseconds(100));
  EXPECT_LT(took, kAdminDeadline + absl::Seconds(5));
}

TEST_F(AdminClientTest, TheCallerMayGiveUp) {
  const SilentListener silent(SilentListener::Kind::kAcceptsAndIsSilent);
  AdminAddress address;
  address.base = silent.address();
  EXPECT_TRUE(absl::IsCancelled(AdminGet(address, "/", [] { return true; }).status()));
}

TEST_F(AdminClientTest, DoesNotFollowRedirects) {
  std::atomic<bool> followed = false;
  server_.AddHandler("/elsewhere", [&followed](const IncomingRequest&) {
    followed = true;
    return AdminResponse();
  });
  server_.AddHandler("/here", [](const IncomingRequest&) {
    AdminResponse response;
    response.status = 302;
    response.more_headers = "Location: /elsewhere\r\n";
    return response;
  });
  ASSERT_TRUE(server_.Start().ok());
  EXPECT_THAT(std::string(Get("/here").status().message()), HasSubstr("answers 302"));
  EXPECT_FALSE(followed);
}

TEST_F(AdminClientTest, AsksThisMachineWithoutAProxy) {
  Answer("/here", 200, "here");
  ASSERT_TRUE(server_.Start().ok());
  // A proxy that leads nowhere.
  setenv("http_proxy", "http://127.0.0.1:1", 1);  // NOLINT(concurrency-mt-unsafe): before a read
  EXPECT_EQ(Get("/here").value_or("nothing"), "here");
  unsetenv("http_proxy");  // NOLINT(concurrency-mt-unsafe): as above
}

// The admin port itself serves plain HTTP; this is for a proxy in front of it that terminates TLS.
TEST(AdminTlsTest, TrustsOnlyTheAuthoritiesOfTheFile) {
  const auto server = TlsWebServer::Start();
  ASSERT_TRUE(server.ok()) << server.status();
  AdminAddress address;
  address.base = (*server)->url();
  address.ca_file = (*server)->authority_file();
  EXPECT_THAT(AdminGet(address, "/api/v1/top").value_or(""), HasSubstr("s_server"));
  const auto expect_failure = [&address](const char* reason) {
    const absl::Status status = AdminGet(address, "/api/v1/top").status();
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(reason));
  };
  address.base = (*server)->url_of_another_name();
  expect_failure("subject name");
  address = {(*server)->url(), ""};
  expect_failure("certificate");
  address.ca_file = "/no/such/file.pem";
  expect_failure("/no/such/file.pem");
}

TEST(AdminAddressTest, IsAPortOrAUrl) {
  const auto check = [](const std::string& base, bool is_good) {
    AdminAddress address;
    address.base = base;
    const absl::Status status = CheckAdminAddress(address);
    EXPECT_EQ(status.ok(), is_good) << base;
    EXPECT_EQ(absl::IsInvalidArgument(status), !is_good) << base;
  };
  for (const char* good : {"127.0.0.1:9747", "gmewatch.example", "[::1]:9747", "http://a:1",
                           "https://a/gme", "https://a:8443/gme/"}) {
    check(good, true);
  }
  for (const char* bad : {"", "ftp://a", "file:///etc/passwd", "http://", "a:port", "a:99999",
                          "http://a/?x=1", "http://a/#x", "a b"}) {
    check(bad, false);
  }
}

}  // namespace
}  // namespace gmewatch
