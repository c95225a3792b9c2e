// gRPC's byte buffers to and from bytes.
//
// Thread safety: free functions over their arguments.
#ifndef GMEWATCH_DAEMON_INGEST_BYTE_BUFFER_H_
#define GMEWATCH_DAEMON_INGEST_BYTE_BUFFER_H_

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <string>

#include "absl/strings/string_view.h"

namespace gmewatch {

// The bytes of `buffer`. They are in `*slice` or, if gRPC has them in several pieces, copied to
// `*scratch`; both must outlive the result.
absl::string_view BytesOf(grpc::ByteBuffer* buffer, grpc::Slice* slice, std::string* scratch);

grpc::ByteBuffer ToBuffer(const google::protobuf::MessageLite& message);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_BYTE_BUFFER_H_
