#include "daemon/gmectl/command.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "daemon/base/version.h"
#include "daemon/gmectl/explain.h"
#include "daemon/gmectl/forget.h"
#include "daemon/gmectl/replay.h"
#include "daemon/gmectl/send.h"
#include "daemon/gmectl/shared_log.h"
#include "daemon/gmectl/state.h"
#include "daemon/gmectl/token.h"
#include "daemon/gmectl/views.h"

namespace gmewatch {
namespace {

struct Command {
  absl::string_view name;
  absl::string_view summary;
  int (*run)(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);
};

constexpr std::array kCommands = {
    Command{"spikes", "the active spikes with the documented fix", &RunSpikes},
    Command{"top", "the codes that were seen, most urgent first", &RunTop},
    Command{"explain", "the runbook of a code; needs no daemon", &RunExplain},
    Command{"send", "report events from the shell", &RunSend},
    Command{"state", "back up and restore the state of gmewatchd", &RunState},
    Command{"forget", "begin series again at zero, while gmewatchd does not run", &RunForget},
    Command{"log", "make and check the log that fronts and counters share", &RunLog},
    Command{"token", "sign a token for a player, to try token_keys out", &RunToken},
    Command{"replay", "run the detector over past counts from a file", &RunReplay},
};

void PrintUsage(std::ostream& to) {
  to << "Usage: gmectl COMMAND [--flag=value ...] [argument ...]\n\n";
  for (const Command& command : kCommands) {
    to << absl::StreamFormat("  %-10s %s\n", command.name, command.summary);
  }
  to << "  help       this text; gmectl COMMAND --help shows the flags of a command\n"
        "  --version  the version of gmewatch\n";
}

}  // namespace

int RunGmectl(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  if (arguments.empty()) {
    PrintUsage(err);
    return kExitUsage;
  }
  const std::string& name = arguments.front();
  if (name == "help" || name == "--help" || name == "-h") {
    PrintUsage(out);
    return kExitGood;
  }
  if (name == "--version") {
    out << "gmectl " << Version() << "\n";
    return kExitGood;
  }
  const auto* const command =
      std::find_if(kCommands.begin(), kCommands.end(),
                   [&](const Command& each) { return each.name == absl::string_view(name); });
  if (command != kCommands.end()) {
    return command->run({arguments.begin() + 1, arguments.end()}, out, err);
  }
  err << "gmectl: there is no command \"" << name << "\"\n\n";
  PrintUsage(err);
  return kExitUsage;
}

}  // namespace gmewatch
