// The lines that the gRPC library itself logs, among those of the daemon: in their form and through
// their queue, and at most kGrpcLinesMax of them in kGrpcLinesTime, since clients can cause them.
//
// Thread safety: any thread. Lifetime: as long as the process.
#ifndef GMEWATCH_DAEMON_INGEST_GRPC_LOG_H_
#define GMEWATCH_DAEMON_INGEST_GRPC_LOG_H_

#include "absl/time/time.h"

namespace gmewatch {

inline constexpr int kGrpcLinesMax = 10;
inline constexpr absl::Duration kGrpcLinesTime = absl::Minutes(1);

// From now on. A line that is left out is counted in the next one that is not.
void TakeGrpcLog();

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_GRPC_LOG_H_
