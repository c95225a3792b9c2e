// TLS on the ingest port: gmewatchd's certificate, and those of clients.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "gmewatch/reporter.h"
#include "tests/client/reporter_fixture.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/test_certificates.h"

namespace gmewatch {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

class TlsTest : public ::testing::Test {
 protected:
  // `more`: further settings of ingest.tls, after certificate and key.
  std::string WriteSettings(const std::string& more) {
    dir_.Write("authority.pem", certificates_.authority);
    return dir_.Write(
        "settings.yaml",
        absl::StrCat("ingest:\n  tls:\n    certificate_file: ",
                     dir_.Write("server.pem", certificates_.server_certificate),
                     "\n    key_file: ", dir_.Write("server.key", certificates_.server_key), more));
  }
  void Start(const std::string& more) {
    const std::string config = WriteSettings(more);
    auto daemon = GmewatchdProcess::Start({"--in_memory", "--config=" + config});
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    daemon_ = *std::move(daemon);
  }

  ReporterOptions PlainOptions() const {
    ReporterOptions options = PatientOptions(daemon_->ingest_address());
    // gRPC logs every failed handshake, so retry rarely.
    options.initial_backoff = options.max_backoff = std::chrono::seconds(10);
    return options;
  }
  ReporterOptions TlsOptions() const {
    ReporterOptions options = PlainOptions();
    options.tls.enabled = true;
    options.tls.root_certificates = certificates_.authority;
    options.tls.server_name = "localhost";
    return options;
  }

  // Returns whether an event is acknowledged at the first attempt.
  static bool Arrives(ReporterOptions options) {
    Reporter reporter(std::move(options));
    EXPECT_EQ(reporter.error(), "");
    reporter.Report(1005);
    EXPECT_TRUE(AwaitTrue(
        [&reporter] {
          reporter.Flush(milliseconds(10));
          const ReporterStats stats = reporter.Stats();
          return stats.acknowledged_events == 1 || stats.batches_failed > 0;
        },
        absl::Seconds(20)));
    return reporter.Stats().acknowledged_events == 1;
  }

