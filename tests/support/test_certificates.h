// Makes certificates for one test run: an authority, a server "localhost" and a client.
//
// Thread safety: one call at a time. Takes some milliseconds; aborts if OpenSSL fails.
#ifndef GMEWATCH_TESTS_SUPPORT_TEST_CERTIFICATES_H_
#define GMEWATCH_TESTS_SUPPORT_TEST_CERTIFICATES_H_

#include <string>

namespace gmewatch {

// PEM texts.
struct TestCertificates {
  std::string authority;
  std::string server_certificate;  // of localhost
  std::string server_key;
  std::string client_certificate;
  std::string client_key;
};

TestCertificates MakeTestCertificates();

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_TEST_CERTIFICATES_H_
