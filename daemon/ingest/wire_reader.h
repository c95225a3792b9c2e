// Reads the Protobuf wire format from memory, field by field, without allocating.
//
//   WireReader reader(bytes);
//   while (reader.Next()) {
//     switch (reader.tag()) {
//       case VarintTag(2): x = reader.Varint(); break;
//       default: reader.Skip();  // of a later version; a known field of another type counts as one
//     }
//   }
//   if (!reader.ok()) ...
//
// Each field is to be read or skipped exactly once, by the method of its type. Where the bytes are
// no message ok() is false from then on; what is one is as Protobuf's own parser has it, with its
// limits. Thread safety: none. The bytes must outlive the reader and what it returns.
#ifndef GMEWATCH_DAEMON_INGEST_WIRE_READER_H_
#define GMEWATCH_DAEMON_INGEST_WIRE_READER_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace gmewatch {

class WireReader {
 public:
  enum class Type : uint8_t {
    kVarint = 0,
    kFixed64 = 1,
    kBytes = 2,
    kGroupBegin = 3,
    kGroupEnd = 4,
    kFixed32 = 5
  };

  // `depth`: how many messages the bytes stand in.
  explicit WireReader(absl::string_view bytes, int depth = 0)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()), depth_(depth) {}

  // Moves to the next field; false at the end or at an error.
  bool Next() {
    if (at_ == end_ || !ok_) return false;
    tag_ = ReadTag();
    // Field numbers begin with 1, and a group may only end where it began.
    if (tag_ >> 3 == 0 || type() == Type::kGroupEnd) ok_ = false;
    return ok_;
  }

  uint32_t tag() const { return tag_; }
  bool ok() const { return ok_; }

  // The value of this field. REQUIRES: it is of this type.
  uint64_t Varint() { return ReadVarint(); }
  absl::string_view Bytes() { return ReadBytes(); }
  void Skip();

  // Declares what was read no message; for a rule that this class does not know.
  void Fail() { ok_ = false; }

  // For a reader over the content of a packed field: how many numbers stand there where it is
  // right, and the numbers one after the other, until one is none.
  size_t PackedSize() const;
  template <typename Take>
  void TakePacked(Take take) {
    const char* at = at_;  // a local, so that it stays in a register
    while (at != end_) {
      uint64_t number = Byte(at);
      if (number < 0x80) {
        ++at;
      } else if (end_ - at >= 3 && Byte(at + 1) < 0x80) {
        number = (number & 0x7f) | Byte(at + 1) << 7;
        at += 2;
      } else if (end_ - at >= 3 && Byte(at + 2) < 0x80) {
        number = (number & 0x7f) | (Byte(at + 1) & 0x7f) << 7 | Byte(at + 2) << 14;
        at += 3;
      } else {
        at_ = at;
        number = ReadLongVarint(kVarintBytesMax);
        if (!ok_) return;
        at = at_;
      }
      take(number);
    }
    at_ = at;
  }

 private:
  static constexpr int kDepthMax = 100;
  // Of a number, and of what a tag or a length may have.
  static constexpr int kVarintBytesMax = 10;
  static constexpr int kShortVarintBytesMax = 5;

  Type type() const { return static_cast<Type>(tag_ & 7); }
  static uint64_t Byte(const char* at) { return static_cast<uint8_t>(*at); }
  uint64_t ReadVarint(int bytes_max = kVarintBytesMax) {
    if (at_ != end_ && Byte(at_) < 0x80) return Byte(at_++);
    return ReadLongVarint(bytes_max);
  }
  uint64_t ReadLongVarint(int bytes_max);
  // Protobuf drops what exceeds its 32 bits.
  uint32_t ReadTag() { return static_cast<uint32_t>(ReadVarint(kShortVarintBytesMax)); }
  absl::string_view ReadBytes();
  void SkipBytes(size_t n);
  void SkipValue(Type type, int depth);
  void SkipGroup(uint32_t field, int depth);

  const char* at_;
  const char* end_;
  int depth_;
  uint32_t tag_ = 0;
  bool ok_ = true;
};

// What tag() is for a field of this number and type.
constexpr uint32_t VarintTag(uint32_t field) {
  return field << 3 | static_cast<uint32_t>(WireReader::Type::kVarint);
}
constexpr uint32_t BytesTag(uint32_t field) {
  return field << 3 | static_cast<uint32_t>(WireReader::Type::kBytes);
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_WIRE_READER_H_
