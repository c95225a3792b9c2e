// A gmewatchd with a Connect port, and clients of both ports.
#ifndef GMEWATCH_TESTS_INTEGRATION_CONNECT_FIXTURE_H_
#define GMEWATCH_TESTS_INTEGRATION_CONNECT_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/connect_client.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/wire_client.h"

namespace gmewatch {

inline constexpr char kConnectSettings[] =
    "apps:\n"
    "- {name: demo, regions: [eu]}\n"
    "- {name: keyed, regions: [eu], keys: [the-only-key]}\n"
    "- {name: tokens, regions: [eu], token_keys: [{id: k1, secret: "
    "0123456789abcdef0123456789abcdef}]}\n"
    "connect: {cors_origins: ['https://play.example.com'], max_connections: 60}\n"
    "ingest: {fronts: [127.0.0.1]}\n";
inline constexpr char kProtoType[] = "Content-Type: application/proto\r\n";

class ConnectTest : public ::testing::Test {
 protected:
  void Start(const std::string& more_settings = "", const ChildOptions& options = {}) {
    auto daemon = GmewatchdProcess::Start(
        {"--config=" + dir_.Write("settings.yaml", absl::StrCat(kConnectSettings, more_settings)),
         "--state_dir=" + dir_.File("state"), "--connect_address=127.0.0.1:0"},
        "", options);
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    daemon_ = *std::move(daemon);
    grpc_ = std::make_unique<WireClient>(daemon_->ingest_address());
    proto_ = std::make_unique<ConnectClient>(daemon_->connect_address());
    json_ = std::make_unique<ConnectClient>(daemon_->connect_address(), ConnectClient::Form::kJson);
  }
  double Batches(const char* result) {
    return ValueOf(daemon_->Scrape(),
                   absl::StrCat("gmewatch_batches_total{result=\"", result, "\"}"));
  }
  double Rejected(const char* reason, const char* what = "batches") {
    return ValueOf(daemon_->Scrape(),
                   absl::StrCat("gmewatch_rejected_", what, "_total{reason=\"", reason, "\"}"));
  }
  static std::string ReadAll(HttpConnection* connection) {
    std::string all;
    absl::StatusOr<std::string> some = connection->ReadSome(65536);
    while (some.ok() && !some->empty()) {
      all += *some;
      some = connection->ReadSome(65536);
    }
    return all;
  }

  TempDir dir_;
  std::unique_ptr<GmewatchdProcess> daemon_;
  std::unique_ptr<WireClient> grpc_;
  std::unique_ptr<ConnectClient> proto_;
  std::unique_ptr<ConnectClient> json_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_INTEGRATION_CONNECT_FIXTURE_H_
