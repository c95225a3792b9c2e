#include "daemon/ingest/server_credentials.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/base/text_file.h"

namespace gmewatch {
namespace {

constexpr size_t kPemBytesMax = size_t{1} << 20;
constexpr unsigned kReadAgainSeconds = 10;

absl::Status CheckPem(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadTextFile(path, kPemBytesMax);
  if (!text.ok()) return text.status();
  if (!text->empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path, ": is empty; PEM text is allowed"));
}

absl::Status Unusable(const std::string& path, absl::string_view what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
}

// As OpenSSL will use them.
absl::Status CheckPair(const internal::Tls& tls) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()),
                                                                  &SSL_CTX_free);
  if (SSL_CTX_use_certificate_chain_file(context.get(), tls.certificate_file().c_str()) != 1) {
    return Unusable(tls.certificate_file(), "has no certificate in PEM form");
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), tls.key_file().c_str(), SSL_FILETYPE_PEM) != 1) {
    return Unusable(tls.key_file(),
                    absl::StrCat("has no private key in PEM form that belongs to the "
                                 "certificate in ",
                                 tls.certificate_file()));
  }
  if (tls.client_ca_file().empty() ||
      SSL_CTX_load_verify_file(context.get(), tls.client_ca_file().c_str()) == 1) {
    return absl::OkStatus();
  }
  return Unusable(tls.client_ca_file(), "has no certificate in PEM form");
}

}  // namespace

absl::StatusOr<CredentialsPointer> ServerCredentialsOf(const internal::Ingest& settings) {
  if (!settings.has_tls()) return grpc::InsecureServerCredentials();
  const internal::Tls& tls = settings.tls();
  for (const std::string& path : {tls.certificate_file(), tls.key_file(), tls.client_ca_file()}) {
    if (path.empty()) continue;
    absl::Status status = CheckPem(path);
    if (!status.ok()) return status;
  }
  absl::Status status = CheckSecretFile(tls.key_file());
  if (status.ok()) status = CheckPair(tls);
  if (!status.ok()) return status;
  grpc::experimental::TlsServerCredentialsOptions options(
      std::make_shared<  // allow(shared_ptr): what gRPC takes
          grpc::experimental::FileWatcherCertificateProvider>(
          tls.key_file(), tls.certificate_file(), tls.client_ca_file(), kReadAgainSeconds));
  options.watch_identity_key_cert_pairs();
  if (!tls.client_ca_file().empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(tls.client_certificate_optional()
                                      ? GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY
                                      : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return grpc::experimental::TlsServerCredentials(options);
}

}  // namespace gmewatch
