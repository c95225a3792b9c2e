#include "daemon/log/epoch_mark.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/log/checksum.h"

namespace gmewatch {
namespace {

// "state ID epoch 00000000000000000123 crc 0123abcd\n": less than a sector, so it is never torn.
constexpr size_t kIdAt = 6;
constexpr size_t kIdSize = 32;
constexpr size_t kNumberAt = kIdAt + kIdSize + 7;
constexpr size_t kNumberSize = 20;
constexpr size_t kCrcAt = kNumberAt + kNumberSize + 5;
constexpr size_t kSize = kCrcAt + 9;
using Line = std::array<char, kSize + 1>;

// Formats into the array: a commit must not allocate for it.
Line LineOf(const std::string& state_id, uint64_t number) {
  Line line{};
  std::snprintf(line.data(), line.size(), "state %.32s epoch %020llu crc ", state_id.c_str(),
                static_cast<unsigned long long>(number));  // NOLINT(google-runtime-int): printf's
  const uint32_t crc = Checksum().AddBytes({line.data(), kCrcAt}).value();
  std::snprintf(line.data() + kCrcAt, line.size() - kCrcAt, "%08x\n", crc);
  return line;
}

}  // namespace

EpochMark::EpochMark(const std::string& state_dir)
    : path_(absl::StrCat(state_dir, "/journal.mark")),
      fd_(open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  Read();
}

EpochMark::~EpochMark() {
  if (fd_ >= 0) close(fd_);
}

void EpochMark::Read() {
  Line found{};
  if (fd_ < 0 || pread(fd_, found.data(), kSize, 0) != static_cast<ssize_t>(kSize)) return;
  const absl::string_view text(found.data(), kSize);
  uint64_t number = 0;
  if (!absl::SimpleAtoi(text.substr(kNumberAt, kNumberSize), &number)) return;
  const std::string id(text.substr(kIdAt, kIdSize));
  if (LineOf(id, number) != found) return;
  state_id_ = id;
  number_ = number;
}

void EpochMark::Begin(const std::string& state_id, uint64_t number) {
  state_id_ = state_id;
  Set(number);
}

void EpochMark::Set(uint64_t number) {
  number_ = number;
  const Line line = LineOf(state_id_, number);
  // A mark that stays behind, for want of space, is only a check that finds less.
  const ssize_t written = fd_ < 0 ? 0 : pwrite(fd_, line.data(), kSize, 0);
  static_cast<void>(written);
}

}  // namespace gmewatch
