// The cost of decoding and checking a batch, beside the generated parser with a message that is
// reused and with one on an arena; there the counts are checked and nothing else. The argument is
// the number of entries.
//
//   build/release/tests/bench/check_bench
#include <benchmark/benchmark.h>
#include <google/protobuf/arena.h>

#include <string>
#include <vector>

#include "daemon/ingest/check_batch.h"
#include "daemon/model/limits.h"
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
  if (request.batch_violation.has_value() || request.malformed) state.SkipWithError("rejected");
  CountItems(state, bytes);
}

// The least that a batch needs of a parsed message: its entries, with the counts checked.
void TakeEntries(const v1::ReportRequest& request, CheckedRequest* checked) {
  checked->batch.entries.resize(static_cast<size_t>(request.codes_size()));
  for (int i = 0; i < request.codes_size(); ++i) {
    const uint32_t count = request.counts(i);
    if (count == 0 || count > kCountMax) checked->malformed = true;
    checked->events += count;
    checked->batch.entries[static_cast<size_t>(i)] = {request.codes(i), count};
  }
  benchmark::DoNotOptimize(checked->batch.entries.data());
}

void ParseMessage(benchmark::State& state, const std::string& bytes) {
  v1::ReportRequest request;
  CheckedRequest checked;
  bool ok = true;
  for (auto iteration : state) {
    ok = ok && request.ParseFromString(bytes);
    TakeEntries(request, &checked);
  }
  if (!ok || checked.malformed) state.SkipWithError("not parsed");
  CountItems(state, bytes);
}

void ParseMessageOnArena(benchmark::State& state, const std::string& bytes) {
  std::vector<char> block(32 << 10);
  google::protobuf::ArenaOptions options;
  options.initial_block = block.data();
  options.initial_block_size = block.size();
  google::protobuf::Arena arena(options);
  CheckedRequest checked;
  bool ok = true;
  for (auto iteration : state) {
    arena.Reset();
    auto* request = google::protobuf::Arena::CreateMessage<v1::ReportRequest>(&arena);
    ok = ok && request->ParseFromString(bytes);
    TakeEntries(*request, &checked);
  }
  if (!ok || checked.malformed) state.SkipWithError("not parsed");
  CountItems(state, bytes);
}

// A message of a stream, whose session came before.
void Check(benchmark::State& state) {
  CheckMessage(state, StreamMessage(static_cast<size_t>(state.range(0))));
}
BENCHMARK(Check)->Arg(1)->Arg(100)->Arg(512);

void Protobuf(benchmark::State& state) {
  ParseMessage(state, StreamMessage(static_cast<size_t>(state.range(0))));
}
BENCHMARK(Protobuf)->Arg(1)->Arg(100)->Arg(512);

void ProtobufOnArena(benchmark::State& state) {
  ParseMessageOnArena(state, StreamMessage(static_cast<size_t>(state.range(0))));
}
BENCHMARK(ProtobufOnArena)->Arg(1)->Arg(100)->Arg(512);

// A message of Report, which has the session too.
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

void ProtobufOnArenaWithSession(benchmark::State& state) {
  ParseMessageOnArena(state, SessionPart(NewSessionId(), "shooter", "eu-west") +
                                 StreamMessage(static_cast<size_t>(state.range(0))));
}
BENCHMARK(ProtobufOnArenaWithSession)->Arg(1)->Arg(100)->Arg(512);

}  // namespace
}  // namespace gmewatch
