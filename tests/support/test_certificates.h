// Certificates for one test run: an authority, a server "localhost" and a client, all made new.
//
// Thread safety: a free function without state. Takes some milliseconds; aborts where OpenSSL
// fails.
#ifndef GMEWATCH_TESTS_SUPPORT_TEST_CERTIFICATES_H_
#define GMEWATCH_TESTS_SUPPORT_TEST_CERTIFICATES_H_

#include <string>

namespace gmewatch {

// PEM.
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
