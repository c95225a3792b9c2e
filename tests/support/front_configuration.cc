#include "tests/support/front_configuration.h"

#include "absl/strings/str_replace.h"
#include "tests/support/child_process.h"

namespace gmewatch {

std::string FrontConfiguration(const std::string& file, const std::string& binds,
                               const std::string& ingest, const std::string& connect,
                               const std::string& maxconn) {
  return absl::StrReplaceAll(ReadFile(file),
                             {{":443 ssl crt /etc/haproxy/gmewatch.pem alpn h2,http/1.1", binds},
                              {"127.0.0.1:4747", ingest},
                              {"127.0.0.1:4748", connect},
                              // A shell may have fewer descriptors than it asks for.
                              {"maxconn 20000", "maxconn " + maxconn + "\n  no strict-limits"}});
}

}  // namespace gmewatch
