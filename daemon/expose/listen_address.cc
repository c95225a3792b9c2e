#include "daemon/expose/listen_address.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {

absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text) {
  const auto wrong = [text](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(
        "address \"", text, "\": ", what, "; it must be HOST:PORT, such as 127.0.0.1:9747"));
  };
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) {
    return wrong("the port is missing");
  }
  ListenAddress address;
  address.host = std::string(text.substr(0, colon));
  if (address.host.find(':') != std::string::npos) {
    return wrong("the HTTP server of this build has no IPv6");
  }
  in_addr parsed{};
  if (inet_pton(AF_INET, address.host.c_str(), &parsed) != 1) {
    return wrong("the host must be a numeric IPv4 address");
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

}  // namespace gmewatch
