#include "daemon/ingest/call_metadata.h"

#include <iterator>

#include "daemon/ingest/byte_buffer.h"

namespace gmewatch {
namespace {

absl::string_view First(const Metadata& metadata, const char* name) {
  const auto found = metadata.find(name);
  if (found == metadata.end()) return {};
  return {found->second.data(), found->second.size()};
}

absl::string_view Last(const Metadata& metadata, const char* name) {
  const auto after = metadata.upper_bound(name);
  if (after == metadata.begin() || std::prev(after)->first != name) return {};
  const grpc::string_ref& value = std::prev(after)->second;
  return {value.data(), value.size()};
}

}  // namespace

Caller CallerOf(const Metadata& metadata, absl::string_view peer) {
  return {First(metadata, "authorization"), Last(metadata, "x-forwarded-for"), peer};
}

void ReadMessage(const Admission& admission, grpc::ByteBuffer* message, Scratch* scratch) {
  grpc::Slice slice;
  admission.Read(BytesOf(message, &slice, &scratch->bytes), &scratch->request);
}

}  // namespace gmewatch
