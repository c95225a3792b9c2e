// TLS, client certificates and keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmewatch/reporter.h"
#include "tests/client/reporter_fixture.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test_certificates.h"

namespace gmewatch {
namespace {

using std::chrono::milliseconds;
using ::testing::IsEmpty;
using ::testing::Not;

class ReporterCredentialsTest : public ::testing::Test {
 protected:
  std::shared_ptr<grpc::ServerCredentials> ServerTls(
      grpc_ssl_client_certificate_request_type request) {
    grpc::SslServerCredentialsOptions options(request);
    options.pem_root_certs = certificates_.authority;
    options.pem_key_cert_pairs.push_back(
        {certificates_.server_key, certificates_.server_certificate});
    return grpc::SslServerCredentials(options);
  }

  ReporterOptions TlsOptionsFor(const std::string& address) {
    ReporterOptions options = PatientOptions(address);
    options.tls.enabled = true;
    options.tls.root_certificates = certificates_.authority;
    options.tls.server_name = "localhost";
    return options;
  }

  // Whether one event arrives within a second; a failed attempt is not repeated in that time.
  static bool Arrives(ReporterOptions options) {
    // gRPC writes a line for every failed handshake.
    options.initial_backoff = options.max_backoff = std::chrono::seconds(1);
    Reporter reporter(options);
    EXPECT_EQ(reporter.error(), "");
    reporter.Report(1);
    return reporter.Stop(milliseconds(1000));
  }

  const TestCertificates certificates_ = MakeTestCertificates();
};

TEST_F(ReporterCredentialsTest, ConnectsByTlsToAServerThatItTrusts) {
  ScriptedServer server(ServerTls(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE));
  EXPECT_TRUE(Arrives(TlsOptionsFor(server.address())));
}

TEST_F(ReporterCredentialsTest, RejectsAServerOfAnotherNameOrAuthority) {
  ScriptedServer server(ServerTls(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE));
  ReporterOptions options = TlsOptionsFor(server.address());
  options.tls.server_name = "example.com";
  EXPECT_FALSE(Arrives(options));
  options = TlsOptionsFor(server.address());
  options.tls.root_certificates = MakeTestCertificates().authority;
  EXPECT_FALSE(Arrives(options));
  options.tls.root_certificates.clear();  // the system does not trust it either
  EXPECT_FALSE(Arrives(options));
  EXPECT_FALSE(Arrives(PatientOptions(server.address())));  // no TLS at all
  EXPECT_THAT(server.received(), IsEmpty());
}

TEST_F(ReporterCredentialsTest, SendsItsCertificateToAServerThatRequiresOne) {
  ScriptedServer server(ServerTls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY));
  ReporterOptions options = TlsOptionsFor(server.address());
  EXPECT_FALSE(Arrives(options));
  options.tls.certificate_chain = certificates_.client_certificate;
  options.tls.private_key = certificates_.client_key;
  EXPECT_TRUE(Arrives(options));
}

TEST_F(ReporterCredentialsTest, SendsItsKey) {
  ScriptedServer server;
  ReporterOptions options = PatientOptions(server.address());
  EXPECT_TRUE(Arrives(options));
  options.key = "s3cret";
  EXPECT_TRUE(Arrives(options));
  const auto received = server.received();
  ASSERT_EQ(received.size(), 2U);
  EXPECT_EQ(received[0].authorization, "");
  EXPECT_EQ(received[1].authorization, "Bearer s3cret");
}

TEST_F(ReporterCredentialsTest, AKeyThatIsRejectedIsReplacedWhileItRunsAndNothingIsLost) {
  ScriptedServer server;
  server.Next(Failure(absl::UnauthenticatedError("the token ended 5s ago")));
  ReporterOptions options = QuickOptions(server.address());
  options.key = "old-token";
  // Without a new key the next attempt would come after the test.
  options.initial_backoff = options.max_backoff = std::chrono::minutes(5);
  absl::Notification asked;
  options.on_key_rejected = [&asked] { asked.Notify(); };
  Reporter reporter(options);
  reporter.Report(1005, 7);
  ASSERT_TRUE(asked.WaitForNotificationWithTimeout(absl::Seconds(20)));
  EXPECT_EQ(reporter.Stats().last_error_code, 16);
  EXPECT_EQ(reporter.Stats().pending_events, 7U);
  EXPECT_FALSE(reporter.SetKey("with a blank"));
  EXPECT_TRUE(reporter.SetKey("new-token"));
  ASSERT_TRUE(server.AwaitCalls(2));
  EXPECT_TRUE(reporter.Stop(std::chrono::seconds(20)));
  const auto received = server.received();
  ASSERT_EQ(received.size(), 2U);
  EXPECT_EQ(received[0].authorization, "Bearer old-token");
  EXPECT_EQ(received[1].authorization, "Bearer new-token");
  EXPECT_EQ(received[1].request.sequence(), received[0].request.sequence());
  EXPECT_EQ(server.counted_events(), 7U);
}

TEST_F(ReporterCredentialsTest, TheCallbackMaySetTheKeyItself) {
  ScriptedServer server;
  server.Next(Failure(absl::UnauthenticatedError("wrong")));
  server.Next(Failure(absl::UnauthenticatedError("wrong")));
  ReporterOptions options = QuickOptions(server.address());
  options.initial_backoff = milliseconds(50);  // before the third attempt
  options.max_backoff = std::chrono::minutes(5);
  Reporter* made = nullptr;
  int asked = 0;
  options.on_key_rejected = [&] { made->SetKey(absl::StrCat("token-", ++asked)); };
  Reporter reporter(options);
  made = &reporter;
  reporter.Report(1005);
  ASSERT_TRUE(server.AwaitCalls(3));
  EXPECT_TRUE(reporter.Stop(std::chrono::seconds(20)));
  EXPECT_EQ(server.received()[2].authorization, "Bearer token-2");
  EXPECT_EQ(asked, 2);
}

TEST_F(ReporterCredentialsTest, AKeyMayBeReplacedAtAnyTimeFromAnyThread) {
  ScriptedServer server;
  ReporterOptions options = QuickOptions(server.address());
  Reporter reporter(options);
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&reporter, thread] {
      for (int i = 0; i < 1000; ++i) {
        reporter.Report(1005);
        EXPECT_TRUE(reporter.SetKey(absl::StrCat("token-", thread, "-", i)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(reporter.Stop(std::chrono::seconds(20)));
  EXPECT_EQ(server.counted_events(), 3000U);
}

}  // namespace
}  // namespace gmewatch
