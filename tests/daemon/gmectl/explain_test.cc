#include "daemon/gmectl/explain.h"

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "daemon/catalog/catalog.h"
#include "daemon/catalog/runbook.h"
#include "daemon/gmectl/command.h"
#include "daemon/gmectl/text_columns.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/daemon/gmectl/run_command.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

CommandResult Explain(const std::vector<std::string>& arguments) {
  return RunCommand(&RunExplain, arguments);
}

// The words of `text` with one space between them, so that line breaks do not matter.
std::string Flat(const std::string& text) {
  std::string flat = text;
  absl::RemoveExtraAsciiWhitespace(&flat);
  return flat;
}

google::protobuf::Struct JsonOf(const std::string& text) {
  google::protobuf::Struct json;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text, &json).ok()) << text;
  return json;
}

TEST(ExplainTest, ShowsEveryRunbookInEightyColumns) {
  const Catalog catalog = Catalog::Embedded();
  for (const CatalogCode& code : catalog.codes()) {
    const CommandResult run = Explain({absl::StrCat(code.value)});
    EXPECT_EQ(run.status, kExitGood) << run.err;
    EXPECT_THAT(Flat(run.out),
                AllOf(HasSubstr(absl::StrCat(code.value, " ", code.name)),
                      HasSubstr(Flat(absl::StrCat("Meaning ", code.description, " ", code.cause))),
                      HasSubstr(Flat(absl::StrCat("Mitigation ", code.solution)))))
        << code.value;
    for (const absl::string_view line : absl::StrSplit(run.out, '\n')) {
      EXPECT_LE(ColumnsOf(line), 80U) << line;
    }
    EXPECT_THAT(run.out, Not(HasSubstr("\x1b")));
  }
}

TEST(ExplainTest, BrokenQueriesLoseNothing) {
  const Catalog catalog = Catalog::Embedded();
  const auto without_spaces = [](const std::string& text) {
    return absl::StrReplaceAll(text, {{" ", ""}, {"\n", ""}});
  };
  for (const CatalogCode& code : catalog.codes()) {
    const std::string out = without_spaces(Explain({absl::StrCat(code.value)}).out);
    for (const std::string& query : RunbookFor(code, catalog).queries) {
      EXPECT_THAT(out, HasSubstr(without_spaces(query.substr(0, query.find("  # ")))));
    }
  }
}

TEST(ExplainTest, ACodeThatTheDocumentLacksIsExplainedByTheBuiltInOverlays) {
  for (const char* code : {"7022", "av_err_bus_error"}) {
    const CommandResult run = Explain({code});
    EXPECT_EQ(run.status, kExitGood) << run.err;
    EXPECT_THAT(run.out, AllOf(HasSubstr("7022 AV_ERR_BUS_ERROR"),
                               HasSubstr("of the overlay gme_sdk_2_9"), HasSubstr("Mitigation")));
  }
  // With a choice of files only these are asked.
  EXPECT_EQ(Explain({"--catalog_overlay=gme_sdk_3", "7022"}).status, kExitUsage);
  EXPECT_EQ(Explain({"--catalog_overlay=gme_sdk_3", "1009"}).status, kExitGood);
}

TEST(ExplainTest, SaysWhatACodeMeansInAnotherSdk) {
  EXPECT_THAT(Flat(Explain({"1007"}).out), HasSubstr("From SDK 3.0 on, 1007 means AV_ERR_"));
  EXPECT_THAT(JsonOf(Explain({"--json", "1007"}).out).fields().at("sdk_note").string_value(),
              HasSubstr("From SDK 3.0 on, 1007 means AV_ERR_"));
  EXPECT_THAT(Explain({"1005"}).out, Not(HasSubstr("SDK 3.0")));
  EXPECT_THAT(Flat(Explain({"10007"}).out),
              AllOf(HasSubstr("Find other alternative methods."),
                    HasSubstr("In SDK 2.9, 10007 means AV_ERR_SERVER_ROOM_DISSOLVED: ")));
}

