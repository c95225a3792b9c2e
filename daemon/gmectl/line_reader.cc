#include "daemon/gmectl/line_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace gmewatch {
namespace {

constexpr size_t kBlockBytes = 65'536;

}  // namespace

bool LineReader::Fill() {
  block_.erase(0, begin_);
  begin_ = 0;
  const size_t kept = block_.size();
  block_.resize(kept + kBlockBytes);
  in_.read(&block_[kept], static_cast<std::streamsize>(kBlockBytes));
  const auto got = static_cast<size_t>(in_.gcount());
  block_.resize(kept + got);
  if (in_.bad()) status_ = absl::InvalidArgumentError("cannot be read");
  return got > 0 && status_.ok();
}

bool LineReader::Next(absl::string_view* line) {
  if (!status_.ok()) return false;
  size_t end = block_.find('\n', begin_);
  while (end == std::string::npos && block_.size() - begin_ <= kLineBytesMax + 1) {
    if (!Fill()) break;
    end = block_.find('\n', begin_);
  }
  const bool last = end == std::string::npos;
  if (status_.ok() && last && begin_ == block_.size()) return false;
  ++line_number_;
  if (!status_.ok()) return false;
  const absl::string_view left = absl::string_view(block_).substr(begin_);
  *line = absl::StripSuffix(left.substr(0, last ? left.size() : end - begin_), "\r");
  begin_ = last ? block_.size() : end + 1;
  if (line->size() <= kLineBytesMax) return true;
  status_ = absl::InvalidArgumentError(
      absl::StrCat("the line is too long; allowed: ", kLineBytesMax, " bytes"));
  return false;
}

}  // namespace gmewatch
