// Who sends a batch, as the transport knows it. Plain data; the text must outlive it.
#ifndef GMEWATCH_DAEMON_INGEST_CALLER_H_
#define GMEWATCH_DAEMON_INGEST_CALLER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace gmewatch {

struct Caller {
  absl::string_view authorization;  // the metadata or header of this name, or empty
  absl::string_view forwarded_for;  // the last x-forwarded-for, or empty
  absl::string_view peer;  // as gRPC writes it, such as "ipv4:192.0.2.1:443", "ipv6:[::1]:443"
  // For which the caller has proved to have a certificate.
  absl::Span<const std::string> certificate_names = {};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_CALLER_H_
