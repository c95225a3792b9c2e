#include "tests/support/read_until.h"

#include <poll.h>
#include <unistd.h>

#include <array>

#include "absl/strings/match.h"

namespace gmewatch {

std::string ReadUntil(int fd, absl::string_view text) {
  std::string all;
  std::array<char, 65536> part{};
  while (!absl::StrContains(all, text)) {
    pollfd ready = {fd, POLLIN, 0};
    if (poll(&ready, 1, 30'000) <= 0) break;
    const ssize_t got = read(fd, part.data(), part.size());
    if (got <= 0) break;
    all.append(part.data(), static_cast<size_t>(got));
  }
  return all;
}

}  // namespace gmewatch
