#include "daemon/gmectl/views.h"

#include <cmath>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "daemon/base/flags.h"
#include "daemon/gmectl/admin_client.h"
#include "daemon/gmectl/command.h"
#include "daemon/gmectl/end_request.h"
#include "daemon/gmectl/read_answer.h"
#include "daemon/gmectl/screen.h"
#include "daemon/gmectl/spikes_report.h"
#include "daemon/gmectl/terminal.h"
#include "daemon/gmectl/top_report.h"

namespace gmewatch {
namespace {

constexpr double kWatchSecondsMin = 0.2;
constexpr double kWatchSecondsMax = 3600;
constexpr double kLimitMax = 1000;

// A page is drawn over the one before it: from the top left corner, clearing the rest of each line
// as it is written, which does not flicker.
constexpr absl::string_view kClearAll = "\x1b[H\x1b[2J";
constexpr absl::string_view kHome = "\x1b[H";
constexpr absl::string_view kClearLine = "\x1b[K\n";
constexpr absl::string_view kClearBelow = "\x1b[J";

// One of the two commands.
struct View {
  absl::string_view name;
  absl::string_view summary;      // for --help
  absl::string_view exit_status;  // for --help
  absl::string_view path;         // on the admin port
  absl::string_view limit_help;
  double limit;  // the default of --limit
  // Reads the daemon's JSON and draws it. Returns the exit status; an error if the JSON is not an
  // answer of gmewatchd.
  absl::StatusOr<int> (*draw)(absl::string_view json, int limit, Screen* screen);
};

struct ViewFlags {
  AdminAddress admin;
  bool json = false;
  NumberSwitch watch{false, 2};
  double limit = 0;
  bool help = false;
};

Flags MakeFlags(const View& view, ViewFlags* to) {
  to->limit = view.limit;
  Flags flags;
  flags.Add("admin_address", &to->admin.base, "HOST:PORT or URL of gmewatchd's admin port");
  flags.Add("ca_file", &to->admin.ca_file,
            "file of authorities to trust for https (PEM); default: the system's");
  flags.Add("admin_token_file", &to->admin.token_file,
            "file with the token that gmewatchd's admin port asks for");
  flags.Add("limit", &to->limit, view.limit_help);
  flags.Add("watch", &to->watch, "refresh until Ctrl-C, every SECONDS with --watch=SECONDS");
  flags.Add("json", &to->json, "print the daemon's JSON unchanged");
  flags.Add("help", &to->help, "print this text");
  return flags;
}

absl::Status Check(const ViewFlags& flags, const std::vector<std::string>& rest) {
  if (!rest.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("unexpected argument \"", rest[0], "\"; allowed: flags only"));
  }
  if (!(flags.watch.number >= kWatchSecondsMin && flags.watch.number <= kWatchSecondsMax)) {
    return absl::InvalidArgumentError(absl::StrCat("--watch is ", flags.watch.number,
                                                   "; allowed: ", kWatchSecondsMin, " to ",
                                                   kWatchSecondsMax, " seconds"));
  }
  if (!(flags.limit >= 1 && flags.limit <= kLimitMax) || std::floor(flags.limit) != flags.limit) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--limit is ", flags.limit, "; allowed: a whole number from 1 to ", kLimitMax));
  }
  return CheckAdminAddress(flags.admin);
}

// Asks the daemon and shows its answer, once or until Ctrl-C.
class Viewer {
 public:
  Viewer(const View& view, const ViewFlags& flags, std::ostream& out, std::ostream& err)
      : view_(view), flags_(flags), terminal_(TerminalOf(out)), out_(out), err_(err) {}

  int ShowOnce();
  int Watch();

 private:
  // Asks the daemon; returns the page to show and sets status_.
  absl::StatusOr<std::string> Fetch(const std::function<bool()>& gives_up);
  void Show(const std::string& page);
  void ShowFailure(const absl::Status& why);
  void PrintError(const absl::Status& why) {
    err_ << "gmectl " << view_.name << ": " << why.message() << "\n";
  }

  const View& view_;
  const ViewFlags& flags_;
  const Terminal terminal_;
  std::ostream& out_;
  std::ostream& err_;
  int status_ = kExitUnreachable;
  std::string page_;         // of the last answer that was good
  bool has_failed_ = false;  // the last answer
};

absl::StatusOr<std::string> Viewer::Fetch(const std::function<bool()>& gives_up) {
  status_ = kExitUnreachable;
  absl::StatusOr<std::string> json = AdminGet(flags_.admin, view_.path, gives_up);
  if (!json.ok()) return json.status();
  Screen screen(terminal_.has_color);
  const absl::StatusOr<int> drawn = view_.draw(*json, static_cast<int>(flags_.limit), &screen);
  if (!drawn.ok()) {
    return absl::UnavailableError(absl::StrCat(
        flags_.admin.base, view_.path, ": not an answer of gmewatchd: ", drawn.status().message()));
  }
  status_ = *drawn;
  return flags_.json ? *std::move(json) + "\n" : screen.text();
}

