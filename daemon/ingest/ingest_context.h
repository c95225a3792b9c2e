// What every call works with: one for each completion queue. Plain data; all of it must outlive the
// calls.
#ifndef GMEWATCH_DAEMON_INGEST_INGEST_CONTEXT_H_
#define GMEWATCH_DAEMON_INGEST_INGEST_CONTEXT_H_

#include <grpcpp/grpcpp.h>

#include <atomic>

#include "daemon/ingest/admission.h"
#include "daemon/ingest/back_pressure.h"
#include "daemon/ingest/call_set.h"
#include "daemon/log/committer.h"
#include "gmewatch/v1/error_reporting.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace gmewatch {

// The service over raw bytes, so that gRPC does not decode what CheckRequest decodes.
using RawService = v1::ErrorReporting::WithRawMethod_Report<
    v1::ErrorReporting::WithRawMethod_ReportStream<v1::ErrorReporting::Service>>;

using HealthService = grpc::health::v1::Health::AsyncService;

struct IngestContext {
  RawService* service = nullptr;
  HealthService* health = nullptr;
  grpc::ServerCompletionQueue* queue = nullptr;
  CallSet* calls = nullptr;
  Admission* admission = nullptr;
  BackPressure* back_pressure = nullptr;
  Committer* committer = nullptr;
  const std::atomic<bool>* serving = nullptr;  // what a health check answers
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_INGEST_CONTEXT_H_
