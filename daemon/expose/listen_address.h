// Parses the HOST:PORT of a listening address.
//
// Thread safety: a pure function. Errors: InvalidArgument, with the text and what is allowed.
#ifndef GMEWATCH_DAEMON_EXPOSE_LISTEN_ADDRESS_H_
#define GMEWATCH_DAEMON_EXPOSE_LISTEN_ADDRESS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

struct ListenAddress {
  std::string host;   // a numeric IPv4 address
  uint16_t port = 0;  // 0 takes a free one
};

absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_LISTEN_ADDRESS_H_
