// Measures servers of gmewatchd's wire side by side: starts them, gives each the same load in turn,
// and prints their batches per CPU second and the ratio to the first server.
//
//   wire_load [flags] [NAME=COMMAND...]
//
// Without commands the servers are bare_sink, gmewatchd in memory and gmewatchd with SQLite (below
// TMPDIR, which should be on a disk). At the end it compares the acknowledged batches and events
// with the counted ones, or with the batches that a front has written, and fails if they differ.
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "tests/bench/load.h"
#include "tests/bench/measured_server.h"

ABSL_FLAG(std::vector<std::string>, calls, std::vector<std::string>({"stream", "unary"}),
          "kinds of calls: stream, unary");
ABSL_FLAG(std::vector<std::string>, entries, std::vector<std::string>({"1", "100", "512"}),
          "entries in a batch");
ABSL_FLAG(absl::Duration, duration, absl::Seconds(2), "length of one measurement");
ABSL_FLAG(uint64_t, batches, 0, "batches of one measurement, instead of a duration");
ABSL_FLAG(int, rounds, 5, "measurements of each server; the table has their medians");
ABSL_FLAG(int, senders, 0, "sessions at a time; 0: 8 streams, 512 unary");
ABSL_FLAG(
    size_t, places, 8,
    "(app, region) pairs of the sessions; if they outnumber the senders, each unary batch has "
    "a session of its own, so that all pairs count");
ABSL_FLAG(int, connections, 8, "connections that the senders share");
ABSL_FLAG(int, threads, 1, "threads of the load");
ABSL_FLAG(uint32_t, window, 0,
          "unacknowledged batches of a stream; 0: as many as gmewatchd takes without slowing it");

