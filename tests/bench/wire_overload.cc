// More load than gmewatchd can take, beside the best that it does when its clients are paced.
//
//   wire_overload [--duration=3s] [--rounds=5] [--server=COMMAND]
//
// Each round has four parts, one after the other. First the best of each kind: paced streams alone,
// and Reports of large batches alone. Then all kinds paced: both, and light clients that send a
// batch with one entry now and then. Paced, a stream keeps a window that gmewatchd holds without
// slowing it. Then they overload: there are five times as many clients; streams send without a
// pause, half of the large Reports come back at once when they are rejected, the other half when
// RetryInfo allows. Meanwhile it asks for /metrics and /healthz. The table has the medians over the
// rounds; goodput is acknowledged batches.
//
// A batch in a Report costs a multiple of one in a stream, and an overload has more Reports, so
// batches a second alone do not say what is lost. `of the best` does: each kind's goodput divided
// by its best, added up; 1 if the machine does as much as it can of that mix of kinds.
//
// It fails if a stream is ended, a light client is rejected, or the counts differ from the
// acknowledgements at the end.
#include <algorithm>
#include <array>
#include <atomic>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "tests/bench/load.h"
#include "tests/bench/measured_server.h"
#include "tests/support/http_client.h"

ABSL_FLAG(absl::Duration, duration, absl::Seconds(3), "length of one part");
ABSL_FLAG(int, rounds, 5, "rounds");
ABSL_FLAG(int, streams, 8, "streams that are paced; five times as many overload");
ABSL_FLAG(int, reports, 64, "senders of large Reports that are paced; five times as many overload");
ABSL_FLAG(int, light, 20, "light clients, with 20 batches a second each");
ABSL_FLAG(size_t, entries, 512, "entries in a batch of a stream and of a large Report");
ABSL_FLAG(std::string, server, "gmewatchd --state_dir={dir}", "the server");

