// deploy/gmewatchd.yaml: a line that begins with # and no space is a setting with its default, a
// comment indented by five spaces is part of an example, any other comment is words.
#include <fstream>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "daemon/base/yaml_message.h"
#include "daemon/config/settings.h"
#include "gmewatch/internal/config.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

struct ExampleFile {
  std::string as_is;
  std::string defaults;  // with every default uncommented
  std::string examples;  // the examples alone
};

ExampleFile ReadExampleFile() {
  ExampleFile file;
  std::ifstream in(GMEWATCH_SOURCE_DIR "/deploy/gmewatchd.yaml");
  std::string line;
  while (std::getline(in, line)) {
    absl::StrAppend(&file.as_is, line, "\n");
    const absl::string_view text = absl::StripLeadingAsciiWhitespace(line);
    const absl::string_view indent = absl::string_view(line).substr(0, line.size() - text.size());
    const bool is_default = absl::StartsWith(text, "#") && text.size() > 1 && text[1] != ' ';
    absl::StrAppend(&file.defaults, is_default ? absl::StrCat(indent, text.substr(1)) : line, "\n");
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

TEST(ExampleTest, ChangesNothingAsItIs) {
  const auto settings = LoadSettings(GMEWATCH_SOURCE_DIR "/deploy/gmewatchd.yaml");
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(*settings, Settings());
}

TEST(ExampleTest, TheSettingsOfTheContainersAreRight) {
  const auto settings = LoadSettings(GMEWATCH_SOURCE_DIR "/deploy/compose_gmewatchd.yaml");
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_NE(settings->public_url, "");
}

TEST(ExampleTest, ChangesNothingWithEachDefaultUncommented) {
  const auto settings = ParseSettings(ReadExampleFile().defaults, "defaults");
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(*settings, Settings());
}

TEST(ExampleTest, HasExamplesOfWhatHasNoDefault) {
  const auto settings = ParseSettings(ReadExampleFile().examples, "examples");
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->apps.size(), 1U);
  EXPECT_TRUE(settings->tls.has_value());
  EXPECT_FALSE(settings->annotate.grafana_url.empty());
}

// Every field of `type` is a default or in an example; nothing that the example file could forget.
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
