#include "daemon/model/net_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/numbers.h"

namespace gmewatch {
namespace {

constexpr int kIpv4Begin = 96;  // bits
constexpr NetAddress kIpv4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
constexpr size_t kTextBytesMax = 45;

}  // namespace

std::optional<NetAddress> ParseNetAddress(absl::string_view text) {
  std::array<char, kTextBytesMax + 1> terminated{};
  if (text.size() > kTextBytesMax) return std::nullopt;
  std::copy(text.begin(), text.end(), terminated.begin());
  NetAddress address = kIpv4Prefix;
  if (inet_pton(AF_INET, terminated.data(), address.data() + kIpv4Begin / 8) == 1) return address;
  if (inet_pton(AF_INET6, terminated.data(), address.data()) == 1) return address;
  return std::nullopt;
}

std::string NetAddressText(const NetAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool ipv4 = IsIpv4(address);
  const void* bytes = ipv4 ? address.data() + kIpv4Begin / 8 : address.data();
  return inet_ntop(ipv4 ? AF_INET : AF_INET6, bytes, text.data(), text.size());
}

bool IsIpv4(const NetAddress& address) { return Prefix(address, kIpv4Begin) == kIpv4Prefix; }

bool IsLoopback(const NetAddress& address) {
  if (IsIpv4(address)) return address[12] == 127;
  NetAddress loopback{};
  loopback[15] = 1;
  return address == loopback;
}

bool IsPrivate(const NetAddress& address) {
  if (IsIpv4(address)) {
    const uint8_t a = address[12];
    const uint8_t b = address[13];
    return IsLoopback(address) || a == 10 || (a == 172 && b >= 16 && b < 32) ||
           (a == 192 && b == 168) || (a == 169 && b == 254) || (a == 100 && b >= 64 && b < 128);
  }
  const bool unique_local = (address[0] & 0xfe) == 0xfc;
  const bool link_local = address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
  return IsLoopback(address) || unique_local || link_local;
}

NetAddress Prefix(const NetAddress& address, int bits) {
  NetAddress out = address;
  for (int i = 0; i < 16; ++i) {
    const int kept = std::clamp(bits - 8 * i, 0, 8);
    out[static_cast<size_t>(i)] &= static_cast<uint8_t>(0xff00 >> kept);
  }
  return out;
}

std::optional<NetRange> ParseNetRange(absl::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<NetAddress> address = ParseNetAddress(text.substr(0, slash));
  if (!address.has_value()) return std::nullopt;
  if (slash == absl::string_view::npos) return NetRange{*address, 128};
  const int offset = IsIpv4(*address) ? kIpv4Begin : 0;
  int bits = 0;
  if (!absl::SimpleAtoi(text.substr(slash + 1), &bits) || bits < 0 || bits + offset > 128) {
    return std::nullopt;
  }
  return NetRange{Prefix(*address, bits + offset), bits + offset};
}

}  // namespace gmewatch
