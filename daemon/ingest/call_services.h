// The calls of the ingest port as gRPC knows them: over raw bytes, so that gRPC does not
// decode what CheckRequest decodes, and each as a stream of requests. gRPC gives a unary call to
// its service only when the message is there, so nothing could end one whose message never comes.
// On the wire a unary call is a stream with one message.
//
// Plain declarations for gRPC.
#ifndef GMEWATCH_DAEMON_INGEST_CALL_SERVICES_H_
#define GMEWATCH_DAEMON_INGEST_CALL_SERVICES_H_

#include <grpcpp/grpcpp.h>

#include "gmewatch/v1/error_reporting.grpc.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace gmewatch {

using RawReader = grpc::ServerAsyncReader<grpc::ByteBuffer, grpc::ByteBuffer>;
using RawStream = grpc::ServerAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>;

class ReportService final : public grpc::Service {
 public:
  ReportService() {
    using grpc::internal::RpcMethod;
    AddMethod(new grpc::internal::RpcServiceMethod(  // owned by grpc::Service
        "/gmewatch.v1.ErrorReporting/Report", RpcMethod::CLIENT_STREAMING, nullptr));
    AddMethod(new grpc::internal::RpcServiceMethod("/gmewatch.v1.ErrorReporting/ReportStream",
                                                   RpcMethod::BIDI_STREAMING, nullptr));
    MarkMethodAsync(0);
    MarkMethodAsync(1);
  }

  void RequestReport(grpc::ServerContext* call, RawReader* reader,
                     grpc::ServerCompletionQueue* queue, void* tag) {
    RequestAsyncClientStreaming(0, call, reader, queue, queue, tag);
  }
  void RequestReportStream(grpc::ServerContext* call, RawStream* stream,
                           grpc::ServerCompletionQueue* queue, void* tag) {
    RequestAsyncBidiStreaming(1, call, stream, queue, queue, tag);
  }
};

using HealthReader = grpc::ServerAsyncReader<grpc::health::v1::HealthCheckResponse,
                                             grpc::health::v1::HealthCheckRequest>;

class HealthService final : public grpc::Service {
 public:
  HealthService() {
    AddMethod(new grpc::internal::RpcServiceMethod(
        "/grpc.health.v1.Health/Check", grpc::internal::RpcMethod::CLIENT_STREAMING, nullptr));
    MarkMethodAsync(0);
  }

  void RequestCheck(grpc::ServerContext* call, HealthReader* reader,
                    grpc::ServerCompletionQueue* queue, void* tag) {
    RequestAsyncClientStreaming(0, call, reader, queue, queue, tag);
  }
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_CALL_SERVICES_H_
