// Parses the HOST:PORT of a listening address.
//
// Thread safety: a pure function. Errors: InvalidArgument, with the text and what is allowed.
#ifndef GMEWATCH_DAEMON_BASE_LISTEN_ADDRESS_H_
#define GMEWATCH_DAEMON_BASE_LISTEN_ADDRESS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

struct ListenAddress {
  std::string host;   // without brackets; empty: every address of the machine
  uint16_t port = 0;  // 0 takes a free one
};

// The host may be a name, an IPv4 address, an IPv6 address in brackets, nothing or "*".
absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text);

// HOST:PORT, with brackets around an IPv6 address.
std::string ToText(const ListenAddress& address);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_LISTEN_ADDRESS_H_
