#include "daemon/gmectl/view.h"

#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "daemon/base/flags.h"
#include "daemon/gmectl/admin_client.h"
#include "daemon/gmectl/command.h"
#include "daemon/gmectl/terminal.h"

namespace gmewatch {
namespace {

constexpr double kWatchSecondsMin = 0.2;
constexpr double kWatchSecondsMax = 3600;
constexpr double kLimitMax = 1000;

// From the corner on, and each line's rest is cleared as it is written: without a flicker.
constexpr absl::string_view kClearAll = "\x1b[H\x1b[2J";
constexpr absl::string_view kHome = "\x1b[H";
constexpr absl::string_view kClearLine = "\x1b[K\n";
constexpr absl::string_view kClearBelow = "\x1b[J";

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
            "authorities to trust for https (PEM); else the system's");
  flags.Add("limit", &to->limit, view.limits);
  flags.Add("watch", &to->watch, "again and again, until Ctrl-C; --watch=SECONDS apart");
  flags.Add("json", &to->json, "what the daemon answers, as it is");
  flags.Add("help", &to->help, "this text");
  return flags;
}

absl::Status Check(const ViewFlags& flags, const std::vector<std::string>& rest) {
  if (!rest.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("\"", rest[0], "\" is too much"));
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

// Asks and draws, once or until Ctrl-C.
class Viewer {
 public:
  Viewer(const View& view, const ViewFlags& flags, std::ostream& out, std::ostream& err)
      : view_(view), flags_(flags), terminal_(TerminalOf(out)), out_(out), err_(err) {}

  int ShowOnce();
  int Watch();

 private:
  // What is to be shown; sets status_.
  absl::StatusOr<std::string> Look(const std::function<bool()>& gives_up);
  void Show(const std::string& page);
  void ShowAway(const absl::Status& why);
  void Say(const absl::Status& why) {
    err_ << "gmectl " << view_.name << ": " << why.message() << "\n";
  }

  const View& view_;
  const ViewFlags& flags_;
  const Terminal terminal_;
  std::ostream& out_;
  std::ostream& err_;
  int status_ = kExitUnreachable;
  std::string page_;  // the last good one
  bool is_away_ = false;
};

absl::StatusOr<std::string> Viewer::Look(const std::function<bool()>& gives_up) {
  status_ = kExitUnreachable;
  absl::StatusOr<std::string> json = AdminGet(flags_.admin, view_.path, gives_up);
  if (!json.ok()) return json.status();
  Screen screen(terminal_.has_color);
  const absl::StatusOr<int> drawn = view_.draw(*json, static_cast<int>(flags_.limit), &screen);
  if (!drawn.ok()) {
    return absl::UnavailableError(
        absl::StrCat(flags_.admin.base, view_.path,
                     " does not answer as gmewatchd does: ", drawn.status().message()));
  }
  status_ = *drawn;
  return flags_.json ? *std::move(json) + "\n" : screen.text();
}

int Viewer::ShowOnce() {
  const absl::StatusOr<std::string> page = Look([] { return false; });
  if (page.ok()) {
    out_ << *page;
  } else {
    Say(page.status());
  }
  return status_;
}

void Viewer::Show(const std::string& page) {
  if (terminal_.is_one && !flags_.json) {
    out_ << kHome << absl::StrReplaceAll(page, {{"\n", kClearLine}}) << kClearBelow;
  } else {
    out_ << page << (flags_.json ? "" : "\n");
  }
  out_.flush();
}

// On a terminal the last good page stays below the words; elsewhere they are said once.
void Viewer::ShowAway(const absl::Status& why) {
  if (!terminal_.is_one || flags_.json) {
    if (!is_away_) Say(why);
    return;
  }
  Screen screen(terminal_.has_color);
  screen.Paragraph(absl::StrCat("No answer; trying again every ", flags_.watch.number, " s. ",
                                std::string(why.message())),
                   0, "", Ink::kAlarm);
  if (!page_.empty()) {
    screen.Blank();
    screen.Paragraph("What it said last:", 0, "", Ink::kStrong);
  }
  Show(screen.text() + page_);
}

int Viewer::Watch() {
  EndRequest end;
  if (terminal_.is_one && !flags_.json) out_ << kClearAll;
  int last_status = kExitUnreachable;
  do {
    const absl::StatusOr<std::string> page = Look([&end] { return end.IsMade(); });
    // An answer that was not waited for says nothing.
    if (absl::IsCancelled(page.status())) break;
    last_status = status_;
    if (page.ok()) {
      page_ = *page;
      Show(page_);
    } else {
      ShowAway(page.status());
    }
    is_away_ = !page.ok();
  } while (out_.good() && !end.Await(absl::Seconds(flags_.watch.number)));
  return last_status;
}

}  // namespace

int RunView(const View& view, const std::vector<std::string>& arguments, std::ostream& out,
            std::ostream& err) {
  ViewFlags flags;
  Flags parser = MakeFlags(view, &flags);
  std::vector<std::string> rest;
  absl::Status status = parser.Parse(arguments, &rest);
  if (status.ok() && flags.help) {
    out << "Usage: gmectl " << view.name << " [--flag=value ...]\n"
        << view.summary << "\n\n"
        << parser.Help() << "\nExit status: " << view.statuses
        << ", 2 wrong usage, 3 unreachable. With --watch it is that of the last look.\n";
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

}  // namespace gmewatch
