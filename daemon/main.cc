// gmewatchd: flags, settings, run until a signal, exit status.
#include <iostream>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/version.h"
#include "daemon/run.h"

ABSL_FLAG(std::string, config, "",
          "settings file (YAML); without it every setting has its default");
ABSL_FLAG(std::string, ingest_address, "127.0.0.1:4747",
          "HOST:PORT for game clients (gRPC); port 0 takes a free one");
ABSL_FLAG(std::string, admin_address, "127.0.0.1:9747",
          "HOST:PORT for operators and Prometheus (HTTP); port 0 takes a free one");
ABSL_FLAG(std::string, state_dir, "",
          "where counts are kept; default: $STATE_DIRECTORY, else $XDG_STATE_HOME/gmewatch, else "
          "$HOME/.local/state/gmewatch");
ABSL_FLAG(bool, in_memory, false, "keep nothing: counts end with the process");
ABSL_FLAG(std::string, catalog, "", "catalogue of error codes (YAML) in place of the built-in one");
ABSL_FLAG(bool, check_config, false, "check the settings and the catalogue, then exit");

int main(int argc, char** argv) {
  absl::FlagsUsageConfig usage;
  usage.version_string = [] { return absl::StrCat("gmewatchd ", gmewatch::Version(), "\n"); };
  absl::SetFlagsUsageConfig(usage);
  if (gmewatch::AsksForHelp(argc, argv)) {
    gmewatch::PrintHelp(std::cout);
    return 0;
  }
  if (!gmewatch::CheckFlags(argc, argv)) return gmewatch::kExitUsage;
  absl::ParseCommandLine(argc, argv);
  gmewatch::DaemonOptions options;
  options.config_file = absl::GetFlag(FLAGS_config);
  options.catalog_file = absl::GetFlag(FLAGS_catalog);
  options.ingest_address = absl::GetFlag(FLAGS_ingest_address);
  options.admin_address = absl::GetFlag(FLAGS_admin_address);
  if (absl::GetFlag(FLAGS_check_config)) return gmewatch::CheckFiles(options);
  if (!absl::GetFlag(FLAGS_in_memory)) {
    options.state_dir = gmewatch::StateDir(absl::GetFlag(FLAGS_state_dir));
    if (options.state_dir.empty()) {
      std::cerr << "gmewatchd: no place for the counts: give --state_dir or --in_memory\n";
      return gmewatch::kExitUsage;
    }
  }
  return gmewatch::RunUntilSignal(std::move(options));
}
