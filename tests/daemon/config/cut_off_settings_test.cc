// What a settings file that was cut off must not do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "daemon/config/settings.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

Settings Parsed(const std::string& yaml) {
  const auto settings = ParseSettings(yaml, "s.yaml");
  EXPECT_TRUE(settings.ok()) << yaml << settings.status();
  return settings.value_or(Settings());
}

TEST(LoadSettingsTest, AFileWithoutAnySettingIsAnError) {
  for (const char* nothing : {"", "\n", "# limits: {max_sessions: 5000}\n", "---\n  # x\n...\n"}) {
    const TempDir dir;
    const auto settings = LoadSettings(dir.Write("s.yaml", nothing));
    ASSERT_TRUE(absl::IsInvalidArgument(settings.status())) << nothing;
    EXPECT_THAT(std::string(settings.status().message()), HasSubstr("s.yaml: has no settings: "));
  }
}

TEST(CheckOpenTest, SettingsWithoutAppsMustBeAllowed) {
  const Settings none = Parsed("limits: {max_sessions: 5000}");
  EXPECT_TRUE(absl::IsInvalidArgument(CheckOpen(none, "s.yaml", false)));
  EXPECT_THAT(std::string(CheckOpen(none, "s.yaml", false).message()), HasSubstr("--open"));
  EXPECT_TRUE(CheckOpen(none, "s.yaml", true).ok());
  EXPECT_TRUE(CheckOpen(Parsed("apps: [{name: a, regions: [eu]}]"), "s.yaml", false).ok());
}

TEST(CheckReloadTest, ACutOffFileMustNotOpenTheDoor) {
  const Settings keyed = Parsed("apps: [{name: a, regions: [eu], keys: [12345678]}]");
  const auto check = [&keyed](const char* wanted, const char* expected) {
    const absl::Status status = CheckReload(keyed, Parsed(wanted), "s.yaml");
    EXPECT_THAT(std::string(status.message()), HasSubstr(expected)) << wanted;
    EXPECT_EQ(status.ok(), *expected == '\0') << wanted;
  };
  check("limits: {max_sessions: 5000}", "s.yaml: lists no apps any more");
  check("apps: [{name: a, regions: [eu]}]", "app \"a\" has no keys any more");
  check("apps: [{name: a, regions: [eu], keys: [87654321]}]", "");
  check("apps: [{name: b, regions: [eu]}]", "");
  EXPECT_TRUE(CheckReload(Parsed(""), Parsed(""), "s.yaml").ok()) << "open mode stays";
}

}  // namespace
}  // namespace gmewatch
