// Writes the fields of a Protobuf message. As Protobuf does, it leaves out numbers that are zero
// and texts that are empty.
//
// Thread safety: none.
#ifndef GMEWATCH_CLIENT_SRC_FIELD_WRITER_H_
#define GMEWATCH_CLIENT_SRC_FIELD_WRITER_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace gmewatch::client {

class FieldWriter {
 public:
  // int32, int64, uint32, uint64 and enums. Negative numbers take ten bytes.
  void AddInt(uint32_t field, int64_t value);
  // string, bytes and packed lists.
  void AddBytes(uint32_t field, absl::string_view bytes);
  // A message, which is there even if it is empty.
  void AddMessage(uint32_t field, absl::string_view bytes);
  // An item of a packed list: a number without a field.
  void AddPacked(uint64_t value);

  // What was written; the writer is empty afterwards.
  std::string Take() { return std::exchange(bytes_, {}); }

 private:
  std::string bytes_;
};

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_FIELD_WRITER_H_
