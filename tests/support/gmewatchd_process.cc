#include "tests/support/gmewatchd_process.h"

#include <csignal>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/support/http_client.h"

namespace gmewatch {
namespace {

// The pause between two scrapes, which are work for the daemon.
constexpr absl::Duration kScrapePause = absl::Milliseconds(200);

bool HasFlag(const std::vector<std::string>& arguments, absl::string_view flag) {
  for (const std::string& argument : arguments) {
    if (absl::StartsWith(argument, flag)) return true;
  }
  return false;
}

}  // namespace

std::string WordAfter(const std::string& line, absl::string_view key) {
  const size_t at = line.find(std::string(key));
  if (at == std::string::npos) return "";
  const size_t begin = at + key.size();
  return line.substr(begin, line.find_first_of(" \n", begin) - begin);
}

std::string CodeSeries(absl::string_view family, absl::string_view code, absl::string_view category,
                       absl::string_view region, absl::string_view app) {
  return absl::StrCat(family, "{code=\"", code, "\",category=\"", category, "\",region=\"", region,
                      "\",app=\"", app, "\"}");
}

std::string PlaceSeries(absl::string_view family, absl::string_view region, absl::string_view app) {
  return absl::StrCat(family, "{region=\"", region, "\",app=\"", app, "\"}");
}

double ValueOf(const Samples& samples, const std::string& series) {
  const auto found = samples.find(series);
  return found == samples.end() ? -1 : found->second;
}

double SumOf(const Samples& samples, absl::string_view family) {
  double sum = 0;
  for (const auto& [series, value] : samples) {
    if (absl::StartsWith(series, absl::StrCat(family, "{"))) sum += value;
  }
  return sum;
}

absl::StatusOr<std::unique_ptr<GmewatchdProcess>> GmewatchdProcess::Start(
    std::vector<std::string> arguments, const std::string& program, const ChildOptions& options) {
  if (!HasFlag(arguments, "--ingest_address"))
    arguments.emplace_back("--ingest_address=127.0.0.1:0");
  if (!HasFlag(arguments, "--admin_address")) arguments.emplace_back("--admin_address=127.0.0.1:0");
  if (!HasFlag(arguments, "--open")) arguments.emplace_back("--open");
  absl::StatusOr<std::unique_ptr<ChildProcess>> process = ChildProcess::Start(
      program.empty() ? GmewatchdPath() : program, std::move(arguments), options);
  if (!process.ok()) return process.status();
  std::unique_ptr<GmewatchdProcess> self(new GmewatchdProcess(*std::move(process)));
  if (!self->process_->AwaitOutput("ready ", absl::Seconds(60))) {
    return absl::UnavailableError(
        absl::StrCat("gmewatchd is not ready: ", self->process_->error()));
  }
  const std::string line = self->process_->output();
  self->ingest_address_ = WordAfter(line, "ingest=");
  self->admin_address_ = WordAfter(line, "admin=");
  self->connect_address_ = WordAfter(line, "connect=");
  return self;
}

Samples ScrapeMetrics(const std::string& admin_address) {
  Samples samples;
  const absl::StatusOr<HttpReply> reply = HttpFetch(admin_address, "/metrics");
  if (!reply.ok() || reply->status != 200) return samples;
  for (const absl::string_view line : absl::StrSplit(reply->body, '\n')) {
    if (line.empty() || line.front() == '#') continue;
    const size_t space = line.rfind(' ');
    double value = 0;
    if (space == absl::string_view::npos || !absl::SimpleAtod(line.substr(space + 1), &value)) {
      continue;
    }
    samples[std::string(line.substr(0, space))] = value;
  }
  return samples;
}

double GmewatchdProcess::AwaitValue(const std::string& series, double value,
                                    absl::Duration timeout) const {
  double last = -1;
  AwaitTrue(
      [&] {
        last = ValueOf(Scrape(), series);
        return last >= value;
      },
      timeout, kScrapePause);
  return last;
}

bool GmewatchdProcess::Reload(const std::string& result) const {
  const std::string series = "gmewatch_config_reloads_total{result=\"" + result + "\"}";
  const double before = ValueOf(Scrape(), series);
  process_->Signal(SIGHUP);
  return AwaitValue(series, before + 1) == before + 1;
}

int GmewatchdProcess::Terminate() {
  process_->Signal(SIGTERM);
  return process_->Wait();
}

std::string GmewatchdPath() { return GMEWATCHD_PATH; }

std::string GmectlPath() { return GMECTL_PATH; }

}  // namespace gmewatch
