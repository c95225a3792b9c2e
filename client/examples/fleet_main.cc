// gmewatch_fleet: a simulated fleet of game clients, to try gmewatch and to watch an outage in it.
// Exit status: 0 if all events were acknowledged, 1 if not, 2 for wrong usage.
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/examples/fleet.h"

ABSL_FLAG(std::string, address, "127.0.0.1:4747", "HOST:PORT of gmewatchd");
ABSL_FLAG(std::string, connect_url, "",
          "http://HOST:PORT of gmewatchd's --connect_address, or https://HOST:PORT of the proxy "
          "before it: --connect_share of the players report there, with the core in C");
ABSL_FLAG(double, connect_share, 0.5, "share of the players that use --connect_url, from 0 to 1");
ABSL_FLAG(int, clients, 200, "number of players, from 1 to 1000");
ABSL_FLAG(int, seconds, 0, "seconds to run; 0: until SIGINT or SIGTERM");
ABSL_FLAG(uint64_t, seed, 1, "the same seed gives the same fleet");
ABSL_FLAG(absl::Duration, day, absl::Hours(24), "length of a simulated day and night");
ABSL_FLAG(std::string, outage_region, "",
          "region whose voice service fails: eu, us, asia or sa; empty: none");
ABSL_FLAG(absl::Duration, outage_after, absl::Minutes(2), "time from the start to the outage");
ABSL_FLAG(absl::Duration, outage_for, absl::Minutes(5), "length of the outage");
ABSL_FLAG(absl::Duration, flush_interval, absl::Seconds(5), "time between two batches of a client");
ABSL_FLAG(absl::Duration, stop_timeout, absl::Seconds(10), "time to wait for the last answers");
ABSL_FLAG(std::string, key_file, "", "file with the apps' key, if gmewatchd requires one");
ABSL_FLAG(bool, tls, false, "use TLS for gRPC");
ABSL_FLAG(std::string, ca_file, "",
          "trusted authorities (PEM), also for an https --connect_url; empty: those of the system");
ABSL_FLAG(bool, json, false, "totals as JSON");

