#include "daemon/expose/gzip_writer.h"

#include <zlib.h>

namespace gmewatch {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  // the largest window, with gzip's header and trailer
constexpr int kMemoryLevel = 8;           // zlib's default

}  // namespace

GzipWriter::GzipWriter(ChunkSink sink, int level)
    : sink_(sink), stream_(new z_stream()), buffer_(new char[ChunkWriter::kChunkBytes]) {
  open_ = deflateInit2(stream_.get(), level, Z_DEFLATED, kGzipWindowBits, kMemoryLevel,
                       Z_DEFAULT_STRATEGY) == Z_OK;
  stream_->next_out = reinterpret_cast<Bytef*>(buffer_.get());
  stream_->avail_out = ChunkWriter::kChunkBytes;
}

GzipWriter::~GzipWriter() { deflateEnd(stream_.get()); }

bool GzipWriter::Write(absl::string_view chunk) {
  // zlib reads its input only.
  stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(chunk.data()));
  stream_->avail_in = static_cast<uInt>(chunk.size());
  return Compress(/*end=*/chunk.empty()) && (!chunk.empty() || sink_(absl::string_view()));
}

bool GzipWriter::Compress(bool end) {
  bool more = true;
  while (open_ && more) {
    const int result = deflate(stream_.get(), end ? Z_FINISH : Z_NO_FLUSH);
    more = end ? result != Z_STREAM_END : stream_->avail_in > 0 || stream_->avail_out == 0;
    const size_t used = ChunkWriter::kChunkBytes - stream_->avail_out;
    if (stream_->avail_out == 0 || (end && !more)) {
      open_ = used == 0 || sink_(absl::string_view(buffer_.get(), used));
      stream_->next_out = reinterpret_cast<Bytef*>(buffer_.get());
      stream_->avail_out = ChunkWriter::kChunkBytes;
    }
  }
  return open_;
}

}  // namespace gmewatch