  const TestCertificates certificates_ = MakeTestCertificates();
  TempDir dir_;
  std::unique_ptr<GmewatchdProcess> daemon_;
};

TEST_F(TlsTest, PresentsItsCertificateAndAcceptsOnlyTls) {
  ASSERT_NO_FATAL_FAILURE(Start("\n"));
  EXPECT_TRUE(Arrives(TlsOptions()));
  ReporterOptions options = TlsOptions();
  options.tls.root_certificates = MakeTestCertificates().authority;
  EXPECT_FALSE(Arrives(options)) << "the server's certificate is from another authority";
  EXPECT_FALSE(Arrives(PlainOptions()));
  EXPECT_EQ(ValueOf(daemon_->Scrape(), "gmewatch_batches_total{result=\"counted\"}"), 1);
}

TEST_F(TlsTest, RequiresAClientCertificateOfTheConfiguredAuthority) {
  ASSERT_NO_FATAL_FAILURE(
      Start(absl::StrCat("\n    client_ca_file: ", dir_.File("authority.pem"), "\n")));
  EXPECT_FALSE(Arrives(TlsOptions())) << "no client certificate";
  ReporterOptions options = TlsOptions();
  const TestCertificates others = MakeTestCertificates();
  options.tls.certificate_chain = others.client_certificate;
  options.tls.private_key = others.client_key;
  EXPECT_FALSE(Arrives(options)) << "a client certificate from another authority";
  options.tls.certificate_chain = certificates_.client_certificate;
  options.tls.private_key = certificates_.client_key;
  EXPECT_TRUE(Arrives(options));
  EXPECT_EQ(ValueOf(daemon_->Scrape(), "gmewatch_batches_total{result=\"counted\"}"), 1);
}

// Names of test_certificates.cc: the client's common name is "client", its alternative name
// "localhost".
TEST_F(TlsTest, AnAppDemandsACertificateForOneOfItsNames) {
  const auto settings = [this](const char* names_of_servers) {
    return absl::StrCat("\n    client_ca_file: ", dir_.File("authority.pem"),
                        "\n    client_certificate_optional: true\napps:\n",
                        "- {name: servers, regions: [eu], keys: [key-of-servers], client_names: ",
                        names_of_servers, "}\n- {name: game, regions: [eu]}\n");
  };
  ASSERT_NO_FATAL_FAILURE(Start(settings("[other.example.com, client]")));
  const auto from = [this](const char* app, const TestCertificates* client) {
    ReporterOptions options = TlsOptions();
    options.app = app;
    options.region = "eu";
    if (app == std::string("servers")) options.key = "key-of-servers";
    if (client == nullptr) return options;
    options.tls.certificate_chain = client->client_certificate;
    options.tls.private_key = client->client_key;
    return options;
  };
  EXPECT_TRUE(Arrives(from("servers", &certificates_))) << "by the common name";
  EXPECT_FALSE(Arrives(from("servers", nullptr)));
  const TestCertificates others = MakeTestCertificates();
  EXPECT_FALSE(Arrives(from("servers", &others))) << "the same names, of another authority";
  EXPECT_TRUE(Arrives(from("game", nullptr))) << "the other app demands none";
  EXPECT_TRUE(Arrives(from("game", &certificates_)));
  ReporterOptions without_key = from("servers", &certificates_);
  without_key.key.clear();
  EXPECT_FALSE(Arrives(without_key)) << "a key is demanded besides";

  WriteSettings(settings("[other.example.com]"));
  ASSERT_TRUE(daemon_->Reload("success"));
  EXPECT_FALSE(Arrives(from("servers", &certificates_)));
  WriteSettings(settings("[localhost]"));
  ASSERT_TRUE(daemon_->Reload("success"));
  EXPECT_TRUE(Arrives(from("servers", &certificates_))) << "by the alternative name";
  EXPECT_EQ(ValueOf(daemon_->Scrape(), "gmewatch_batches_total{result=\"counted\"}"), 4);
}

TEST_F(TlsTest, GmectlTakesCertificatesFromFiles) {
  ASSERT_NO_FATAL_FAILURE(
      Start(absl::StrCat("\n    client_ca_file: ", dir_.File("authority.pem"), "\n")));
  const std::vector<std::string> common = {"send",
                                           "--address=" + daemon_->ingest_address(),
                                           "--app=demo",
                                           "--region=eu",
                                           "--timeout=20s",
                                           "--tls",
                                           "--server_name=localhost",
                                           "--ca_file=" + dir_.File("authority.pem"),
                                           "1005"};
  std::vector<std::string> arguments = common;
  arguments.push_back("--certificate_file=" +
                      dir_.Write("client.pem", certificates_.client_certificate));
  arguments.push_back("--private_key_file=" + dir_.Write("client.key", certificates_.client_key));
  const Ended run = RunToEnd(GmectlPath(), arguments);
  EXPECT_EQ(run.status, 0) << run.error;
  EXPECT_THAT(run.output, HasSubstr("counted: 1 events"));
}

TEST_F(TlsTest, IsReadyAlthoughItsProbeHasNoCertificate) {
  for (const std::string& more :
       {std::string(), "\n    client_ca_file: " + dir_.File("authority.pem")}) {
    Start(more + "\n");
    EXPECT_EQ(ValueOf(daemon_->Scrape(), "gmewatch_ready"), 1);
    EXPECT_EQ(daemon_->Terminate(), 0);
    EXPECT_THAT(daemon_->process().error(), Not(HasSubstr("message of the gRPC library")));
    EXPECT_THAT(daemon_->process().error(), Not(HasSubstr("takes no new clients")));
  }
}

// The files are read again every ten seconds.
TEST_F(TlsTest, ARenewedCertificateNeedsNoRestart) {
  Start("\n");
  ASSERT_TRUE(Arrives(TlsOptions()));
  const TestCertificates renewed = MakeTestCertificates();
  dir_.Write("server.key", renewed.server_key);
  dir_.Write("server.pem", renewed.server_certificate);
  ReporterOptions options = TlsOptions();
  options.tls.root_certificates = renewed.authority;
  EXPECT_TRUE(AwaitTrue([&] { return Arrives(options); }, absl::Seconds(40)));
  EXPECT_FALSE(Arrives(TlsOptions())) << "the old certificate is still presented";
}

TEST_F(TlsTest, SaysWhichFileIsWrong) {
  const std::string good = dir_.Write("good.pem", certificates_.server_certificate);
  const std::string other = dir_.Write("other.key", MakeTestCertificates().server_key);
  const std::string key = dir_.Write("good.key", certificates_.server_key);
  const std::string junk = dir_.Write("junk.pem", "junk\n");
  const auto check = [&](const std::string& certificate, const std::string& private_key,
                         const std::string& authorities, const std::string& expected) {
    const std::string config = dir_.Write(
        "wrong.yaml",
        absl::StrCat("ingest: {tls: {certificate_file: ", certificate, ", key_file: ", private_key,
                     authorities.empty() ? "" : ", client_ca_file: ", authorities, "}}\n"));
    const Ended run =
        RunToEnd(GmewatchdPath(), {"--in_memory", "--open", "--config=" + config,
                                   "--admin_address=127.0.0.1:0", "--ingest_address=127.0.0.1:0"});
    EXPECT_EQ(run.status, 2) << expected;
    EXPECT_THAT(run.error, HasSubstr(expected));
  };
  check(dir_.File("absent.pem"), key, "", "absent.pem: No such file or directory");
  check(dir_.Write("empty.pem", ""), key, "", "empty.pem: is empty; PEM text is allowed");
  check(junk, key, "", "junk.pem: has no certificate in PEM form");
  check(good, junk, "", "junk.pem: has no private key in PEM form that belongs to");
  check(good, other, "", "other.key: has no private key in PEM form that belongs to");
  check(good, key, junk, "junk.pem: has no certificate in PEM form");
}

}  // namespace
}  // namespace gmewatch
