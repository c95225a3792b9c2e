#include "daemon/catalog/catalog_check.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "daemon/catalog/catalog.h"
#include "daemon/model/limits.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

// Lines 2 to 12 of a text whose first line is "codes:".
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

// What a code needs; lines 13 to 21 behind one code.
constexpr char kRows[] =
    "actions:\n"
    "- name: network\n"
    "  who: the provider\n"
    "  steps: ['Place: compare.']\n"
    "impacts:\n"
    "- severity: error\n"
    "  category: voice_message\n"
    "  subcategory: upload\n"
    "  text: It never arrives.\n";

std::string Codes(int n) {
  std::string yaml = "codes:\n";
  for (int i = 1; i <= n; ++i) yaml += Code(i);
  return yaml + kRows;
}

void CheckError(const std::string& yaml, const std::string& expected) {
  const auto catalog = Catalog::Parse(yaml, "c.yaml");
  EXPECT_EQ(catalog.status().code(), absl::StatusCode::kInvalidArgument) << yaml;
  EXPECT_EQ(std::string(catalog.status().message()), expected) << yaml.substr(0, 500);
}

// One code and its rows, with `from` replaced by `to`.
void CheckErrorWith(const std::string& from, const std::string& to, const std::string& expected) {
  CheckError(absl::StrReplaceAll(Codes(1), {{from, to}}), expected);
}

TEST(CatalogCheckTest, RejectsAWrongValue) {
  CheckError("codes:\n" + Code(7) + Code(9) + Code(7) + kRows,
             "c.yaml:24:10: value 7 is there already, in line 2");
  CheckErrorWith("value: 1", "value: 0",
                 "c.yaml:2:10: value 0 is AV_OK, any other whole number is allowed");
  CheckErrorWith("value: 1\n  ", "", "c.yaml:2:3: a code without a value");
  CheckErrorWith(
      "value: 1", "value: 2147483648",
      "c.yaml:2:10: codes[0].value must be a whole number from -2147483648 to 2147483647, not "
      "\"2147483648\"");
}

TEST(CatalogCheckTest, RejectsACodeWithoutATextThatItNeeds) {
  CheckErrorWith("UPLOAD_FAILED", "\"\"", "c.yaml:3:9: name of code 1 is empty");
  CheckErrorWith("  name: UPLOAD_FAILED\n", "", "c.yaml:2:3: name of code 1 is empty");
  CheckErrorWith("\"Check: the network.\"", "''", "c.yaml:12:13: solution of code 1 is empty");
  CheckErrorWith("  solution: \"Check: the network.\"\n", "",
                 "c.yaml:2:3: solution of code 1 is empty");
  CheckErrorWith("UPLOAD_FAILED", "", "c.yaml:3:3: codes[0].name has no value");
}

TEST(CatalogCheckTest, RejectsAnUnknownWord) {
  CheckErrorWith("category: voice_message\n  subcategory: upload\n  severity",
                 "category: video\n  severity",
                 "c.yaml:4:13: unknown category \"video\"; allowed: client, server, voice_message");
  CheckErrorWith("severity: error\n  action", "severity: fatal\n  action",
                 "c.yaml:6:13: unknown severity \"fatal\"; allowed: benign, warning, error");
  CheckErrorWith("  severity: error\n  action", "  action",
                 "c.yaml:2:3: code 1 has no severity; allowed: benign, warning, error");
  CheckErrorWith("subcategory: upload\n  severity", "subcategory: uploads\n  severity",
                 "c.yaml:5:16: unknown subcategory \"uploads\"; allowed: recording, upload, "
                 "download, playback, speech_to_text");
}

TEST(CatalogCheckTest, RejectsASubcategoryWhereItDoesNotBelong) {
  CheckErrorWith("category: voice_message\n  subcategory: upload\n  severity",
                 "category: client\n  subcategory: upload\n  severity",
                 "c.yaml:5:16: code 1 has a subcategory, only voice_message has these");
  CheckErrorWith("  subcategory: upload\n  severity", "  severity",
                 "c.yaml:2:3: code 1 has no subcategory; allowed: recording, upload, download, "
                 "playback, speech_to_text");
}