namespace gmewatch {
namespace {

// Half of gmewatchd's default limits.max_pending_bytes; above it gmewatchd slows clients.
constexpr size_t kUnacknowledgedBytes = size_t{6} << 20;
constexpr size_t kWindowMax = 4096;

struct Contender {
  std::string name;
  std::unique_ptr<MeasuredServer> server;
  CountedTotals acknowledged;
};

struct Case {
  CallKind kind;
  size_t entries;
};

// The figures of a contender in a case, one for each round.
struct Figures {
  std::vector<double> per_cpu_second;
  std::vector<double> ratio;  // to the first contender in the same round
  std::vector<double> per_second;
  std::vector<double> p50_ms;
  std::vector<double> p99_ms;
};

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

LoadOptions OptionsOf(const Case& c) {
  LoadOptions options;
  options.kind = c.kind;
  options.entries = c.entries;
  options.senders = absl::GetFlag(FLAGS_senders);
  if (options.senders == 0) options.senders = c.kind == CallKind::kStream ? 8 : 512;
  options.places = absl::GetFlag(FLAGS_places);
  options.session_per_batch =
      c.kind == CallKind::kUnary && options.places > static_cast<size_t>(options.senders);
  options.connections = absl::GetFlag(FLAGS_connections);
  options.threads = absl::GetFlag(FLAGS_threads);
  options.window = absl::GetFlag(FLAGS_window);
  if (options.window == 0) {
    const size_t batch_bytes = 64 + 8 * c.entries;
    options.window = static_cast<uint32_t>(std::min(
        kWindowMax, kUnacknowledgedBytes / batch_bytes / static_cast<size_t>(options.senders)));
  }
  options.batches = absl::GetFlag(FLAGS_batches);
  options.duration = options.batches > 0 ? absl::ZeroDuration() : absl::GetFlag(FLAGS_duration);
  return options;
}

absl::Status Measure(const Case& c, Contender* contender, double* first, Figures* figures) {
  const double cpu_before = contender->server->CpuSeconds();
  const LoadResult result = RunLoad(contender->server->address(), OptionsOf(c));
  if (!result.status.ok()) return result.status;
  const double cpu = contender->server->CpuSeconds() - cpu_before;
  contender->acknowledged.batches += result.batches;
  contender->acknowledged.events += result.events;
  const double per_cpu_second = static_cast<double>(result.batches) / std::max(cpu, 0.01);
  if (*first == 0) *first = per_cpu_second;
  figures->per_cpu_second.push_back(per_cpu_second);
  figures->ratio.push_back(per_cpu_second / *first);
  figures->per_second.push_back(static_cast<double>(result.batches) /
                                absl::ToDoubleSeconds(result.elapsed));
  figures->p50_ms.push_back(absl::ToDoubleMilliseconds(result.acknowledgement.Quantile(0.5)));
  figures->p99_ms.push_back(absl::ToDoubleMilliseconds(result.acknowledgement.Quantile(0.99)));
  return absl::OkStatus();
}

void Print(const Case& c, const std::vector<Contender>& contenders,
           const std::vector<Figures>& figures) {
  for (size_t i = 0; i < contenders.size(); ++i) {
    const Figures& f = figures[i];
    const double per_second = Median(f.per_second);
    std::cout << absl::StrFormat("%-8s%8d  %-12s%12.0f%8.2f%14.0f%14.0f%10.2f%10.2f\n",
                                 c.kind == CallKind::kStream ? "stream" : "unary", c.entries,
                                 contenders[i].name, Median(f.per_cpu_second), Median(f.ratio),
                                 per_second, per_second * static_cast<double>(c.entries),
                                 Median(f.p50_ms), Median(f.p99_ms))
              << std::flush;
  }
}

absl::Status RunCase(const Case& c, std::vector<Contender>* contenders) {
  std::vector<Figures> figures(contenders->size());
  for (int round = 0; round < absl::GetFlag(FLAGS_rounds); ++round) {
    double first = 0;
    for (size_t i = 0; i < contenders->size(); ++i) {
      absl::Status status = Measure(c, &(*contenders)[i], &first, &figures[i]);
      if (!status.ok()) {
        return absl::Status(status.code(),
                            absl::StrCat((*contenders)[i].name, ": ", status.message()));
      }
    }
  }
  Print(c, *contenders, figures);
  return absl::OkStatus();
}

// Checks that every acknowledged batch and event was counted, and no other.
absl::Status Verify(Contender* contender) {
  CountedTotals counted;
  const CountedTotals& wanted = contender->acknowledged;
  const auto equal = [&] {
    return counted.batches == wanted.batches &&
           (counted.events == wanted.events || !counted.has_events);
  };
  if (contender->server->has_metrics()) {
    AwaitTrue(
        [&] {
          counted = contender->server->Totals();
          return equal();
        },
        absl::Seconds(30), absl::Milliseconds(200));
  }
  absl::StatusOr<CountedTotals> stopped = contender->server->Stop();
  if (!stopped.ok()) return stopped.status();
  if (!contender->server->has_metrics()) counted = *stopped;
  std::cout << absl::StrFormat("%s: acknowledged %d batches with %d events, ", contender->name,
                               wanted.batches, wanted.events)
            << (counted.has_events
                    ? absl::StrFormat("counted %d with %d\n", counted.batches, counted.events)
                    : absl::StrFormat("wrote %d\n", counted.batches));
  return equal() ? absl::OkStatus() : absl::DataLossError(contender->name + ": counts differ");
}

absl::StatusOr<std::vector<Contender>> StartAll(const std::vector<std::string>& commands) {
  std::vector<Contender> contenders;
  for (const std::string& command : commands) {
    const std::pair<std::string, std::string> named =
        absl::StrSplit(command, absl::MaxSplits('=', 1));
    absl::StatusOr<std::unique_ptr<MeasuredServer>> server = MeasuredServer::Start(named.second);
    if (!server.ok()) return server.status();
    std::cerr << absl::StrCat(named.first, ": process ", (*server)->pid(), "\n");
    contenders.push_back({named.first, *std::move(server), {}});
  }
  return contenders;
}

absl::StatusOr<std::vector<Case>> Cases() {
  std::vector<Case> cases;
  for (const std::string& call : absl::GetFlag(FLAGS_calls)) {
    for (const std::string& number : absl::GetFlag(FLAGS_entries)) {
      size_t entries = 0;
      if ((call != "stream" && call != "unary") || !absl::SimpleAtoi(number, &entries)) {
        return absl::InvalidArgumentError(
            absl::StrCat(call, " ", number,
                         " is not a case; allowed: stream or unary, and a number of entries"));
      }
      cases.push_back({call == "stream" ? CallKind::kStream : CallKind::kUnary, entries});
    }
  }
  return cases;
}

absl::Status Run(std::vector<std::string> commands) {
  if (commands.empty()) {
    commands = {"bare_sink=bare_sink", "in_memory=gmewatchd --in_memory",
                "sqlite=gmewatchd --state_dir={dir}"};
  }
  const absl::StatusOr<std::vector<Case>> cases = Cases();
  if (!cases.ok()) return cases.status();
  absl::StatusOr<std::vector<Contender>> contenders = StartAll(commands);
  if (!contenders.ok()) return contenders.status();
  std::cout << absl::StrFormat("%-8s%8s  %-12s%12s%8s%14s%14s%10s%10s\n", "calls", "entries",
                               "server", "batches/CPUs", "ratio", "batches/s", "entries/s",
                               "p50 ms", "p99 ms");
  for (const Case& c : *cases) {
    absl::Status status = RunCase(c, &*contenders);
    if (!status.ok()) return status;
  }
  for (Contender& contender : *contenders) {
    absl::Status status = Verify(&contender);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace gmewatch

int main(int argc, char** argv) {
  const std::vector<char*> words = absl::ParseCommandLine(argc, argv);
  const absl::Status status = gmewatch::Run({words.begin() + 1, words.end()});
  if (!status.ok()) std::cerr << "wire_load: " << status.message() << "\n";
  return status.ok() ? 0 : 1;
}
