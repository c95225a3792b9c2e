#include "tests/support/test_certificates.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <memory>

namespace gmewatch {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

constexpr long kValidSeconds = 3600;  // NOLINT(google-runtime-int): OpenSSL's own type

void Check(bool good) {
  if (!good) std::abort();
}

Key MakeKey() {
  Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  Check(key != nullptr);
  return key;
}

void AddExtension(X509* certificate, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  Check(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// A certificate signed by `issuer_key`; self-signed if `issuer` is null.
Certificate MakeCertificate(const char* name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  Certificate certificate(X509_new(), &X509_free);
  Check(certificate != nullptr && X509_set_version(certificate.get(), 2) == 1);
  static int64_t serial = 0;
  ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kValidSeconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kValidSeconds);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(certificate.get(),
                       issuer == nullptr ? subject : X509_get_subject_name(issuer));
  AddExtension(certificate.get(), NID_basic_constraints,
               issuer == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
  if (issuer != nullptr) AddExtension(certificate.get(), NID_subject_alt_name, "DNS:localhost");
  Check(X509_sign(certificate.get(), issuer_key, EVP_sha256()) > 0);
  return certificate;
}

std::string Text(BIO* bio) {
  char* data = nullptr;
  // NOLINTNEXTLINE(google-runtime-int): OpenSSL's own type
  const long size = BIO_ctrl(bio, BIO_CTRL_INFO, 0, &data);
  return {data, static_cast<size_t>(size)};
}

std::string Pem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  Check(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return Text(bio.get());
}

std::string Pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  Check(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return Text(bio.get());
}

}  // namespace

TestCertificates MakeTestCertificates() {
  const Key authority_key = MakeKey();
  const Key server_key = MakeKey();
  const Key client_key = MakeKey();
  const Certificate authority =
      MakeCertificate("test authority", authority_key.get(), nullptr, authority_key.get());
  const Certificate server =
      MakeCertificate("server", server_key.get(), authority.get(), authority_key.get());
  const Certificate client =
      MakeCertificate("client", client_key.get(), authority.get(), authority_key.get());
  TestCertificates made;
  made.authority = Pem(authority.get());
  made.server_certificate = Pem(server.get());
  made.server_key = Pem(server_key.get());
  made.client_certificate = Pem(client.get());
  made.client_key = Pem(client_key.get());
  return made;
}

}  // namespace gmewatch
