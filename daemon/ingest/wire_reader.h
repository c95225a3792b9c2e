// Reads the Protobuf wire format from memory, field by field, without allocating.
//
//   WireReader reader(bytes);
//   while (reader.Next()) { switch (reader.field()) { case 2: x = reader.Varint(); break; default: reader.Skip(); } }
//   if (!reader.ok()) ...
//
// Each field is to be read or skipped exactly once, by a method that fits its wire type; otherwise, and where the bytes end too
// early, ok() is false from then on. Thread safety: none. The bytes must outlive the reader and what it returns.
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

  explicit WireReader(absl::string_view bytes)
      : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // Moves to the next field; false at the end or at an error.
  bool Next() {
    if (at_ == end_ || !ok_) return false;
    const uint64_t tag = ReadVarint();
    field_ = static_cast<uint32_t>(tag >> 3);
    type_ = static_cast<Type>(tag & 7);
    // Field numbers go from 1 to 2^29-1, and a group may only end where it began.
    if ((tag >> 32) != 0 || field_ == 0 || type_ == Type::kGroupEnd) ok_ = false;
    return ok_;
  }

  uint32_t field() const { return field_; }
  Type type() const { return type_; }
  bool ok() const { return ok_; }

  // The value of this field.
  uint64_t Varint() { return Expect(Type::kVarint) ? ReadVarint() : 0; }
  absl::string_view Bytes() { return Expect(Type::kBytes) ? ReadBytes() : absl::string_view(); }
  void Skip();

  // Declares what was read no message; for a rule that this class does not know.
  void Fail() { ok_ = false; }

  // For a reader over the content of a packed field: the numbers one after the other.
  bool AtEnd() const { return at_ == end_ || !ok_; }
  uint64_t PackedVarint() { return ReadVarint(); }

 private:
  static constexpr int kDepthMax = 100;

  bool Expect(Type type) {
    if (type_ != type) ok_ = false;
    return ok_;
  }
  uint64_t ReadVarint() {
    if (at_ != end_ && static_cast<uint8_t>(*at_) < 0x80) return static_cast<uint8_t>(*at_++);
    return ReadLongVarint();
  }
  uint64_t ReadLongVarint();
  absl::string_view ReadBytes();
  void SkipBytes(size_t n);
  void SkipValue(Type type, int depth);
  void SkipGroup(uint32_t field, int depth);

  const char* at_;
  const char* end_;
  uint32_t field_ = 0;
  Type type_ = Type::kVarint;
  bool ok_ = true;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_WIRE_READER_H_
