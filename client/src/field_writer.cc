#include "client/src/field_writer.h"

namespace gmewatch::client {
namespace {

constexpr uint32_t kVarint = 0;
constexpr uint32_t kLengthDelimited = 2;

}  // namespace

void FieldWriter::AddPacked(uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>((value & 0x7F) | 0x80));
  bytes_.push_back(static_cast<char>(value));
}

void FieldWriter::AddInt(uint32_t field, int64_t value) {
  if (value == 0) return;
  AddPacked(field << 3 | kVarint);
  AddPacked(static_cast<uint64_t>(value));
}

void FieldWriter::AddBytes(uint32_t field, absl::string_view bytes) {
  if (!bytes.empty()) AddMessage(field, bytes);
}

void FieldWriter::AddMessage(uint32_t field, absl::string_view bytes) {
  AddPacked(field << 3 | kLengthDelimited);
  AddPacked(bytes.size());
  bytes_.append(bytes.data(), bytes.size());
}

}  // namespace gmewatch::client
