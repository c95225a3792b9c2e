// The shipped configuration of HAProxy, changed for a test.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_TESTS_SUPPORT_FRONT_CONFIGURATION_H_
#define GMEWATCH_TESTS_SUPPORT_FRONT_CONFIGURATION_H_

#include <string>

namespace gmewatch {

// `file` without TLS and for a shell: it listens at `binds`, such as "127.0.0.1:1000,[::1]:1000",
// in front of a gmewatchd at `ingest` and `connect`, and has this `maxconn`.
std::string FrontConfiguration(const std::string& file, const std::string& binds,
                               const std::string& ingest,
                               const std::string& connect = "127.0.0.1:4748",
                               const std::string& maxconn = "1000");

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_FRONT_CONFIGURATION_H_
