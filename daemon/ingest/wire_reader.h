// Reads the Protobuf wire format from memory, field by field, without allocating.
//
//   WireReader reader(bytes);
//   while (reader.Next()) {
//     switch (reader.tag()) {
//       case VarintTag(2): x = reader.Varint(); break;
//       default: reader.Skip();  // added by a later version; or a known field of another type
//     }
//   }
//   if (!reader.ok()) ...
//
// Read or skip each field exactly once, by the method of its type. ok() turns false at the first
// byte that cannot belong to a message and stays false. It accepts the same bytes as Protobuf's own
// parser, with the same limits.
//
// Thread safety: none. Lifetime: the bytes must outlive the reader and the views that it returns.
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

  // `depth`: the number of messages that the bytes are nested in.
  explicit WireReader(absl::string_view bytes, int depth = 0)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()), depth_(depth) {}

  // Moves to the next field. False at the end and after an error.
  bool Next() {
    if (at_ == end_ || !ok_) return false;
    tag_ = ReadTag();
    // Field numbers begin with 1, and only SkipGroup may meet the end of a group.
    if (tag_ >> 3 == 0 || type() == Type::kGroupEnd) ok_ = false;
    return ok_;
  }

  uint32_t tag() const { return tag_; }
  bool ok() const { return ok_; }

  // The value of this field. REQUIRES: the field has this type.
  uint64_t Varint() { return ReadVarint(); }
  absl::string_view Bytes() { return ReadBytes(); }
  void Skip();

  // Marks the bytes as malformed, for a rule that this class does not know.
  void Fail() { ok_ = false; }

  // For a reader over the content of a packed field. PackedSize: how many numbers it has, if it is
  // well formed. TakePacked: passes the numbers to `take` in order; stops at the first malformed
  // one.
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
  // The most bytes of a number, and of a tag or a length.
  static constexpr int kVarintBytesMax = 10;
  static constexpr int kShortVarintBytesMax = 5;

  Type type() const { return static_cast<Type>(tag_ & 7); }
  static uint64_t Byte(const char* at) { return static_cast<uint8_t>(*at); }
  uint64_t ReadVarint(int bytes_max = kVarintBytesMax) {
    if (at_ != end_ && Byte(at_) < 0x80) return Byte(at_++);
    return ReadLongVarint(bytes_max);
  }
  uint64_t ReadLongVarint(int bytes_max);
  // Like Protobuf, drops the bits above 32.
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

// The value of tag() for a field with this number and type.
constexpr uint32_t VarintTag(uint32_t field) {
  return field << 3 | static_cast<uint32_t>(WireReader::Type::kVarint);
}
constexpr uint32_t BytesTag(uint32_t field) {
  return field << 3 | static_cast<uint32_t>(WireReader::Type::kBytes);
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_WIRE_READER_H_
