#include "daemon/catalog/embedded.h"

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "daemon/catalog/catalog.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSupersetOf;

// Values of the codes whose `field` is `word`, in the file's order.
std::vector<int32_t> CodesWith(std::string CatalogCode::*field, const std::string& word) {
  std::vector<int32_t> values;
  const Catalog catalog = Catalog::Embedded();
  for (const CatalogCode& code : catalog.codes()) {
    if (code.*field == word) values.push_back(code.value);
  }
  return values;
}

std::string FileText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(EmbeddedTest, IsTheFileByteForByte) {
  EXPECT_EQ(std::string(EmbeddedCatalogText()),
            FileText(GMEWATCH_SOURCE_DIR "/daemon/catalog/gme.yaml"));
}

TEST(EmbeddedTest, HasTheDocumentsCodes) {
  EXPECT_EQ(Catalog::Embedded().codes().size(), 73U);
  EXPECT_EQ(CodesWith(&CatalogCode::category, "client").size(), 25U);
  EXPECT_EQ(CodesWith(&CatalogCode::category, "server").size(), 11U);
  EXPECT_EQ(CodesWith(&CatalogCode::category, "voice_message").size(), 37U);
  EXPECT_THAT(CodesWith(&CatalogCode::name, "AV_ERR_SERVER_ID_NOT_IN_ROOM"),
              ElementsAre(10006, 10009));
}

TEST(EmbeddedTest, SubcategoryFollowsTheValue) {
  const std::map<int32_t, std::string> by_range = {{4096, "recording"},
                                                   {8192, "upload"},
                                                   {12288, "download"},
                                                   {20480, "playback"},
                                                   {32768, "speech_to_text"}};
  const Catalog catalog = Catalog::Embedded();
  for (const CatalogCode& code : catalog.codes()) {
    if (code.category != "voice_message") continue;
    EXPECT_EQ(code.subcategory, std::prev(by_range.upper_bound(code.value))->second) << code.value;
  }
}

TEST(EmbeddedTest, SeverityIsAsDerived) {
  EXPECT_THAT(CodesWith(&CatalogCode::severity, "benign"), ElementsAre(1003, 1801, 1802, 1803));
  EXPECT_THAT(CodesWith(&CatalogCode::severity, "warning"), ElementsAre(2001, 4100, 32775, 32777));
}

TEST(EmbeddedTest, NobodyNeedsToActIfNothingIsWrong) {
  EXPECT_THAT(CodesWith(&CatalogCode::action, "none"), ElementsAre(1003, 1801, 1802, 1803, 2001));
}

TEST(EmbeddedTest, ReadLogsIsTheActionIfTheSolutionBeginsWithIt) {
  std::vector<int32_t> expected;
  const Catalog catalog = Catalog::Embedded();
  for (const CatalogCode& code : catalog.codes()) {
    if (absl::StartsWith(code.solution, "Analyze logs")) expected.push_back(code.value);
  }
  EXPECT_EQ(expected.size(), 18U);
  EXPECT_EQ(CodesWith(&CatalogCode::action, "read_logs"), expected);
}

// A rename would change labels that dashboards and alerts of users select by.
TEST(EmbeddedTest, ActionsKeepTheirNames) {
  std::set<std::string> names;
  const Catalog catalog = Catalog::Embedded();
  for (const CatalogAction& action : catalog.actions()) names.insert(action.name);
  EXPECT_THAT(names, IsSupersetOf({"none", "fix_app", "player_device", "network", "credentials",
                                   "configuration", "vendor", "read_logs"}));
  EXPECT_THAT(catalog.FirstCauses(),
              ElementsAre("network", "credentials", "configuration", "vendor", "fix_app"));
}

// The document as a table: value, name, category, description, cause, solution.
TEST(EmbeddedTest, HasTheDocumentsWordsToTheLetter) {
  const std::string table = FileText(GMEWATCH_ERROR_CODES);
  if (table.empty()) GTEST_SKIP() << "the document's table is not at " << GMEWATCH_ERROR_CODES;
  const std::map<std::string, std::string> categories = {{"Client Errors", "client"},
                                                         {"Server Errors", "server"},
                                                         {"Voice Message Errors", "voice_message"}};
  const Catalog catalog = Catalog::Embedded();
  std::set<int32_t> seen;
  const std::vector<std::string> lines = absl::StrSplit(table, '\n', absl::SkipEmpty());
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> row = absl::StrSplit(lines[i], '\t');
    ASSERT_EQ(row.size(), 6U) << lines[i];
    int32_t value = 0;
    ASSERT_TRUE(absl::SimpleAtoi(row[0], &value)) << lines[i];
    const CatalogCode* code = catalog.Find(value);
    ASSERT_NE(code, nullptr) << value;
    EXPECT_TRUE(seen.insert(value).second) << value;
    EXPECT_EQ(code->name, row[1]) << value;
    EXPECT_EQ(code->category, categories.at(row[2])) << value;
    EXPECT_EQ(code->description, row[3]) << value;
    EXPECT_EQ(code->cause, row[4]) << value;
    EXPECT_EQ(code->solution, row[5]) << value;
  }
  EXPECT_EQ(seen.size(), catalog.codes().size());
}

}  // namespace
}  // namespace gmewatch
