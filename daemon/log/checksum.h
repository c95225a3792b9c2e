// The CRC-32 of zlib over numbers and texts, which the files of the SQLite log keep beside what
// they store.
//
// Thread safety: none. No errors.
#ifndef GMEWATCH_DAEMON_LOG_CHECKSUM_H_
#define GMEWATCH_DAEMON_LOG_CHECKSUM_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace gmewatch {

class Checksum {
 public:
  // The bytes alone.
  Checksum& AddBytes(absl::string_view bytes);
  // Eight bytes, the lowest first.
  Checksum& Add(uint64_t number);
  // The length and the bytes, so that neighbouring texts cannot exchange characters.
  Checksum& AddText(absl::string_view text) { return Add(text.size()).AddBytes(text); }

  uint32_t value() const { return value_; }

 private:
  uint32_t value_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_CHECKSUM_H_