TEST(CatalogCheckTest, RejectsAnActionOfACodeThatHasNoRow) {
  CheckErrorWith("action: network", "action: Network",
                 "c.yaml:7:11: unknown action \"Network\"; allowed: network");
  CheckErrorWith("- name: network", "- {name: vendor, who: w, steps: [s]}\n- name: none",
                 "c.yaml:7:11: unknown action \"network\"; allowed: vendor, none");
  CheckErrorWith("  action: network\n", "", "c.yaml:2:3: code 1 has no action; allowed: network");
  CheckError("codes:\n" + Code(1),
             "c.yaml:7:11: the file has no actions; each code needs a row of them");
}

TEST(CatalogCheckTest, RejectsACodeThatNoImpactMatches) {
  CheckErrorWith("- severity: error", "- severity: warning",
                 "c.yaml:6:13: no row of impacts matches code 1 (error, voice_message, upload)");
  CheckErrorWith("  category: voice_message\n  subcategory: upload\n  text",
                 "  category: client\n  text",
                 "c.yaml:6:13: no row of impacts matches code 1 (error, voice_message, upload)");
  CheckError(absl::StrReplaceAll(Codes(1), {{"voice_message\n  subcategory: upload", "client"},
                                            {"- severity: error", "- severity: warning"}}),
             "c.yaml:5:13: no row of impacts matches code 1 (error, client)");
}

TEST(CatalogCheckTest, RejectsAWrongRowOfTheActions) {
  CheckErrorWith("- name: network", "- name: ''", "c.yaml:14:9: name of action \"\" is empty");
  CheckErrorWith("  who: the provider\n", "", "c.yaml:14:3: who of action \"network\" is empty");
  const std::string steps =
      "steps of action \"network\" must be one text or more, none of them empty";
  CheckErrorWith("  steps: ['Place: compare.']\n", "", "c.yaml:14:3: " + steps);
  CheckErrorWith("'Place: compare.'", "'Place: compare.', ''", "c.yaml:16:10: " + steps);
  CheckErrorWith("impacts:", "- {name: network, who: w, steps: [s]}\nimpacts:",
                 "c.yaml:17:10: action \"network\" is there already, in line 14");
}

TEST(CatalogCheckTest, RejectsAWrongRowOfTheImpacts) {
  CheckErrorWith("- severity: error", "- severity: fatal",
                 "c.yaml:18:13: unknown severity \"fatal\"; allowed: benign, warning, error");
  CheckErrorWith("  category: voice_message\n  subcategory: upload\n  text",
                 "  category: video\n  subcategory: upload\n  text",
                 "c.yaml:19:13: unknown category \"video\"; allowed: client, server, "
                 "voice_message");
  CheckErrorWith("  subcategory: upload\n  text", "  subcategory: up\n  text",
                 "c.yaml:20:16: unknown subcategory \"up\"; allowed: recording, upload, download, "
                 "playback, speech_to_text");
  CheckErrorWith("  text: It never arrives.\n", "", "c.yaml:18:3: text of an impact is empty");
}

TEST(CatalogCheckTest, RejectsWhatTheSchemaDoesNotHave) {
  CheckErrorWith("  cause:", "  because:",
                 "c.yaml:9:3: unknown field \"because\" in codes[0]; allowed: value, name, "
                 "category, subcategory, severity, action, description, cause, solution, sdk");
  CheckErrorWith("Upload error", "Upload \xff", "c.yaml:8:23: byte 0xff is not valid UTF-8");
  CheckError("Codes: []",
             "c.yaml:1:1: unknown field \"Codes\"; allowed: source, codes, actions, "
             "impacts, general_steps, remarks");
}

TEST(CatalogCheckTest, RejectsAWrongNumberOfCodes) {
  const std::string allowed = ", from 1 to 126 are allowed";
  CheckError("", "c.yaml:1:1: the catalogue has 0 codes" + allowed);
  CheckError("source: x\ncodes: []", "c.yaml:2:8: the catalogue has 0 codes" + allowed);
  CheckError(Codes(127), "c.yaml:2:1: the catalogue has 127 codes" + allowed);
  const auto full = Catalog::Parse(Codes(kCatalogCodesMax), "c.yaml");
  ASSERT_TRUE(full.ok()) << full.status();
  EXPECT_EQ(full->codes().size(), kCatalogCodesMax);
}

TEST(CatalogCheckTest, AllowsANameTwice) {
  const auto catalog = Catalog::Parse(Codes(2), "c.yaml");
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  EXPECT_EQ(catalog->codes()[0].name, catalog->codes()[1].name);
}

}  // namespace
}  // namespace gmewatch
