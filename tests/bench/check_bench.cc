// What it costs to take a batch off the wire and check it, beside the generated parser, which
// checks nothing: `build/release/tests/bench/check_bench`. The argument is entries a batch.
#include <benchmark/benchmark.h>

#include <string>

#include "daemon/ingest/check_batch.h"
#include "gmewatch/v1/error_reporting.pb.h"
#include "tests/bench/batch_bytes.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

void CountItems(benchmark::State& state, const std::string& bytes) {
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes.size()));
  state.counters["entries"] = benchmark::Counter(
      static_cast<double>(state.iterations() * state.range(0)), benchmark::Counter::kIsRate);
}

std::string StreamMessage(size_t entries) { return SequencePart(123'456) + EntriesPart(entries); }

void CheckMessage(benchmark::State& state, const std::string& bytes) {
  CheckedRequest request;
  for (auto iteration : state) {
    CheckRequest(bytes, &request);
    benchmark::DoNotOptimize(request.batch.entries.data());
  }
  if (request.batch_violation.has_value() || request.malformed) state.SkipWithError("refused");
  CountItems(state, bytes);
}

void ParseMessage(benchmark::State& state, const std::string& bytes) {
  v1::ReportRequest request;
  bool ok = true;
  for (auto iteration : state) {
    ok = ok && request.ParseFromString(bytes);
    benchmark::DoNotOptimize(request);
  }
  if (!ok) state.SkipWithError("not parsed");
  CountItems(state, bytes);
}

// As in a stream: the session came before.
void Check(benchmark::State& state) {
  CheckMessage(state, StreamMessage(static_cast<size_t>(state.range(0))));
}
BENCHMARK(Check)->Arg(1)->Arg(100)->Arg(512);

void Protobuf(benchmark::State& state) {
  ParseMessage(state, StreamMessage(static_cast<size_t>(state.range(0))));
}
BENCHMARK(Protobuf)->Arg(1)->Arg(100)->Arg(512);

// As in Report: the session is in every message.
void CheckWithSession(benchmark::State& state) {
  CheckMessage(state, SessionPart(NewSessionId(), "shooter", "eu-west") +
                          StreamMessage(static_cast<size_t>(state.range(0))));
}
BENCHMARK(CheckWithSession)->Arg(1)->Arg(100)->Arg(512);

void ProtobufWithSession(benchmark::State& state) {
  ParseMessage(state, SessionPart(NewSessionId(), "shooter", "eu-west") +
                          StreamMessage(static_cast<size_t>(state.range(0))));
}
BENCHMARK(ProtobufWithSession)->Arg(1)->Arg(100)->Arg(512);

}  // namespace
}  // namespace gmewatch