namespace gmewatch {
namespace {

// Half of limits.max_pending_bytes by default; above it gmewatchd slows streams.
constexpr size_t kPacedBytes = size_t{6} << 20;
constexpr uint32_t kNoWindow = 4096;  // far beyond what flow control lets through
constexpr int kTimesAsMany = 5;

enum class Load : uint8_t { kStreams, kReports, kPaced, kOverload };

struct Part {
  double goodput = 0;
  double by_stream = 0;  // of the goodput
  double of_best = 0;
  double per_cpu_second = 0;
  double light_p50_ms = 0;
  double light_p99_ms = 0;
  double metrics_ms = 0;  // the slowest
  double health_ms = 0;
  double rejections = 0;
};

constexpr std::array<std::pair<const char*, double Part::*>, 9> kColumns = {
    {{"batches/s", &Part::goodput},
     {"by stream", &Part::by_stream},
     {"of the best", &Part::of_best},
     {"batches/CPUs", &Part::per_cpu_second},
     {"light p50 ms", &Part::light_p50_ms},
     {"light p99 ms", &Part::light_p99_ms},
     {"/metrics ms", &Part::metrics_ms},
     {"/healthz ms", &Part::health_ms},
     {"rejections", &Part::rejections}}};

double Median(const std::vector<Part>& parts, double Part::*column) {
  std::vector<double> values;
  values.reserve(parts.size());
  for (const Part& part : parts) values.push_back(part.*column);
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

double FetchMs(MeasuredServer* server, const char* path) {
  const absl::Time begin = absl::Now();
  const bool ok = HttpFetch(server->admin_address(), path).ok();
  return ok ? absl::ToDoubleMilliseconds(absl::Now() - begin) : 10'000;
}

LoadOptions Options(CallKind kind, int senders) {
  LoadOptions options;
  options.kind = kind;
  options.senders = senders;
  options.entries = absl::GetFlag(FLAGS_entries);
  options.connections = 8;
  options.duration = absl::GetFlag(FLAGS_duration);
  return options;
}

std::vector<LoadOptions> Loads(Load load) {
  const bool overload = load == Load::kOverload;
  std::vector<LoadOptions> loads;
  if (load == Load::kPaced || overload) {
    LoadOptions light = Options(CallKind::kUnary, absl::GetFlag(FLAGS_light));
    light.entries = 1;
    light.pause = absl::Milliseconds(50);
    loads.push_back(light);
  }
  const int streams = absl::GetFlag(FLAGS_streams);
  if (streams > 0 && load != Load::kReports) {
    LoadOptions options = Options(CallKind::kStream, streams * (overload ? kTimesAsMany : 1));
    options.window = overload ? kNoWindow
                              : static_cast<uint32_t>(kPacedBytes / (64 + 8 * options.entries) /
                                                      static_cast<size_t>(streams));
    loads.push_back(options);
  }
  const int reports = absl::GetFlag(FLAGS_reports);
  if (reports > 0 && load != Load::kStreams) {
    // Alone they do the more the more of them there are.
    const int senders = load == Load::kPaced ? reports : reports * kTimesAsMany;
    LoadOptions options = Options(CallKind::kUnary, overload ? (senders + 1) / 2 : senders);
    options.on_rejection = OnRejection::kObey;
    loads.push_back(options);
    options.on_rejection = OnRejection::kReturnAtOnce;
    if (overload) loads.push_back(options);
  }
  return loads;
}

absl::StatusOr<Part> Measure(MeasuredServer* server, Load load, CountedTotals* acknowledged) {
  const std::vector<LoadOptions> loads = Loads(load);
  std::vector<LoadResult> results(loads.size());
  std::vector<std::thread> threads;
  threads.reserve(loads.size());
  const double cpu_before = server->CpuSeconds();
  for (size_t i = 0; i < loads.size(); ++i) {
    threads.emplace_back([&, i] { results[i] = RunLoad(server->address(), loads[i]); });
  }
  Part part;
  // Not without a pause, which would be a load of its own.
  const Deadline deadline(absl::GetFlag(FLAGS_duration), absl::Milliseconds(100));
  while (deadline.PauseUnlessPassed()) {
    part.metrics_ms = std::max(part.metrics_ms, FetchMs(server, "/metrics"));
    part.health_ms = std::max(part.health_ms, FetchMs(server, "/healthz"));
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < loads.size(); ++i) {
    const LoadResult& result = results[i];
    if (!result.status.ok()) return result.status;
    acknowledged->batches += result.batches;
    acknowledged->events += result.events;
    const double rate = static_cast<double>(result.batches) / absl::ToDoubleSeconds(result.elapsed);
    part.goodput += rate;
    if (loads[i].kind == CallKind::kStream) part.by_stream += rate;
    part.per_cpu_second += static_cast<double>(result.batches);
    part.rejections += static_cast<double>(result.rejections);
  }
  part.per_cpu_second /= std::max(0.01, server->CpuSeconds() - cpu_before);
  if (!results.empty()) {
    part.light_p50_ms = absl::ToDoubleMilliseconds(results[0].acknowledgement.Quantile(0.5));
    part.light_p99_ms = absl::ToDoubleMilliseconds(results[0].acknowledgement.Quantile(0.99));
  }
  return part;
}

void Print(const char* name, const std::vector<Part>& parts) {
  std::cout << absl::StrFormat("%-12s", name);
  for (const auto& [title, column] : kColumns) {
    std::cout << absl::StrFormat("%14.2f", Median(parts, column));
  }
  std::cout << "\n";
}

// Zero for a kind that has no clients.
double OfBest(double goodput, double best) { return best > 0 ? goodput / best : 0; }

absl::Status Run() {
  auto server = MeasuredServer::Start(absl::GetFlag(FLAGS_server));
  if (!server.ok()) return server.status();
  std::vector<Part> paced;
  std::vector<Part> overloaded;
  CountedTotals acknowledged;
  uint64_t resident = 0;
  std::vector<Part> ratios;
  for (int round = 0; round < absl::GetFlag(FLAGS_rounds); ++round) {
    std::array<Part, 4> parts;
    for (const Load load : {Load::kStreams, Load::kReports, Load::kPaced, Load::kOverload}) {
      absl::StatusOr<Part> part = Measure(server->get(), load, &acknowledged);
      if (!part.ok()) return part.status();
      parts[static_cast<size_t>(load)] = *part;
    }
    const auto& [streams, reports, pace, overload] = parts;
    for (Part& part : parts) {
      part.of_best = OfBest(part.by_stream, streams.by_stream) +
                     OfBest(part.goodput - part.by_stream, reports.goodput);
    }
    paced.push_back(pace);
    overloaded.push_back(overload);
    resident = std::max(resident, (*server)->ResidentBytes());
    Part ratio;
    for (const auto& [title, column] : kColumns) {
      ratio.*column = overload.*column / std::max(pace.*column, 1e-9);
    }
    ratio.of_best = overload.of_best;
    ratio.rejections = 0;
    ratios.push_back(ratio);
  }
  std::cout << absl::StrFormat("%-12s", "");
  for (const auto& [title, column] : kColumns) std::cout << absl::StrFormat("%14s", title);
  std::cout << "\n";
  Print("paced", paced);
  Print("overloaded", overloaded);
  Print("ratio", ratios);
  std::cout << absl::StrFormat("resident after an overload, most: %.1f MiB\n",
                               static_cast<double>(resident) / (1 << 20));
  CountedTotals counted;
  AwaitTrue(
      [&] {
        counted = (*server)->Totals();
        return counted.batches == acknowledged.batches && counted.events == acknowledged.events;
      },
      absl::Seconds(30), absl::Milliseconds(200));
  std::cout << absl::StrFormat("acknowledged %d batches with %d events, counted %d with %d\n",
                               acknowledged.batches, acknowledged.events, counted.batches,
                               counted.events);
  if (counted.batches != acknowledged.batches || counted.events != acknowledged.events) {
    return absl::DataLossError("counts differ");
  }
  return (*server)->Stop().status();
}

}  // namespace
}  // namespace gmewatch

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const absl::Status status = gmewatch::Run();
  if (!status.ok()) std::cerr << "wire_overload: " << status.message() << "\n";
  return status.ok() ? 0 : 1;
}
