#include "tests/support/tls_web_server.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tests/support/test_certificates.h"

namespace gmewatch {

absl::StatusOr<std::unique_ptr<TlsWebServer>> TlsWebServer::Start() {
  const TestCertificates certificates = MakeTestCertificates();
  std::unique_ptr<TlsWebServer> server(new TlsWebServer());
  server->authority_file_ = server->dir_.Write("ca.pem", certificates.authority);
  auto process = ChildProcess::Start(
      "openssl", {"s_server", "-accept", "127.0.0.1:0", "-www", "-cert",
                  server->dir_.Write("cert.pem", certificates.server_certificate), "-key",
                  server->dir_.Write("key.pem", certificates.server_key)});
  if (!process.ok()) return process.status();
  server->process_ = *std::move(process);
  constexpr absl::string_view kListens = "ACCEPT 127.0.0.1:";
  if (!server->process_->AwaitOutput(kListens) || !server->process_->AwaitOutput("\n")) {
    return absl::UnavailableError("openssl s_server does not listen");
  }
  const std::string output = server->process_->output();
  const size_t port = output.find(kListens.data()) + kListens.size();
  server->port_ = output.substr(port, output.find('\n', port) - port);
  return server;
}

}  // namespace gmewatch
