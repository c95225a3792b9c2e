// An HTTPS server (openssl s_server) that answers every GET with a page that contains "s_server".
//
// Thread safety: none. The server ends with the object.
#ifndef GMEWATCH_TESTS_SUPPORT_TLS_WEB_SERVER_H_
#define GMEWATCH_TESTS_SUPPORT_TLS_WEB_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "tests/support/child_process.h"

namespace gmewatch {

class TlsWebServer {
 public:
  // Returns when the server listens.
  static absl::StatusOr<std::unique_ptr<TlsWebServer>> Start();

  // With the name in its certificate, and with another name; without a slash at the end.
  std::string url() const { return "https://localhost:" + port_; }
  std::string url_of_another_name() const { return "https://127.0.0.1:" + port_; }
  // A PEM file with the authority that signed its certificate.
  const std::string& authority_file() const { return authority_file_; }

 private:
  TlsWebServer() = default;

  TempDir dir_;
  std::string authority_file_;
  std::string port_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_TLS_WEB_SERVER_H_
