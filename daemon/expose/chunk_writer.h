// Gathers a text of any length in one buffer of 64 KiB and hands it on whenever that is full.
//
// Thread safety: none; one thread at a time. The sink must outlive the writer. Nothing is allocated
// after construction.
#ifndef GMEWATCH_DAEMON_EXPOSE_CHUNK_WRITER_H_
#define GMEWATCH_DAEMON_EXPOSE_CHUNK_WRITER_H_

#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

// Takes the next piece of a text, which is gone after the call; an empty piece is the end, and
// comes once. False: nobody wants the rest, and the sink is not called again.
using ChunkSink = absl::FunctionRef<bool(absl::string_view chunk)>;

class ChunkWriter {
 public:
  explicit ChunkWriter(ChunkSink sink) : sink_(sink), buffer_(new char[kChunkBytes]) {}
  ChunkWriter(const ChunkWriter&) = delete;
  ChunkWriter& operator=(const ChunkWriter&) = delete;

  // A line: `name_and_code`, `place`, the value, newline.
  void Sample(absl::string_view name_and_code, absl::string_view place, uint64_t value) {
    if (kChunkBytes - used_ < name_and_code.size() + place.size() + kValueBytesMax) {
      MakeRoom(name_and_code.size() + place.size() + kValueBytesMax);
    }
    Copy(name_and_code);
    Copy(place);
    char* const begin = buffer_.get() + used_;
    char* const end = std::to_chars(begin, begin + kValueBytesMax - 1, value).ptr;
    *end = '\n';
    used_ += static_cast<size_t>(end - begin) + 1;
  }

  void Append(absl::string_view text);

  // Hands on what is left, and the end. Whether the sink took all.
  bool Finish();

  // Whether the sink takes more; once it does not, all that is written is dropped.
  bool open() const { return open_; }

  static constexpr size_t kChunkBytes = size_t{64} << 10;

 private:
  // The digits of 2^64-1, and the newline.
  static constexpr size_t kValueBytesMax = 21;

  void Copy(absl::string_view text) {
    std::memcpy(buffer_.get() + used_, text.data(), text.size());
    used_ += text.size();
  }
  // REQUIRES: bytes <= kChunkBytes.
  void MakeRoom(size_t bytes);
  void Flush();

  const ChunkSink sink_;
  const std::unique_ptr<char[]> buffer_;
  size_t used_ = 0;
  bool open_ = true;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_CHUNK_WRITER_H_
