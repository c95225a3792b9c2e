// IP addresses as quotas see them: IPv4 as IPv6 has it (::ffff:1.2.3.4), so that one address has
// one form.
//
// Thread safety: free functions over their arguments.
#ifndef GMEWATCH_DAEMON_MODEL_NET_ADDRESS_H_
#define GMEWATCH_DAEMON_MODEL_NET_ADDRESS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

using NetAddress = std::array<uint8_t, 16>;

// Nothing unless `text` is an IPv4 or IPv6 address, without brackets and port.
std::optional<NetAddress> ParseNetAddress(absl::string_view text);

// As ParseNetAddress reads it.
std::string NetAddressText(const NetAddress& address);

bool IsIpv4(const NetAddress& address);

// Whether only this machine can have the address.
bool IsLoopback(const NetAddress& address);

// Whether no stranger from the internet can have the address: loopback, link-local, private, or
// 100.64.0.0/10, which load balancers of clouds speak from (RFC 6598).
bool IsPrivate(const NetAddress& address);

// The first `bits` bits, the others zero.
NetAddress Prefix(const NetAddress& address, int bits);

// The addresses whose first bits are those of `address`.
struct NetRange {
  NetAddress address{};
  int bits = 128;

  bool Contains(const NetAddress& other) const { return Prefix(other, bits) == address; }
};

// An address, or ADDRESS/BITS.
std::optional<NetRange> ParseNetRange(absl::string_view text);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_NET_ADDRESS_H_
