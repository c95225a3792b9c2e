#include "daemon/ingest/byte_buffer.h"

#include <vector>

namespace gmewatch {

absl::string_view BytesOf(grpc::ByteBuffer* buffer, grpc::Slice* slice, std::string* scratch) {
  if (buffer->TrySingleSlice(slice).ok()) {
    // gRPC's bytes are unsigned, ours are not.
    return {reinterpret_cast<const char*>(slice->begin()), slice->size()};
  }
  std::vector<grpc::Slice> slices;
  scratch->clear();
  if (buffer->Dump(&slices).ok()) {
    for (const grpc::Slice& s : slices) scratch->append(s.begin(), s.end());
  }
  return *scratch;
}

grpc::ByteBuffer ToBuffer(const google::protobuf::MessageLite& message) {
  grpc::Slice slice(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(const_cast<uint8_t*>(slice.begin()));
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace gmewatch
