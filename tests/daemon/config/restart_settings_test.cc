#include "daemon/config/restart_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

Settings Parse(const std::string& yaml) {
  const absl::StatusOr<Settings> settings = ParseSettings(yaml, "settings.yaml");
  EXPECT_TRUE(settings.ok()) << settings.status();
  return settings.value_or(Settings());
}

TEST(ChangedForRestartTest, NamesWhatDiffersAndNoMore) {
  EXPECT_THAT(ChangedForRestart(Settings(), Settings()), IsEmpty());
  EXPECT_THAT(ChangedForRestart(Settings(), Parse("log: {commit_interval: 7ms}\n")),
              ElementsAre("log.commit_interval"));
  // SIGHUP does these.
  EXPECT_THAT(
      ChangedForRestart(
          Settings(),
          Parse("apps: [{name: a, regions: [b]}]\n"
                "limits: {max_app_regions: 7, max_sessions: 7000, session_horizon: 7h}\n"
                "expose: {public_url: 'http://a', hide_solution_info: true}\n"
                "detect: {false_alarms_per_week: 7, min_excess_events: 7, min_sessions: 7,\n"
                "         resolve_after: 7m, rebaseline_after: 7h, ignored_codes: [7]}\n"
                "annotations: {grafana_url: 'http://a', token_file: b, ca_file: c}\n")),
      IsEmpty());
}

// config.proto marks what SIGHUP changes; the rest are those.
TEST(ChangedForRestartTest, NamesAllThatTheSchemaDoesNotMark) {
  const Settings wanted = Parse(
      "limits: {max_pending_bytes: 70000}\n"
      "ingest: {reflection: true, max_message_bytes: 7000,\n"
      "         tls: {certificate_file: a, key_file: b}}\n"
      "log: {commit_interval: 7ms, checkpoint_interval: 7s}\n"
      "detect: {tick: 7s}\n");
  std::vector<std::string> unmarked;
  std::ifstream schema(GMEWATCH_SOURCE_DIR "/proto/gmewatch/internal/config.proto");
  std::string section;
  bool marked = false;
  for (std::string line; std::getline(schema, line);) {
    marked |= absl::StrContains(line, "(reload)");
    const size_t equals = line.find(" = ");
    if (absl::StartsWith(line, "message ")) {
      section = line.substr(8, line.find(' ', 8) - 8);
      section[0] = static_cast<char>(section[0] | 0x20);
    } else if (absl::StartsWith(line, "  ") && !absl::StrContains(line, "//") &&
               equals != std::string::npos) {
      const size_t name = line.rfind(' ', equals - 1) + 1;
      // "tls" is one setting; an app's are in "apps", which is marked.
      const bool whole = section == "config" || section == "app" || section == "tls";
      if (!marked && !whole) {
        unmarked.push_back(absl::StrCat(section, ".", line.substr(name, equals - name)));
      }
      marked = false;
    }
  }
  EXPECT_FALSE(unmarked.empty());
  EXPECT_THAT(ChangedForRestart(Settings(), wanted), UnorderedElementsAreArray(unmarked));
}

}  // namespace
}  // namespace gmewatch
