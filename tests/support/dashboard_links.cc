#include "tests/support/dashboard_links.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kPath = "/d/";

// The variables of a dashboard by name, and whether each has the value "All".
using Variables = std::map<std::string, bool>;

std::map<std::string, Variables> ReadDashboards() {
  std::map<std::string, Variables> dashboards;
  for (const auto& entry :
       std::filesystem::directory_iterator(GMEWATCH_SOURCE_DIR "/dashboards/grafana")) {
    std::ifstream in(entry.path());
    const std::string json((std::istreambuf_iterator<char>(in)), {});
    google::protobuf::Struct root;
    if (!google::protobuf::util::JsonStringToMessage(json, &root).ok()) continue;
    Variables& variables = dashboards[root.fields().at("uid").string_value()];
    const auto& templating = root.fields().at("templating").struct_value();
    for (const auto& item : templating.fields().at("list").list_value().values()) {
      const auto& fields = item.struct_value().fields();
      const auto all = fields.find("includeAll");
      variables[fields.at("name").string_value()] = all != fields.end() && all->second.bool_value();
    }
  }
  return dashboards;
}

void CheckLink(absl::string_view link, const std::map<std::string, Variables>& dashboards,
               std::vector<std::string>* faults) {
  const std::vector<std::string> parts = absl::StrSplit(link, absl::MaxSplits('?', 1));
  const auto dashboard = dashboards.find(parts[0]);
  if (dashboard == dashboards.end()) {
    faults->push_back(absl::StrCat("there is no dashboard ", parts[0]));
    return;
  }
  if (parts.size() == 1) return;
  for (absl::string_view setting : absl::StrSplit(parts[1], '&')) {
    if (!absl::ConsumePrefix(&setting, "var-")) continue;
    const std::vector<std::string> pair = absl::StrSplit(setting, absl::MaxSplits('=', 1));
    const auto variable = dashboard->second.find(pair[0]);
    if (variable == dashboard->second.end()) {
      faults->push_back(absl::StrCat(parts[0], " has no variable ", pair[0]));
    } else if (pair.size() == 2 && pair[1] == "%24__all" && !variable->second) {
      faults->push_back(absl::StrCat(pair[0], " of ", parts[0], " has no All"));
    }
  }
}

}  // namespace

std::vector<std::string> FaultsOfDashboardLinks(absl::string_view text) {
  const std::string plain = absl::StrReplaceAll(text, {{"&amp;", "&"}});
  const std::map<std::string, Variables> dashboards = ReadDashboards();
  std::vector<std::string> faults;
  size_t at = plain.find(kPath.data());
  if (at == std::string::npos) faults.emplace_back("there is no link to a dashboard");
  for (; at != std::string::npos; at = plain.find(kPath.data(), at)) {
    at += kPath.size();
    CheckLink(absl::string_view(plain).substr(at, plain.find_first_of("\"' ", at) - at), dashboards,
              &faults);
  }
  return faults;
}

}  // namespace gmewatch
