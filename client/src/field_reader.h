// Reads the fields of a Protobuf message one after the other. The bytes may be anything: any server
// may have sent them.
//
//   FieldReader fields(bytes);
//   while (fields.Next()) {
//     if (fields.field() == 1) sequence = fields.number();
//   }
//   if (!fields.whole()) ...  // the bytes are no message
//
// Thread safety: none. The bytes must outlive it.
#ifndef GMEWATCH_CLIENT_SRC_FIELD_READER_H_
#define GMEWATCH_CLIENT_SRC_FIELD_READER_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace gmewatch::client {

class FieldReader {
 public:
  explicit FieldReader(absl::string_view bytes) : rest_(bytes) {}

  // Reads the next field; returns false at the end or where the bytes are no message.
  bool Next();

  uint64_t field() const { return field_; }
  // The value of an integer; 0 if the field is of another type.
  uint64_t number() const { return number_; }
  // The bytes of a text or a message; empty if the field is of another type.
  absl::string_view bytes() const { return bytes_; }

  // After Next returned false: whether all bytes were read.
  bool whole() const { return whole_; }

 private:
  bool ReadVarint(uint64_t* value);
  bool ReadBytes(uint64_t size, absl::string_view* bytes);
  bool ReadValue(uint64_t type);

  absl::string_view rest_;
  uint64_t field_ = 0;
  uint64_t number_ = 0;
  absl::string_view bytes_;
  bool whole_ = false;
};

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_FIELD_READER_H_
