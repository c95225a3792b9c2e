// deploy/gmewatchd.yaml: a line that begins with # and no space is a setting with its default, a
// comment indented by five spaces is part of an example, any other comment is text.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "daemon/base/yaml_message.h"
#include "daemon/config/settings.h"
#include "gmewatch/internal/config.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {
namespace {

struct ExampleFile {
  std::string as_is;
  std::string defaults;  // with every default uncommented
  std::string examples;  // the examples alone
};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

ExampleFile ReadExampleFile() {
  ExampleFile file;
  file.as_is = ReadFile(GMEWATCH_SOURCE_DIR "/deploy/gmewatchd.yaml");
  for (const absl::string_view line : absl::StrSplit(file.as_is, '\n')) {
    const absl::string_view text = absl::StripLeadingAsciiWhitespace(line);
    const absl::string_view indent = line.substr(0, line.size() - text.size());
    const bool is_default = absl::StartsWith(text, "#") && text.size() > 1 && text[1] != ' ';
    absl::StrAppend(&file.defaults,
                    is_default ? absl::StrCat(indent, text.substr(1)) : std::string(line), "\n");
    absl::string_view example = text;
    if (absl::ConsumePrefix(&example, "#     ")) absl::StrAppend(&file.examples, example, "\n");
  }
  return file;
}

bool Gives(absl::string_view yaml, const std::string& path) {
  internal::Config config;
  const auto fields = ReadYamlMessage(yaml, "example", &config);
  EXPECT_TRUE(fields.ok()) << fields.status();
  return fields.ok() && fields->Has(path);
}

// The defaults, with every section of the file that has no default in it.
absl::StatusOr<Settings> Defaults() { return ParseSettings("expose: {}", "defaults"); }

std::string TextOf(const absl::StatusOr<Settings>& settings) {
  EXPECT_TRUE(settings.ok()) << settings.status();
  return settings.ok() ? settings->DebugString() : "";
}

TEST(ExampleTest, IsWhatTheGeneratorWrites) {
  const TempDir dir;
  const std::string output = dir.File("example.yaml");
  const std::string command = absl::StrCat(EXAMPLE_SETTINGS " ", output);
  ASSERT_EQ(std::system(command.c_str()), 0) << command;  // NOLINT: no other thread is running
  EXPECT_EQ(ReadFile(GMEWATCH_SOURCE_DIR "/deploy/gmewatchd.yaml"), ReadFile(output))
      << "write it again with: cmake --build build/dev --target gmewatchd_yaml";
}

TEST(ExampleTest, ChangesNothingAsItIs) {
  EXPECT_EQ(TextOf(ParseSettings(ReadExampleFile().as_is, "example")), TextOf(Defaults()));
}

TEST(ExampleTest, TheSettingsOfTheContainersAreValid) {
  const auto settings = LoadSettings(GMEWATCH_SOURCE_DIR "/deploy/compose_gmewatchd.yaml");
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_NE(settings->expose().public_url(), "");
}

TEST(ExampleTest, ChangesNothingWithEachDefaultUncommented) {
  EXPECT_EQ(TextOf(ParseSettings(ReadExampleFile().defaults, "defaults")), TextOf(Defaults()));
}

TEST(ExampleTest, HasExamplesOfSectionsWithoutDefaults) {
  const auto settings = ParseSettings(ReadExampleFile().examples, "examples");
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->apps_size(), 1);
  EXPECT_TRUE(settings->ingest().has_tls());
  EXPECT_NE(settings->annotations().grafana_url(), "");
}

// Every field of `type` is a default or in an example.
void CheckGivesAll(const google::protobuf::Descriptor& type, const std::string& prefix,
                   const ExampleFile& file) {
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor& field = *type.field(i);
    std::string path = prefix + field.name();
    EXPECT_TRUE(Gives(file.defaults, path) || Gives(file.examples, path)) << path;
    const google::protobuf::Descriptor* inner = field.message_type();
    if (inner == nullptr || inner == google::protobuf::Duration::descriptor()) continue;
    if (field.is_repeated()) path += "[0]";
    CheckGivesAll(*inner, path + ".", file);
  }
}

TEST(ExampleTest, HasEverySetting) {
  CheckGivesAll(*internal::Config::descriptor(), "", ReadExampleFile());
}

}  // namespace
}  // namespace gmewatch
