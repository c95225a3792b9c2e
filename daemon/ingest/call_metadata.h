// What ingest reads of a gRPC call: its caller and its messages.
//
// Thread safety: free functions over their arguments.
#ifndef GMEWATCH_DAEMON_INGEST_CALL_METADATA_H_
#define GMEWATCH_DAEMON_INGEST_CALL_METADATA_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/string_ref.h>

#include <map>
#include <string>
#include <vector>

#include "daemon/ingest/admission.h"
#include "daemon/ingest/caller.h"
#include "daemon/ingest/completion_event.h"

namespace gmewatch {

using Metadata = std::multimap<grpc::string_ref, grpc::string_ref>;

// `metadata` and `peer` must outlive the result.
Caller CallerOf(const Metadata& metadata, absl::string_view peer);

// The names of the certificate that the caller has shown and that was verified: its subject
// alternative names and its common name. Empty without one.
std::vector<std::string> CertificateNamesOf(const grpc::ServerContext& call);

// Admission::Read of a message; it uses scratch->bytes.
void ReadMessage(const Admission& admission, grpc::ByteBuffer* message, Scratch* scratch);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_CALL_METADATA_H_
