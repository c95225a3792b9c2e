#include "daemon/base/listen_address.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

bool IsIpv6(const std::string& host) {
  in6_addr parsed{};
  return inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

bool IsNameCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
}

}  // namespace

absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text) {
  const auto wrong = [text](absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("address \"", text, "\": ", what,
                     "; it must be HOST:PORT, such as 127.0.0.1:9747, [::1]:9747, localhost:9747 "
                     "or :9747 for every address of this machine"));
  };
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) return wrong("the port is missing");
  absl::string_view host = text.substr(0, colon);
  ListenAddress address;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    address.host = std::string(host.substr(1, host.size() - 2));
    if (!IsIpv6(address.host)) return wrong("there is no IPv6 address in the brackets");
  } else if (host != "*") {
    if (host.find(':') != absl::string_view::npos) {
      return wrong("an IPv6 address needs brackets");
    }
    if (!std::all_of(host.begin(), host.end(), IsNameCharacter)) {
      return wrong("the host must be a name or an address");
    }
    address.host = std::string(host);
  }
  const absl::string_view port = text.substr(colon + 1);
  uint32_t number = 0;
  // SimpleAtoi alone would accept a sign and white space.
  if (!std::all_of(port.begin(), port.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(port, &number) || number > 65535) {
    return wrong("the port must be a number from 0 to 65535");
  }
  address.port = static_cast<uint16_t>(number);
  return address;
}

std::string ToText(const ListenAddress& address) {
  return IsIpv6(address.host) ? absl::StrCat("[", address.host, "]:", address.port)
                              : absl::StrCat(address.host, ":", address.port);
}

}  // namespace gmewatch
