#include "daemon/gmectl/explain.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/flags.h"
#include "daemon/catalog/catalog.h"
#include "daemon/catalog/shipped_overlays.h"
#include "daemon/gmectl/admin_client.h"
#include "daemon/gmectl/command.h"
#include "daemon/gmectl/detector_report.h"
#include "daemon/gmectl/explain_report.h"
#include "daemon/gmectl/find_codes.h"
#include "daemon/gmectl/live_report.h"
#include "daemon/gmectl/read_answer.h"
#include "daemon/gmectl/terminal.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

struct ExplainFlags {
  std::string catalog;
  std::vector<std::string> overlays;
  bool live = false;
  bool detector = false;
  std::string app;
  std::string region;
  AdminAddress admin;
  bool json = false;
  bool help = false;
};

Flags MakeFlags(ExplainFlags* to) {
  Flags flags;
  flags.Add("catalog", &to->catalog, "catalogue file; default: the built-in one");
  flags.Add("catalog_overlay", &to->overlays,
            "further codes, as gmewatchd takes them; may be given several\ntimes; default: the "
            "built-in ones, for codes that the document lacks");
  flags.Add("live", &to->live, "add the current state of the code; asks gmewatchd");
  flags.Add("detector", &to->detector,
            "print what the detector knows of the code instead; asks gmewatchd");
  flags.Add("app", &to->app, "--detector: the app; default: all together");
  flags.Add("region", &to->region, "--detector: the region; default: all together");
  flags.Add("admin_address", &to->admin.base, "HOST:PORT or URL of gmewatchd's admin port");
  flags.Add("ca_file", &to->admin.ca_file,
            "file of authorities to trust for https (PEM); default: the system's");
  flags.Add("admin_token_file", &to->admin.token_file,
            "file with the token that gmewatchd's admin port asks for");
  flags.Add("json", &to->json, "print one line of JSON per code");
  flags.Add("help", &to->help, "print this text");
  return flags;
}

absl::Status Check(const ExplainFlags& flags, const std::vector<std::string>& rest) {
  if (rest.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(rest.size(), " codes are given; allowed: one, by its number or name"));
  }
  if (!flags.detector && !(flags.app.empty() && flags.region.empty())) {
    return absl::InvalidArgumentError(
        "--app and --region are given; allowed: with --detector only");
  }
  if (flags.detector && flags.live) {
    return absl::InvalidArgumentError("--detector and --live are given; allowed: one of them");
  }
  return CheckAdminAddress(flags.admin);
}

// Asks the daemon for the state of `code`; reads its JSON into `live` and returns it.
absl::StatusOr<std::string> AskLive(const AdminAddress& admin, const CatalogCode& code,
                                    v1::CodeResponse* live) {
  const std::string path = absl::StrCat("/api/v1/codes/", code.value);
  absl::StatusOr<std::string> json = AdminGet(admin, path);
  if (!json.ok()) return json.status();
  const absl::Status read = ReadAnswer(*json, live);
  if (read.ok()) return std::string(absl::StripAsciiWhitespace(*json));
  return absl::UnavailableError(
      absl::StrCat(admin.base, path, ": not an answer of gmewatchd: ", read.message()));
}

int ExplainDetector(const ExplainFlags& flags, const CatalogCode& code, std::ostream& out,
                    std::ostream& err) {
  const std::string path = absl::StrCat("/api/v1/detector/", code.value);
  const absl::StatusOr<std::string> json = AdminGet(flags.admin, path);
  absl::Status status = json.status();
  v1::DetectorResponse detector;
  if (status.ok()) status = ReadAnswer(*json, &detector);
  if (!status.ok()) {
    err << "gmectl explain: " << flags.admin.base << path << ": " << status.message() << "\n";
    return kExitUnreachable;
  }
  if (flags.json) {
    out << absl::StripAsciiWhitespace(*json) << "\n";
    return kExitGood;
  }
  Screen screen(TerminalOf(out).has_color);
  screen.Paragraph(absl::StrCat(code.value, " ", code.name), 0, "", Ink::kStrong);
  const auto label = [](const std::string& name) { return name.empty() ? kAllLabel : name; };
  AddDetector(detector, {label(flags.app), label(flags.region)}, &screen);
  out << screen.text();
  return kExitGood;
}

// Prints the runbook first: it must not wait for a daemon that may be unreachable.
int Explain(const ExplainFlags& flags, const Catalog& catalog, const CatalogCode& code,
            std::ostream& out, std::ostream& err) {
  Screen runbook(TerminalOf(out).has_color);
  if (!flags.json) {
    AddRunbook(code, catalog, &runbook);
    out << runbook.text() << std::flush;
  }
  absl::StatusOr<std::string> json = std::string();
  v1::CodeResponse live;
  if (flags.live) json = AskLive(flags.admin, code, &live);
  if (flags.json) {
    out << RunbookJson(code, catalog, json.ok() ? *json : "");
  } else if (flags.live && json.ok()) {
    Screen now(TerminalOf(out).has_color);
    AddLive(live, &now);
    out << now.text();
  }
  if (json.ok()) return kExitGood;
  err << "gmectl explain: the current state is unknown: " << json.status().message() << "\n";
  return kExitUnreachable;
}

}  // namespace

int RunExplain(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  ExplainFlags flags;
  Flags parser = MakeFlags(&flags);
  std::vector<std::string> rest;
  absl::Status status = parser.Parse(arguments, &rest);
  if (status.ok() && flags.help) {
    out << "Usage: gmectl explain [--flag=value ...] CODE\n"
           "Prints the runbook of a code: meaning, impact, diagnosis, mitigation. CODE is a "
           "number\n"
           "or a name; if two codes share the name, both are printed. Without --live or\n"
           "--detector it needs no daemon. --detector prints level, season, dispersion, traffic\n"
           "and score of the code in a place, and what it takes for a spike to be reported.\n\n"
        << parser.Help()
        << "\nExit status: 0 explained, 2 wrong usage or unknown code, 3 --live, --detector: "
           "unreachable.\n";
    return kExitGood;
  }
  if (status.ok()) status = Check(flags, rest);
  if (!status.ok()) {
    err << "gmectl explain: " << status.message() << "\nSee gmectl explain --help.\n";
    return kExitUsage;
  }
  const absl::StatusOr<Catalog> catalog = Catalog::Load(flags.catalog, flags.overlays);
  if (!catalog.ok()) {
    err << "gmectl explain: " << catalog.status().message() << "\n";
    return kExitUsage;
  }
  const Catalog* used = &*catalog;
  auto codes = FindCodes(*used, rest[0]);
  if (!codes.ok() && flags.catalog.empty() && flags.overlays.empty()) {
    auto shipped = FindCodes(ShippedCatalog(), rest[0]);
    if (shipped.ok()) {
      used = &ShippedCatalog();
      codes = std::move(shipped);
    }
  }
  if (!codes.ok()) {
    err << "gmectl explain: " << codes.status().message() << "\n";
    return kExitUsage;
  }
  int exit_status = kExitGood;
  for (const CatalogCode* code : *codes) {
    if (code != codes->front() && !flags.json) out << "\n";
    exit_status = std::max(exit_status, flags.detector ? ExplainDetector(flags, *code, out, err)
                                                       : Explain(flags, *used, *code, out, err));
  }
  return exit_status;
}

}  // namespace gmewatch
