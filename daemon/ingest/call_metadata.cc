#include "daemon/ingest/call_metadata.h"

#include <grpc/grpc_security_constants.h>

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

std::vector<std::string> CertificateNamesOf(const grpc::ServerContext& call) {
  std::vector<std::string> names;
  const auto peer = call.auth_context();
  if (peer == nullptr || !peer->IsPeerAuthenticated()) return names;
  for (const char* property : {GRPC_X509_SAN_PROPERTY_NAME, GRPC_X509_CN_PROPERTY_NAME}) {
    for (const grpc::string_ref& name : peer->FindPropertyValues(property)) {
      names.emplace_back(name.data(), name.size());
    }
  }
  return names;
}

void ReadMessage(const Admission& admission, grpc::ByteBuffer* message, Scratch* scratch) {
  grpc::Slice slice;
  admission.Read(BytesOf(message, &slice, &scratch->bytes), &scratch->request);
}

}  // namespace gmewatch
