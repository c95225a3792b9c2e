#include "tests/bench/measured_server.h"

#include <unistd.h>

#include <csignal>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "daemon/expose/metric_names.h"

namespace gmewatch {
namespace {

// A load comes from few sessions. With quotas that nothing exceeds, their cost is part of the
// figures.
constexpr char kSettings[] =
    "quotas:\n"
    "  session_events_per_minute: 1000000000000\n"
    "  session_events_burst: 1000000000000\n"
    "  app_events_per_second: 1000000000000\n"
    "  app_sessions_per_second: 1000000000\n";

uint64_t NumberAfter(const std::string& text, const std::string& key) {
  uint64_t number = 0;
  return absl::SimpleAtoi(WordAfter(text, key), &number) ? number : 0;
}

std::string ProgramPath(const std::string& program) {
  if (program == "gmewatchd") return GmewatchdPath();
  if (program == "bare_sink") return BARE_SINK_PATH;
  return program;
}

}  // namespace

absl::StatusOr<std::unique_ptr<MeasuredServer>> MeasuredServer::Start(const std::string& command) {
  std::unique_ptr<MeasuredServer> self(new MeasuredServer());
  std::vector<std::string> words = absl::StrSplit(
      absl::StrReplaceAll(command, {{"{dir}", self->dir_.path()}}), ' ', absl::SkipWhitespace());
  if (words.empty()) return absl::InvalidArgumentError("a server needs a command");
  const std::string program = ProgramPath(words.front());
  if (words.front() == "gmewatchd" && command.find("--config") == std::string::npos) {
    words.push_back("--config=" + self->settings_.Write("settings.yaml", kSettings));
  }
  words.erase(words.begin());
  words.emplace_back("--ingest_address=127.0.0.1:0");
  if (program != BARE_SINK_PATH) words.emplace_back("--admin_address=127.0.0.1:0");
  if (program == GmewatchdPath()) words.emplace_back("--open");
  absl::StatusOr<std::unique_ptr<ChildProcess>> process =
      ChildProcess::Start(program, std::move(words));
  if (!process.ok()) return process.status();
  self->process_ = *std::move(process);
  if (!self->process_->AwaitOutput("ready ")) {
    return absl::UnavailableError(absl::StrCat(command, ": ", self->process_->error()));
  }
  const std::string ready = self->process_->output();
  self->address_ = WordAfter(ready, "ingest=");
  self->admin_address_ = WordAfter(ready, "admin=");
  return self;
}

double MeasuredServer::CpuSeconds() const {
  const std::string stat = ReadFile(absl::StrCat("/proc/", pid(), "/stat"));
  // The name is in parentheses and may have blanks; utime and stime are the 12th and 13th field
  // after it.
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return 0;
  const std::vector<std::string> fields = absl::StrSplit(stat.substr(name_end + 2), ' ');
  double user = 0;
  double system = 0;
  if (fields.size() < 13 || !absl::SimpleAtod(fields[11], &user) ||
      !absl::SimpleAtod(fields[12], &system)) {
    return 0;
  }
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

uint64_t MeasuredServer::ResidentBytes() const {
  const std::vector<std::string> fields =
      absl::StrSplit(ReadFile(absl::StrCat("/proc/", pid(), "/statm")), ' ');
  uint64_t pages = 0;
  if (fields.size() < 2 || !absl::SimpleAtoi(fields[1], &pages)) return 0;
  return pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

CountedTotals MeasuredServer::Totals() const {
  const Samples samples = Scrape();
  const auto written = samples.find(absl::StrCat(kFrontBatches.name, "{result=\"written\"}"));
  if (written != samples.end()) {
    return {static_cast<uint64_t>(written->second), 0, /*has_events=*/false};
  }
  const double batches = ValueOf(samples, absl::StrCat(kBatches.name, "{result=\"counted\"}"));
  const double events = SumOf(samples, kErrorEvents.name) + SumOf(samples, kSuccessEvents.name);
  return {static_cast<uint64_t>(batches), static_cast<uint64_t>(events)};
}

absl::StatusOr<CountedTotals> MeasuredServer::Stop() {
  process_->Signal(SIGTERM);
  const int status = process_->Wait(absl::Seconds(60));
  if (status != 0) {
    return absl::InternalError(absl::StrCat("exit status ", status, ": ", process_->error()));
  }
  const std::string output = process_->output();
  return CountedTotals{NumberAfter(output, "batches="), NumberAfter(output, "events=")};
}

}  // namespace gmewatch
