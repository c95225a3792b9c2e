// gmewatchd: flags, settings, run until a signal, exit status.
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/flags.h"
#include "daemon/base/http_session.h"
#include "daemon/base/version.h"
#include "daemon/ingest/ingest_server.h"
#include "daemon/log/sqlite_connection.h"
#include "daemon/run.h"

namespace gmewatch {
namespace {

struct DaemonFlags {
  DaemonOptions options;
  bool in_memory = false;
  bool check_config = false;
  bool check_state = false;
  bool version = false;
  bool help = false;
};

Flags MakeFlags(DaemonFlags* to) {
  to->options.ingest_address = "127.0.0.1:4747";
  to->options.admin_address = "127.0.0.1:9747";
  Flags flags;
  flags.Add("config", &to->options.config_file, "settings file (YAML); else all defaults");
  flags.Add("catalog", &to->options.catalog_file,
            "catalogue of error codes (YAML); else the built-in one");
  flags.Add("catalog_overlay", &to->options.catalog_overlays,
            "further codes (YAML): a file, or the built-in gme_sdk_2_9 (codes\nthat the document "
            "lacks) or gme_sdk_3 (what codes mean from SDK\n3.0 on); may be given several times");
  flags.Add("ingest_address", &to->options.ingest_address, "HOST:PORT for game clients (gRPC)");
  flags.Add(
      "connect_address", &to->options.connect_address,
      "HOST:PORT for game clients without gRPC (HTTP/1.1,\nConnect protocol); else no such port");
  flags.Add("admin_address", &to->options.admin_address,
            "HOST:PORT for operators and Prometheus (HTTP)");
  flags.Add(
      "admin_token_file", &to->options.admin_token_file,
      "file with a token that readers of the admin port must show for\nall but /healthz; read "
      "again on SIGHUP");
  flags.Add("state_dir", &to->options.state_dir,
            "where counts are kept; else $STATE_DIRECTORY,\n"
            "$XDG_STATE_HOME/gmewatch or $HOME/.local/state/gmewatch");
  flags.Add("in_memory", &to->in_memory, "keep no counts beyond the process");
  flags.Add(
      "open", &to->options.open,
      "allow settings that list no apps (open mode: anybody may\nreport for any app) in a "
      "file, or at an address that others reach,\nand an admin port that others reach without "
      "a token");
  flags.Add("check_config", &to->check_config, "check the settings and the catalogue, then exit");
  flags.Add("check_state", &to->check_state, "check the files of the state directory, then exit");
  flags.Add("version", &to->version,
            "print the versions of gmewatchd and its libraries, then exit");
  flags.Add("help", &to->help, "print this text, then exit");
  return flags;
}

void PrintHelp(const Flags& flags) {
  std::cout << "gmewatchd: counts GME error codes and shows them to Prometheus\n\n"
            << flags.Help()
            << "\nPort 0 takes a free port.\n"
               "Exit status: 0, 1 for a failure, 2 for wrong usage or settings.\n";
}

int Main(const std::vector<std::string>& arguments) {
  DaemonFlags values;
  Flags flags = MakeFlags(&values);
  std::vector<std::string> rest;
  absl::Status status = flags.Parse(arguments, &rest);
  if (status.ok() && !rest.empty()) {
    status = absl::InvalidArgumentError(
        absl::StrCat("\"", rest.front(), "\" is not a flag; every argument is --NAME=VALUE"));
  }
  if (!status.ok()) {
    std::cerr << "gmewatchd: " << status.message() << "\nSee gmewatchd --help.\n";
    return kExitUsage;
  }
  if (values.help) {
    PrintHelp(flags);
    return 0;
  }
  if (values.version) {
    std::cout << "gmewatchd " << Version() << "\nruns with gRPC/" << IngestServer::GrpcVersion()
              << " SQLite/" << SqliteVersion() << " " << HttpLibraries() << "\n";
    return 0;
  }
  DaemonOptions& options = values.options;
  if (values.check_config) return CheckFiles(options);
  if (values.in_memory && values.check_state) {
    std::cerr << "gmewatchd: --check_state needs a state directory; --in_memory has none\n";
    return kExitUsage;
  }
  if (values.in_memory) {
    options.state_dir.clear();
  } else {
    options.state_dir = StateDir(options.state_dir);
    if (options.state_dir.empty() && KeepsCounts(options)) {
      std::cerr << "gmewatchd: no folder for the counts; give --state_dir or --in_memory\n";
      return kExitUsage;
    }
  }
  if (values.check_state) return CheckStateFiles(options.state_dir);
  return RunUntilSignal(std::move(options));
}

}  // namespace
}  // namespace gmewatch

int main(int argc, char** argv) { return gmewatch::Main({argv + 1, argv + argc}); }