TEST(ExplainTest, ANameWithTwoCodesShowsBoth) {
  const CommandResult run = Explain({"AV_ERR_SERVER_ID_NOT_IN_ROOM"});
  EXPECT_EQ(run.status, kExitGood);
  EXPECT_THAT(run.out, AllOf(HasSubstr("10006 AV_ERR_SERVER_ID_NOT_IN_ROOM"),
                             HasSubstr("\n\n10009 AV_ERR_SERVER_ID_NOT_IN_ROOM")));
}

TEST(ExplainTest, SpeaksJson) {
  const Catalog catalog = Catalog::Embedded();
  for (const CatalogCode& code : catalog.codes()) {
    const CommandResult run = Explain({"--json", absl::StrCat(code.value)});
    EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 1);
    const google::protobuf::Struct json = JsonOf(run.out);
    const auto text = [&](const std::string& name) {
      return json.fields().at(name).string_value();
    };
    EXPECT_EQ(json.fields().at("code").number_value(), code.value);
    EXPECT_EQ(text("name"), code.name);
    EXPECT_EQ(text("description"), code.description);
    EXPECT_EQ(text("cause"), code.cause);
    EXPECT_EQ(text("solution"), code.solution);
    EXPECT_NE(text("impact"), "");
    EXPECT_GE(json.fields().at("steps").list_value().values_size(), 2);
    EXPECT_FALSE(json.fields().contains("live"));
  }
}

TEST(ExplainTest, TakesAnotherCatalogue) {
  const TempDir dir;
  const std::string file = dir.File("catalogue.yaml");
  std::ofstream(file) << "codes:\n- {value: 7, name: FULL_MOON, category: client, severity: error, "
                         "action: vendor, solution: Wait a night.}\n"
                         "actions: [{name: vendor, who: the makers of GME, steps: [s]}]\n"
                         "impacts: [{text: t}]\n";
  const CommandResult run = Explain({"--catalog=" + file, "full_moon"});
  EXPECT_EQ(run.status, kExitGood) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("Wait a night."), HasSubstr("the makers of GME")));
  std::ofstream(file) << "codes:\n- {value: 7}\n";
  const CommandResult wrong = Explain({"--catalog=" + file, "7"});
  EXPECT_EQ(wrong.status, kExitUsage);
  EXPECT_THAT(wrong.err, HasSubstr("catalogue.yaml:2:"));
}

TEST(ExplainTest, SaysWhatIsWrong) {
  const auto check = [](const std::vector<std::string>& arguments, const std::string& words) {
    const CommandResult run = Explain(arguments);
    EXPECT_EQ(run.status, kExitUsage) << words;
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr(words));
  };
  check({}, "0 codes are given; allowed: one");
  check({"1005", "1006"}, "2 codes are given");
  check({"1010"}, "there is no documented code \"1010\"");
  check({"--colour", "1005"}, "there is no flag --colour");
  check({"--admin_address=ftp://x", "1005"}, "--admin_address is \"ftp://x\"; allowed: ");
}

TEST(ExplainTest, WithoutADaemonTheRunbookIsPrintedAllTheSame) {
  // Nobody listens on port 1.
  const CommandResult run = Explain({"--live", "--admin_address=127.0.0.1:1", "1005"});
  EXPECT_EQ(run.status, kExitUnreachable);
  EXPECT_THAT(run.out, HasSubstr("Mitigation"));
  EXPECT_THAT(run.err, HasSubstr("http://127.0.0.1:1/api/v1/codes/1005: "));
}

TEST(ExplainTest, WithoutADaemonTheDetectorIsNotKnown) {
  const CommandResult run = Explain({"--detector", "--admin_address=127.0.0.1:1", "1005"});
  EXPECT_EQ(run.status, kExitUnreachable);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("http://127.0.0.1:1/api/v1/detector/1005: "));
  EXPECT_EQ(Explain({"--detector", "--live", "1005"}).status, kExitUsage);
  EXPECT_THAT(Explain({"--region=eu", "1005"}).err, HasSubstr("allowed: with --detector only"));
}

}  // namespace
}  // namespace gmewatch
