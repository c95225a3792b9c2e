// The resident size of gmewatchd for a series, for a session, and for an idle connection with an
// open stream, the last beside the bare sink.
//
//   wire_memory [--app_regions=1024] [--sessions=1000000] [--streams=2000]
//
// Everything comes over the wire. Before each step the same load runs for a while without new
// series and sessions, so that the growth of buffers, which stay, is not part of what the step
// adds.
#include <sys/resource.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "daemon/catalog/catalog.h"
#include "daemon/expose/metric_names.h"
#include "gmewatch/v1/error_reporting.grpc.pb.h"
#include "tests/bench/batch_bytes.h"
#include "tests/bench/load.h"
#include "tests/bench/measured_server.h"
#include "tests/bench/sender.h"
#include "tests/support/wire_client.h"

ABSL_FLAG(uint64_t, app_regions, 1024, "(app, region) pairs, each with every catalogue code");
ABSL_FLAG(uint64_t, sessions, 1'000'000, "sessions with one batch each");
ABSL_FLAG(uint64_t, streams, 2000, "idle connections with an open stream");

namespace gmewatch {
namespace {

constexpr char kDaemon[] = "gmewatchd --in_memory";
constexpr char kSink[] = "bare_sink";

double KiB(uint64_t bytes) { return static_cast<double>(bytes) / 1024; }

void Print(const std::string& what, uint64_t before, uint64_t after, double added,
           const std::string& unit) {
  const double each = static_cast<double>(after - before) / added;
  std::cout << absl::StrFormat("%-44s%10.0f KiB -> %10.0f KiB%10.1f bytes a %s\n", what,
                               KiB(before), KiB(after), each, unit)
            << std::flush;
}

// Sends batches that have a session each.
absl::Status SendSessions(MeasuredServer* server, uint64_t batches, size_t entries, size_t places) {
  LoadOptions options;
  options.kind = CallKind::kUnary;
  options.senders = 512;
  options.connections = 8;
  options.duration = absl::ZeroDuration();
  options.batches = batches;
  options.entries = entries;
  options.places = places;
  options.session_per_batch = true;
  return RunLoad(server->address(), options).status;
}

// Lets buffers grow to their size; adds 512 sessions.
absl::Status WarmUp(MeasuredServer* server) {
  LoadOptions options;
  options.kind = CallKind::kUnary;
  options.senders = 512;
  options.connections = 8;
  options.entries = 100;
  options.places = 1;
  absl::Status status = RunLoad(server->address(), options).status;
  server->Scrape();
  return status;
}

absl::Status MeasureCounts() {
  absl::StatusOr<std::unique_ptr<MeasuredServer>> server = MeasuredServer::Start(kDaemon);
  if (!server.ok()) return server.status();
  absl::Status status = WarmUp(server->get());
  if (!status.ok()) return status;

  const auto series = [&] { return ValueOf((*server)->Scrape(), std::string(kSeries.name)); };
  const double series_before = series();
  uint64_t before = (*server)->ResidentBytes();
  const size_t codes = Catalog::Embedded().codes().size() + 1;  // and success
  const uint64_t places = absl::GetFlag(FLAGS_app_regions);
  status = SendSessions(server->get(), places, codes, places);
  if (!status.ok()) return status;
  uint64_t after = (*server)->ResidentBytes();
  // The warm-up has made the first place and its series.
  const double cells = static_cast<double>((places - 1) * (codes - 1));
  Print(absl::StrCat(places, " app-regions, all codes"), before, after, cells,
        "code of an app-region");
  Print(absl::StrCat("the same, ", series() - series_before, " series in a scrape"), before, after,
        series() - series_before, "series");

  before = (*server)->ResidentBytes();
  const uint64_t sessions = absl::GetFlag(FLAGS_sessions);
  status = SendSessions(server->get(), sessions, 1, places);
  if (!status.ok()) return status;
  after = (*server)->ResidentBytes();
  Print(absl::StrCat(sessions, " sessions"), before, after, static_cast<double>(sessions),
        "session");
  const double known = ValueOf((*server)->Scrape(), std::string(kKnownSessions.name));
  std::cout << absl::StrFormat("sessions known: %.0f\n", known);
  if (known < static_cast<double>(sessions)) return absl::DataLossError("sessions are missing");
  return (*server)->Stop().status();
}

// A stream with one acknowledged batch and no other.
class IdleStream {
 public:
  explicit IdleStream(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::ErrorReporting::NewStub(channel)), stream_(stub_->ReportStream(&context_)) {}
  IdleStream(const IdleStream&) = delete;
  IdleStream& operator=(const IdleStream&) = delete;
  ~IdleStream() { context_.TryCancel(); }

  bool Write() {
    return stream_->Write(MakeRequest(MakeSession("bench-0", "region-0"), 1, {{1005, 1}}));
  }
  bool AwaitAcknowledged() {
    v1::ReportResponse response;
    return stream_->Read(&response) && response.acknowledged_sequence() == 1;
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<v1::ErrorReporting::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ReportRequest, v1::ReportResponse>> stream_;
};

absl::Status MeasureStreams(const std::string& name, const std::string& command) {
  absl::StatusOr<std::unique_ptr<MeasuredServer>> server = MeasuredServer::Start(command);
  if (!server.ok()) return server.status();
  absl::Status status = WarmUp(server->get());
  if (!status.ok()) return status;
  // The first half uses free memory of the process; only the second makes it grow.
  const uint64_t count = absl::GetFlag(FLAGS_streams) / 2;
  std::vector<std::unique_ptr<IdleStream>> streams;
  uint64_t before = 0;
  for (int half = 0; half < 2; ++half) {
    before = (*server)->ResidentBytes();
    const size_t first = streams.size();
    for (const auto& channel : Connect((*server)->address(), static_cast<int>(count))) {
      streams.push_back(std::make_unique<IdleStream>(channel));
      if (!streams.back()->Write()) return absl::UnavailableError(name + ": a stream ended");
    }
    for (size_t i = first; i < streams.size(); ++i) {
      if (!streams[i]->AwaitAcknowledged()) {
        return absl::UnavailableError(name + ": a stream ended");
      }
    }
  }
  Print(absl::StrCat(count, " more streams of ", name), before, (*server)->ResidentBytes(),
        static_cast<double>(count), "stream and connection");
  return absl::OkStatus();
}

absl::Status Run() {
  // A connection needs a file descriptor, here and in the server.
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  absl::Status status = MeasureCounts();
  if (!status.ok()) return status;
  status = MeasureStreams("bare_sink", kSink);
  if (!status.ok()) return status;
  return MeasureStreams("gmewatchd", kDaemon);
}

}  // namespace
}  // namespace gmewatch

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const absl::Status status = gmewatch::Run();
  if (!status.ok()) std::cerr << "wire_memory: " << status.message() << "\n";
  return status.ok() ? 0 : 1;
}
