#include "daemon/log/checksum.h"

#include <zlib.h>

#include <array>

namespace gmewatch {

Checksum& Checksum::AddBytes(absl::string_view bytes) {
  // zlib wants unsigned characters, and takes a null pointer for a new beginning.
  if (bytes.empty()) return *this;
  value_ = static_cast<uint32_t>(
      crc32_z(value_, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
  return *this;
}

Checksum& Checksum::Add(uint64_t number) {
  std::array<char, sizeof(number)> bytes{};
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(number >> (8 * i));
  return AddBytes({bytes.data(), bytes.size()});
}

}  // namespace gmewatch