int Viewer::ShowOnce() {
  const absl::StatusOr<std::string> page = Fetch([] { return false; });
  if (page.ok()) {
    out_ << *page;
  } else {
    PrintError(page.status());
  }
  return status_;
}

void Viewer::Show(const std::string& page) {
  if (terminal_.is_terminal && !flags_.json) {
    out_ << kHome << absl::StrReplaceAll(page, {{"\n", kClearLine}}) << kClearBelow;
  } else {
    out_ << page << (flags_.json ? "" : "\n");
  }
  out_.flush();
}

// On a terminal the last good page stays below the error; elsewhere the error is printed once.
void Viewer::ShowFailure(const absl::Status& why) {
  if (!terminal_.is_terminal || flags_.json) {
    if (!has_failed_) PrintError(why);
    return;
  }
  Screen screen(terminal_.has_color);
  screen.Paragraph(absl::StrCat("No answer; trying again every ", flags_.watch.number, " s. ",
                                std::string(why.message())),
                   0, "", Ink::kAlarm);
  if (!page_.empty()) {
    screen.Blank();
    screen.Paragraph("The last answer:", 0, "", Ink::kStrong);
  }
  Show(screen.text() + page_);
}

int Viewer::Watch() {
  EndRequest end;
  if (terminal_.is_terminal && !flags_.json) out_ << kClearAll;
  int last_status = kExitUnreachable;
  do {
    const absl::StatusOr<std::string> page = Fetch([&end] { return end.IsRequested(); });
    // Ctrl-C cut the request short: it says nothing about the daemon.
    if (absl::IsCancelled(page.status())) break;
    last_status = status_;
    if (page.ok()) {
      page_ = *page;
      Show(page_);
    } else {
      ShowFailure(page.status());
    }
    has_failed_ = !page.ok();
  } while (out_.good() && !end.Await(absl::Seconds(flags_.watch.number)));
  return last_status;
}

absl::StatusOr<int> DrawTop(absl::string_view json, int limit, Screen* screen) {
  v1::TopResponse top;
  const absl::Status read = ReadAnswer(json, &top);
  if (!read.ok()) return read;
  AddTop(top, limit, screen);
  return kExitGood;
}

absl::StatusOr<int> DrawSpikes(absl::string_view json, int limit, Screen* screen) {
  v1::SpikesResponse spikes;
  const absl::Status read = ReadAnswer(json, &spikes);
  if (!read.ok()) return read;
  AddSpikes(spikes, limit, screen);
  return HasTrouble(spikes) ? kExitBad : kExitGood;
}

constexpr View kTop = {
    "top",
    "Shows the codes that were seen, most urgent first: the rate now and the expected one,\n"
    "and the events of the last hour and day, over all apps and regions.",
    "0 answered",
    "/api/v1/top",
    "how many codes to show",
    20,
    &DrawTop};

constexpr View kSpikes = {
    "spikes",
    "Shows the active spikes: for each incident the documented fix, where, since when, and\n"
    "which codes, with the rate now and the expected one.",
    "0 calm, 1 a spike is active or reports have stopped (retry loops do not count)",
    "/api/v1/spikes",
    "how many incidents to show",
    10,
    &DrawSpikes};

int RunView(const View& view, const std::vector<std::string>& arguments, std::ostream& out,
            std::ostream& err) {
  ViewFlags flags;
  Flags parser = MakeFlags(view, &flags);
  std::vector<std::string> rest;
  absl::Status status = parser.Parse(arguments, &rest);
  if (status.ok() && flags.help) {
    out << "Usage: gmectl " << view.name << " [--flag=value ...]\n"
        << view.summary << "\n\n"
        << parser.Help() << "\nExit status: " << view.exit_status
        << ", 2 wrong usage, 3 unreachable.\nWith --watch it is that of the last answer.\n";
    return kExitGood;
  }
  if (status.ok()) status = Check(flags, rest);
  if (!status.ok()) {
    err << "gmectl " << view.name << ": " << status.message() << "\nSee gmectl " << view.name
        << " --help.\n";
    return kExitUsage;
  }
  Viewer viewer(view, flags, out, err);
  return flags.watch.is_on ? viewer.Watch() : viewer.ShowOnce();
}

}  // namespace

int RunTop(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  return RunView(kTop, arguments, out, err);
}

int RunSpikes(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  return RunView(kSpikes, arguments, out, err);
}

}  // namespace gmewatch
