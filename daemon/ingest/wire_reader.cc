#include "daemon/ingest/wire_reader.h"

#include <cstring>

namespace gmewatch {

uint64_t WireReader::ReadLongVarint(int bytes_max) {
  uint64_t value = 0;
  for (int i = 0; i < bytes_max && at_ != end_; ++i) {
    const auto byte = static_cast<uint8_t>(*at_++);
    value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) return value;
  }
  ok_ = false;
  return 0;
}

size_t WireReader::PackedSize() const {
  // A number ends with the first byte below 0x80.
  size_t longer = 0;
  const char* at = at_;
  for (; end_ - at >= 8; at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, at, sizeof(word));
    // Adds up the eight high bits in the topmost byte. A population count is not an instruction of
    // every processor that this is built for.
    longer += ((word >> 7) & 0x0101010101010101) * 0x0101010101010101 >> 56;
  }
  for (; at != end_; ++at) longer += Byte(at) >> 7;
  return static_cast<size_t>(end_ - at_) - longer;
}

absl::string_view WireReader::ReadBytes() {
  const uint64_t size = ReadVarint(kShortVarintBytesMax);
  if (!ok_ || size > static_cast<uint64_t>(end_ - at_)) {
    ok_ = false;
    return {};
  }
  const absl::string_view bytes(at_, size);
  at_ += size;
  return bytes;
}

void WireReader::Skip() { SkipValue(type(), depth_); }

void WireReader::SkipBytes(size_t n) {
  if (static_cast<size_t>(end_ - at_) < n) {
    ok_ = false;
    return;
  }
  at_ += n;
}

void WireReader::SkipValue(Type type, int depth) {
  switch (type) {
    case Type::kVarint:
      ReadVarint();
      return;
    case Type::kFixed64:
      SkipBytes(8);
      return;
    case Type::kBytes:
      ReadBytes();
      return;
    case Type::kGroupBegin:
      SkipGroup(tag_ >> 3, depth + 1);
      return;
    case Type::kFixed32:
      SkipBytes(4);
      return;
    case Type::kGroupEnd:
      break;
  }
  ok_ = false;  // no such type
}

void WireReader::SkipGroup(uint32_t field, int depth) {
  while (ok_ && depth <= kDepthMax && at_ != end_) {
    const uint32_t tag = ReadTag();
    const uint32_t inner = tag >> 3;
    const auto type = static_cast<Type>(tag & 7);
    if (inner == 0) break;
    if (type == Type::kGroupEnd) {
      if (inner != field) break;
      return;
    }
    if (type == Type::kGroupBegin) {
      SkipGroup(inner, depth + 1);
    } else {
      SkipValue(type, depth);
    }
  }
  ok_ = false;
}

}  // namespace gmewatch
