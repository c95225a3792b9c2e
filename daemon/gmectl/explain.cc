#include "daemon/gmectl/explain.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/flags.h"
#include "daemon/catalog/catalog.h"
#include "daemon/gmectl/admin_client.h"
#include "daemon/gmectl/command.h"
#include "daemon/gmectl/explain_report.h"
#include "daemon/gmectl/find_codes.h"
#include "daemon/gmectl/live_report.h"
#include "daemon/gmectl/read_answer.h"
#include "daemon/gmectl/terminal.h"

namespace gmewatch {
namespace {

struct ExplainFlags {
  std::string catalog;
  bool live = false;
  AdminAddress admin;
  bool json = false;
  bool help = false;
};

Flags MakeFlags(ExplainFlags* to) {
  Flags flags;
  flags.Add("catalog", &to->catalog, "the catalogue file; else the one that is built in");
  flags.Add("live", &to->live, "add what the code does now; asks gmewatchd");
  flags.Add("admin_address", &to->admin.base, "HOST:PORT or URL of gmewatchd's admin port");
  flags.Add("ca_file", &to->admin.ca_file,
            "authorities to trust for https (PEM); else the system's");
  flags.Add("json", &to->json, "a line of JSON for each code");
  flags.Add("help", &to->help, "this text");
  return flags;
}

absl::Status Check(const ExplainFlags& flags, const std::vector<std::string>& rest) {
  if (rest.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(rest.size(), " codes are given; allowed: one, by its number or name"));
  }
  return CheckAdminAddress(flags.admin);
}

absl::StatusOr<Catalog> LoadCatalog(const std::string& path) {
  if (path.empty()) return Catalog::Embedded();
  return Catalog::Load(path);
}

// The daemon's JSON, once it could be read as what it is to be.
absl::StatusOr<std::string> AskLive(const AdminAddress& admin, const CatalogCode& code,
                                    v1::CodeResponse* live) {
  const std::string path = absl::StrCat("/api/v1/codes/", code.value);
  absl::StatusOr<std::string> json = AdminGet(admin, path);
  if (!json.ok()) return json.status();
  const absl::Status read = ReadAnswer(*json, live);
  if (read.ok()) return std::string(absl::StripAsciiWhitespace(*json));
  return absl::UnavailableError(
      absl::StrCat(admin.base, path, " does not answer as gmewatchd does: ", read.message()));
}

// The runbook first: it must not wait for a daemon that may be away.
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
  err << "gmectl explain: what it does now is not known: " << json.status().message() << "\n";
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
           "The runbook of a code: meaning, impact, diagnosis, mitigation. CODE is a number or a\n"
           "name; of a name that two codes share both are printed. Needs no daemon without "
           "--live.\n\n"
        << parser.Help()
        << "\nExit status: 0 explained, 2 wrong usage or no such code, 3 --live: unreachable.\n";
    return kExitGood;
  }
  if (status.ok()) status = Check(flags, rest);
  if (!status.ok()) {
    err << "gmectl explain: " << status.message() << "\nSee gmectl explain --help.\n";
    return kExitUsage;
  }
  const absl::StatusOr<Catalog> catalog = LoadCatalog(flags.catalog);
  if (!catalog.ok()) {
    err << "gmectl explain: " << catalog.status().message() << "\n";
    return kExitUsage;
  }
  const auto codes = FindCodes(*catalog, rest[0]);
  if (!codes.ok()) {
    err << "gmectl explain: " << codes.status().message() << "\n";
    return kExitUsage;
  }
  int exit_status = kExitGood;
  for (const CatalogCode* code : *codes) {
    if (code != codes->front() && !flags.json) out << "\n";
    exit_status = std::max(exit_status, Explain(flags, *catalog, *code, out, err));
  }
  return exit_status;
}

}  // namespace gmewatch
