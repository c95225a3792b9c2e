// Compresses a text that comes in chunks, and passes the compressed bytes on in chunks of up to
// 64 KiB: the coding gzip of HTTP, of which an end without the empty chunk is no valid end.
//
// Thread safety: none; one thread at a time. The sink must outlive the writer. Memory: about 330
// KiB while it lives, whatever the length of the text. If zlib gets no memory, it takes no chunk.
#ifndef GMEWATCH_DAEMON_EXPOSE_GZIP_WRITER_H_
#define GMEWATCH_DAEMON_EXPOSE_GZIP_WRITER_H_

#include <memory>

#include "absl/strings/string_view.h"
#include "daemon/expose/chunk_writer.h"

struct z_stream_s;

namespace gmewatch {

class GzipWriter {
 public:
  // The level of zlib, from 1 to 9. tests/bench/README.md has what levels cost and save.
  static constexpr int kLevel = 1;

  explicit GzipWriter(ChunkSink sink, int level = kLevel);
  GzipWriter(const GzipWriter&) = delete;
  GzipWriter& operator=(const GzipWriter&) = delete;
  ~GzipWriter();

  // As a ChunkSink: an empty chunk is the end. Returns false if the sink does.
  bool Write(absl::string_view chunk);

 private:
  // Compresses the rest of the input and passes on what fills the buffer, or all of it at the end.
  bool Compress(bool end);

  const ChunkSink sink_;
  const std::unique_ptr<z_stream_s> stream_;
  const std::unique_ptr<char[]> buffer_;
  bool open_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_GZIP_WRITER_H_
