#include "daemon/catalog/catalog.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "daemon/model/limits.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

// Lines 2 to 10 of a text whose first line is "codes:".
std::string Code(int value) {
  return absl::StrCat("- value: ", value,
                      "\n"
                      "  name: UPLOAD_FAILED\n"
                      "  category: voice_message\n"
                      "  subcategory: upload\n"
                      "  severity: error\n"
                      "  action: network\n"
                      "  description: Upload error\n"
                      "  cause: >-\n"
                      "    The network\n"
                      "    is down.\n"
                      "  solution: \"Check: the network.\"\n");
}

std::string Codes(int n) {
  std::string yaml = "codes:\n";
  for (int i = 1; i <= n; ++i) yaml += Code(i);
  return yaml;
}

void CheckError(const std::string& yaml, const std::string& expected) {
  const auto catalog = Catalog::Parse(yaml, "c.yaml");
  EXPECT_EQ(catalog.status().code(), absl::StatusCode::kInvalidArgument) << yaml;
  EXPECT_EQ(std::string(catalog.status().message()), expected) << yaml.substr(0, 500);
}

// One code, with `from` replaced by `to`.
void CheckErrorWith(const std::string& from, const std::string& to, const std::string& expected) {
  const std::string yaml = absl::StrReplaceAll("codes:\n" + Code(7), {{from, to}});
  CheckError(yaml, expected);
}

TEST(CatalogTest, GivesWhatTheFileSays) {
  const auto catalog = Catalog::Parse("source: the document\ncodes:\n" + Code(7) + Code(-3), "c");
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  EXPECT_EQ(catalog->source(), "the document");
  ASSERT_EQ(catalog->codes().size(), 2U);
  const CatalogCode& code = catalog->codes()[0];
  EXPECT_EQ(code.value, 7);
  EXPECT_EQ(code.name, "UPLOAD_FAILED");
  EXPECT_EQ(code.category, "voice_message");
  EXPECT_EQ(code.subcategory, "upload");
  EXPECT_EQ(code.severity, "error");
  EXPECT_EQ(code.action, "network");
  EXPECT_EQ(code.description, "Upload error");
  EXPECT_EQ(code.cause, "The network is down.");
  EXPECT_EQ(code.solution, "Check: the network.");
  EXPECT_EQ(catalog->codes()[1].value, -3);
}

TEST(CatalogTest, FindsByValue) {
  const auto catalog = Catalog::Parse("codes:\n" + Code(7) + Code(9), "c");
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  EXPECT_EQ(catalog->Find(9), &catalog->codes()[1]);
  EXPECT_EQ(catalog->Find(8), nullptr);
  EXPECT_EQ(catalog->Find(0), nullptr);
}

TEST(CatalogTest, RefusesAWrongValue) {
  CheckError("codes:\n" + Code(7) + Code(9) + Code(7),
             "c.yaml:24:10: value 7 is there already, in line 2");
  CheckErrorWith("value: 7", "value: 0",
                 "c.yaml:2:10: value 0 is AV_OK, any other whole number is allowed");
  CheckErrorWith("value: 7\n  ", "", "c.yaml:2:3: a code without a value");
  CheckErrorWith("value: 7", "value: 2147483648",
                 "c.yaml:2:10: value must be a whole number from -2147483648 to 2147483647, not "
                 "\"2147483648\"");
}

TEST(CatalogTest, RefusesWhatIsMissing) {
  CheckErrorWith("UPLOAD_FAILED", "\"\"", "c.yaml:3:9: name of code 7 is empty");
  CheckErrorWith("  name: UPLOAD_FAILED\n", "", "c.yaml:2:3: name of code 7 is empty");
  CheckErrorWith("\"Check: the network.\"", "''", "c.yaml:12:13: solution of code 7 is empty");
  CheckErrorWith("  solution: \"Check: the network.\"\n", "",
                 "c.yaml:2:3: solution of code 7 is empty");
  CheckErrorWith("UPLOAD_FAILED", "", "c.yaml:3:3: name has no value");
}

TEST(CatalogTest, RefusesAnUnknownWord) {
  CheckErrorWith("voice_message", "video",
                 "c.yaml:4:13: unknown category \"video\"; allowed: client, server, voice_message");
  CheckErrorWith("severity: error", "severity: fatal",
                 "c.yaml:6:13: unknown severity \"fatal\"; allowed: benign, warning, error");
  CheckErrorWith("  severity: error\n", "",
                 "c.yaml:2:3: code 7 has no severity; allowed: benign, warning, error");
  CheckErrorWith("action: network", "action: Network",
                 "c.yaml:7:11: unknown action \"Network\"; allowed: none, fix_app, player_device, "
                 "network, credentials, configuration, vendor, read_logs");
  CheckErrorWith("subcategory: upload", "subcategory: uploads",
                 "c.yaml:5:16: unknown subcategory \"uploads\"; allowed: recording, upload, "
                 "download, playback, speech_to_text");
}

TEST(CatalogTest, RefusesASubcategoryWhereItDoesNotBelong) {
  CheckErrorWith("category: voice_message", "category: client",
                 "c.yaml:5:16: code 7 has a subcategory, only voice_message has these");
  CheckErrorWith("  subcategory: upload\n", "",
                 "c.yaml:2:3: code 7 has no subcategory; allowed: recording, upload, download, "
                 "playback, speech_to_text");
}

TEST(CatalogTest, RefusesWhatTheSchemaDoesNotHave) {
  CheckErrorWith("  cause:", "  because:",
                 "c.yaml:9:3: unknown field \"because\" in CatalogCode; allowed: value, name, "
                 "category, subcategory, severity, action, description, cause, solution");
  CheckErrorWith("Upload error", "Upload \xff", "c.yaml:8:23: byte 0xff is not valid UTF-8");
  CheckError("Codes: []", "c.yaml:1:1: unknown field \"Codes\" in Catalog; allowed: source, codes");
}

TEST(CatalogTest, RefusesAWrongNumberOfCodes) {
  const std::string allowed = ", from 1 to 126 are allowed";
  CheckError("", "c.yaml:1:1: the catalogue has 0 codes" + allowed);
  CheckError("source: x\ncodes: []", "c.yaml:2:8: the catalogue has 0 codes" + allowed);
  CheckError(Codes(127), "c.yaml:2:1: the catalogue has 127 codes" + allowed);
  const auto full = Catalog::Parse(Codes(kCatalogCodesMax), "c.yaml");
  ASSERT_TRUE(full.ok()) << full.status();
  EXPECT_EQ(full->codes().size(), kCatalogCodesMax);
}

TEST(CatalogTest, AllowsANameTwice) {
  const auto catalog = Catalog::Parse(Codes(2), "c.yaml");
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  EXPECT_EQ(catalog->codes()[0].name, catalog->codes()[1].name);
}

TEST(CatalogTest, LoadsTheFileThatIsBuiltIn) {
  const auto catalog = Catalog::Load(GMEWATCH_SOURCE_DIR "/daemon/catalog/gme.yaml");
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  EXPECT_EQ(catalog->codes().size(), Catalog::Embedded().codes().size());
  const auto missing = Catalog::Load("/nonexistent/gme.yaml");
  EXPECT_EQ(std::string(missing.status().message()),
            "/nonexistent/gme.yaml: No such file or directory");
}

}  // namespace
}  // namespace gmewatch
