// Buffers a text of any length in 64 KiB and passes the buffer to a sink whenever it is full.
//
// Thread safety: none; one thread at a time. The sink must outlive the writer. Allocates no memory
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

// Takes the next chunk of a text, which is valid during the call. An empty chunk is the end; it
// comes once. Returns false to end early; then it is not called again.
using ChunkSink = absl::FunctionRef<bool(absl::string_view chunk)>;

class ChunkWriter {
 public:
  explicit ChunkWriter(ChunkSink sink) : sink_(sink), buffer_(new char[kChunkBytes]) {}
  ChunkWriter(const ChunkWriter&) = delete;
  ChunkWriter& operator=(const ChunkWriter&) = delete;

  // Appends a line: `name_and_code`, `place`, the value, a newline. REQUIRES: the line fits in the
  // buffer.
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

  // Passes the rest and the end to the sink. Returns whether the sink took everything.
  bool Finish();

  // Whether the sink takes more. If not, everything written is discarded.
  bool open() const { return open_; }

  static constexpr size_t kChunkBytes = size_t{64} << 10;

 private:
  // The digits of 2^64-1 and the newline.
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
