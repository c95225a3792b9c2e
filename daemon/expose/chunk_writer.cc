#include "daemon/expose/chunk_writer.h"

#include <algorithm>
#include <cstdlib>

namespace gmewatch {

void ChunkWriter::Append(absl::string_view text) {
  while (!text.empty()) {
    if (used_ == kChunkBytes) {
      Flush();
    }
    const size_t bytes = std::min(text.size(), kChunkBytes - used_);
    Copy(text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
}

bool ChunkWriter::Finish() {
  Flush();
  open_ = open_ && sink_(absl::string_view());
  return open_;
}

void ChunkWriter::MakeRoom(size_t bytes) {
  if (bytes > kChunkBytes) {
    // The limits of the model keep labels to a few hundred bytes; a longer line is a bug.
    std::abort();
  }
  Flush();
}

void ChunkWriter::Flush() {
  if (used_ > 0 && open_) {
    open_ = sink_(absl::string_view(buffer_.get(), used_));
  }
  used_ = 0;
}

}  // namespace gmewatch
