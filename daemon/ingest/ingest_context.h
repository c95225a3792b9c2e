// What every call works with: one for each completion queue. Plain data; all of it must outlive the
// calls.
#ifndef GMEWATCH_DAEMON_INGEST_INGEST_CONTEXT_H_
#define GMEWATCH_DAEMON_INGEST_INGEST_CONTEXT_H_

#include <grpcpp/grpcpp.h>

#include <atomic>

#include "daemon/ingest/admission.h"
#include "daemon/ingest/call_services.h"
#include "daemon/ingest/call_set.h"
#include "daemon/ingest/first_messages.h"
#include "daemon/ingest/lanes.h"

namespace gmewatch {

struct IngestContext {
  ReportService* service = nullptr;
  HealthService* health = nullptr;
  grpc::ServerCompletionQueue* queue = nullptr;
  CallSet* calls = nullptr;
  FirstMessages* first_messages = nullptr;
  Admission* admission = nullptr;
  const Lanes* lanes = nullptr;
  const std::atomic<bool>* serving = nullptr;  // what a health check answers
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_INGEST_CONTEXT_H_
