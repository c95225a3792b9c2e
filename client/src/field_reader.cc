#include "client/src/field_reader.h"

namespace gmewatch::client {
namespace {

constexpr uint64_t kVarint = 0;
constexpr uint64_t kFixed64 = 1;
constexpr uint64_t kLengthDelimited = 2;
constexpr uint64_t kFixed32 = 5;

}  // namespace

bool FieldReader::ReadVarint(uint64_t* value) {
  *value = 0;
  for (uint32_t shift = 0; shift < 70 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    // The tenth byte has one bit that counts.
    if (shift < 64) *value |= uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool FieldReader::ReadBytes(uint64_t size, absl::string_view* bytes) {
  if (size > rest_.size()) return false;
  *bytes = rest_.substr(0, static_cast<size_t>(size));
  rest_.remove_prefix(static_cast<size_t>(size));
  return true;
}

bool FieldReader::ReadValue(uint64_t type) {
  absl::string_view skipped;
  uint64_t size = 0;
  switch (type) {
    case kVarint:
      return ReadVarint(&number_);
    case kLengthDelimited:
      return ReadVarint(&size) && ReadBytes(size, &bytes_);
    case kFixed64:
      return ReadBytes(8, &skipped);
    case kFixed32:
      return ReadBytes(4, &skipped);
    default:  // groups, which no message of proto3 has
      return false;
  }
}

bool FieldReader::Next() {
  number_ = 0;
  bytes_ = {};
  if (rest_.empty()) {
    whole_ = true;
    return false;
  }
  uint64_t tag = 0;
  if (!ReadVarint(&tag)) return false;
  field_ = tag >> 3;
  return field_ != 0 && ReadValue(tag & 7);
}

}  // namespace gmewatch::client