namespace gmewatch::examples {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(250);
constexpr absl::Duration kProgress = absl::Seconds(5);

bool ReadFile(const std::string& path, std::string* text) {
  std::ifstream file(path, std::ios::binary);
  text->assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  if (file.is_open() && !file.bad()) return true;
  std::fprintf(stderr, "gmewatch_fleet: cannot read %s\n", path.c_str());
  return false;
}

bool MakeReporterOptions(ReporterOptions* options) {
  options->address = absl::GetFlag(FLAGS_address);
  options->flush_interval = absl::ToChronoMilliseconds(absl::GetFlag(FLAGS_flush_interval));
  options->max_backoff = std::chrono::seconds(10);  // minutes are too long for a demonstration
  options->tls.enabled = absl::GetFlag(FLAGS_tls);
  const std::string key_file = absl::GetFlag(FLAGS_key_file);
  const std::string ca_file = absl::GetFlag(FLAGS_ca_file);
  if (!key_file.empty() && !ReadFile(key_file, &options->key)) return false;
  options->key = std::string(absl::StripSuffix(options->key, "\n"));
  return ca_file.empty() || ReadFile(ca_file, &options->tls.root_certificates);
}

// Says what is wrong with a flag.
bool CheckFlags() {
  const int clients = absl::GetFlag(FLAGS_clients);
  if (clients < 1 || clients > Fleet::kClientsMax) {
    absl::FPrintF(stderr, "gmewatch_fleet: --clients is %d; allowed: 1 to %d\n", clients,
                  Fleet::kClientsMax);
    return false;
  }
  if (absl::GetFlag(FLAGS_day) < absl::Seconds(1)) {
    absl::FPrintF(stderr, "gmewatch_fleet: --day is %s; allowed: 1s and more\n",
                  absl::FormatDuration(absl::GetFlag(FLAGS_day)));
    return false;
  }
  const double share = absl::GetFlag(FLAGS_connect_share);
  if (!(share >= 0 && share <= 1)) {
    absl::FPrintF(stderr, "gmewatch_fleet: --connect_share is %g; allowed: 0 to 1\n", share);
    return false;
  }
  return true;
}

bool MakeOptions(FleetOptions* options) {
  if (!CheckFlags() || !MakeReporterOptions(&options->reporter)) return false;
  options->clients = absl::GetFlag(FLAGS_clients);
  options->connect_url = absl::GetFlag(FLAGS_connect_url);
  options->connect_share = options->connect_url.empty() ? 0 : absl::GetFlag(FLAGS_connect_share);
  options->ca_file = absl::GetFlag(FLAGS_ca_file);
  return true;
}

// Waits for the next tick; returns whether a signal came meanwhile.
bool SignalledWithin(const sigset_t& signals, absl::Duration wait) {
  const timespec timeout = absl::ToTimespec(std::max(wait, absl::ZeroDuration()));
  return sigtimedwait(&signals, nullptr, &timeout) > 0;
}

void PrintProgress(const Fleet& fleet, absl::Duration at) {
  const FleetTotals total = fleet.Total();
  absl::FPrintF(stderr, "%s reported %d acknowledged %d pending %d failed batches %d%s\n",
                absl::FormatDuration(absl::Trunc(at, absl::Seconds(1))), total.reported,
                total.acknowledged, total.pending, total.failed_batches,
                total.last_error.empty() ? "" : absl::StrCat(": ", total.last_error));
}

void Run(const sigset_t& signals, Fleet* fleet) {
  const absl::Duration length = absl::GetFlag(FLAGS_seconds) > 0
                                    ? absl::Seconds(absl::GetFlag(FLAGS_seconds))
                                    : absl::InfiniteDuration();
  const absl::Time start = absl::Now();
  absl::Duration printed;
  for (absl::Duration at; at < length; at += kTick) {
    fleet->Report(at, kTick);
    if (at - printed >= kProgress) {
      printed = at;
      PrintProgress(*fleet, at);
    }
    if (SignalledWithin(signals, start + at + kTick - absl::Now())) return;
  }
}

int Main() {
  FleetOptions options;
  if (!MakeOptions(&options)) return 2;
  // Before any thread starts, so that all threads block them and sigtimedwait gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  FleetTraffic traffic(absl::GetFlag(FLAGS_seed), absl::GetFlag(FLAGS_day),
                       {absl::GetFlag(FLAGS_outage_region), absl::GetFlag(FLAGS_outage_after),
                        absl::GetFlag(FLAGS_outage_for)});
  Fleet fleet(options, &traffic);
  if (!fleet.error().empty()) {
    std::fprintf(stderr, "gmewatch_fleet: %s\n", fleet.error().c_str());
    return 2;
  }
  Run(signals, &fleet);
  fleet.Stop(absl::GetFlag(FLAGS_stop_timeout));
  const FleetTotals total = fleet.Total();
  const std::string text = absl::GetFlag(FLAGS_json) ? FormatJson(fleet) : FormatTable(fleet);
  std::fputs(text.c_str(), stdout);
  return total.acknowledged == total.reported ? 0 : 1;
}

}  // namespace
}  // namespace gmewatch::examples

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "A simulated fleet of game clients.\n"
      "  gmewatch_fleet --clients=200 --outage_region=eu --outage_after=2m --outage_for=5m");
  // Without it --help finds the flags of a file that is named like the program.
  absl::FlagsUsageConfig usage;
  usage.contains_help_flags = [](absl::string_view file) {
    return absl::EndsWith(file, "fleet_main.cc");
  };
  usage.contains_helpshort_flags = usage.contains_help_flags;
  absl::SetFlagsUsageConfig(usage);
  const std::vector<char*> rest = absl::ParseCommandLine(argc, argv);
  if (rest.size() > 1) {
    std::fprintf(stderr, "gmewatch_fleet: \"%s\" is not a flag; see --help\n", rest[1]);
    return 2;
  }
  return gmewatch::examples::Main();
}
