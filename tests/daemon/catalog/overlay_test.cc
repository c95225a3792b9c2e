#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/catalog/catalog.h"
#include "daemon/catalog/related_codes.h"
#include "daemon/catalog/runbook.h"
#include "daemon/catalog/shipped_overlays.h"
#include "daemon/model/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr int32_t kTwoMeanings = 1007;  // documented, and another one from SDK 3.0 on
constexpr int32_t kOnlyNew = 1009;
constexpr int32_t kOnlyOld = 7022;

// A row in lines 2 to 7 of an overlay.
std::string Row(int32_t value, int sdk, const std::string& name = "GAME_OVER") {
  return absl::StrCat("- value: ", value, sdk == 0 ? "" : absl::StrCat("\n  sdk: ", sdk),
                      "\n  name: ", name,
                      "\n  category: client\n  severity: error\n  action: fix_app\n"
                      "  solution: Restart the game.\n");
}

Catalog WithShipped() {
  Catalog catalog = Catalog::Embedded();
  for (const absl::string_view name : kShippedOverlays) {
    EXPECT_TRUE(catalog.AddOverlay(std::string(name)).ok());
  }
  return catalog;
}

std::string ErrorOf(const std::string& yaml, Catalog catalog = Catalog::Embedded()) {
  const absl::Status added = catalog.AddOverlay(yaml, "o.yaml");
  EXPECT_EQ(added.code(), absl::StatusCode::kInvalidArgument);
  return std::string(added.message());
}

TEST(OverlayTest, TheBuiltInOnesAddCodesAndLeaveTheDocumentsAlone) {
  const Catalog documented = Catalog::Embedded();
  const Catalog catalog = WithShipped();
  EXPECT_EQ(catalog.documented(), documented.documented());
  EXPECT_GT(catalog.in_overlays_only().size(), 100U);
  EXPECT_EQ(catalog.codes().size(), 73 + catalog.in_overlays_only().size());
  for (const CatalogCode& code : documented.codes()) {
    const CatalogCode& now = *catalog.Find(code.value);
    EXPECT_EQ(now.name, code.name);
    EXPECT_EQ(now.solution, code.solution);
    EXPECT_EQ(now.overlay, "");
  }
  for (const int32_t value : catalog.in_overlays_only()) {
    EXPECT_EQ(documented.Find(value), nullptr);
    EXPECT_FALSE(RunbookFor(*catalog.Find(value), catalog).steps.empty()) << value;
  }
}

TEST(OverlayTest, ACodeMeansWhatTheAppsSdkMeans) {
  Catalog catalog = WithShipped();
  catalog.SetSdks({{"old", 2}, {"new", 3}});
  EXPECT_EQ(catalog.Find(kTwoMeanings, "old")->overlay, "");
  EXPECT_EQ(catalog.Find(kTwoMeanings, "new")->overlay, "gme_sdk_3");
  EXPECT_EQ(catalog.Find(kTwoMeanings)->overlay, "") << "no app is meant";
  EXPECT_EQ(catalog.Find(kTwoMeanings, "all")->overlay, "");
  EXPECT_EQ(catalog.Find(1005, "new")->overlay, "") << "it means the same in both";
  // What only one of them has is better than nothing.
  EXPECT_EQ(catalog.Find(kOnlyNew, "old")->sdk, 3);
  EXPECT_EQ(catalog.Find(kOnlyOld, "new")->sdk, 2);
  catalog.SetSdks({{"new", 3}, {"newer", 3}});
  EXPECT_EQ(catalog.Find(kTwoMeanings)->overlay, "gme_sdk_3") << "all apps use it";
}

TEST(OverlayTest, ANoteSaysWhatTheCodeMeansElsewhere) {
  Catalog catalog = WithShipped();
  const CatalogCode& old = *catalog.Find(kTwoMeanings);
  const std::string documented_name = old.name;
  EXPECT_THAT(old.sdk_note, StartsWith("From SDK 3.0 on, 1007 means AV_ERR_"));
  EXPECT_EQ(catalog.Find(1005)->sdk_note, "");
  EXPECT_EQ(catalog.Find(kOnlyNew)->sdk_note, "Only SDK 3.0 and later answer with this code.");
  EXPECT_EQ(catalog.Find(kOnlyOld)->sdk_note, "");
  EXPECT_EQ(Catalog::Embedded().Find(kTwoMeanings)->sdk_note, "");
  EXPECT_EQ(ShippedSdkNote(*Catalog::Embedded().Find(kTwoMeanings)), old.sdk_note);
  catalog.SetSdks({{"new", 3}});
  EXPECT_THAT(catalog.Find(kTwoMeanings)->sdk_note,
              StartsWith(absl::StrCat("Before SDK 3.0, 1007 means ", documented_name, ": ")));
  EXPECT_EQ(catalog.Find(kOnlyNew)->sdk_note, "");
  EXPECT_EQ(catalog.Find(kOnlyOld)->sdk_note, "Only SDKs before 3.0 answer with this code.");
}

TEST(OverlayTest, ARemarkStandsBehindTheDocumentsRowAndChangesNothingOfIt) {
  const Catalog documented = Catalog::Embedded();
  Catalog catalog = WithShipped();
  size_t remarks = 0;
  for (const CatalogCode& code : documented.codes()) {
    const CatalogCode& now = *catalog.Find(code.value);
    EXPECT_EQ(now.solution, code.solution);
    if (catalog.RemarkOn(code.value).empty()) continue;
    ++remarks;
    EXPECT_THAT(now.sdk_note, StartsWith(absl::StrCat("In SDK 2.9, ", code.value, " means ")));
  }
  EXPECT_EQ(remarks, 14U);
  EXPECT_THAT(catalog.Find(10007)->sdk_note, Not(HasSubstr("SDK 3.0")));
  EXPECT_THAT(catalog.Find(8197)->sdk_note, HasSubstr(". From SDK 3.0 on, 8197 means AV_ERR_"));
  EXPECT_EQ(documented.Find(10007)->sdk_note, "");
  catalog.SetSdks({{"new", 3}});
  EXPECT_THAT(catalog.Find(8197)->sdk_note, StartsWith("Before SDK 3.0, 8197 means "));
}

TEST(OverlayTest, ARemarkOnACodeIsThereOnceAndWhole) {
  const std::string remark =
      "- value: 1005\n  sdk_version: \"2.9\"\n  name: SLOW\n  text: Wait longer.\n";
  const std::string codes = "codes:\n" + Row(5, 2);
  EXPECT_EQ(ErrorOf(codes + "remarks:\n" + remark + remark),
            "o.yaml:14:10: there is a remark on 1005 already");
  EXPECT_THAT(ErrorOf(codes + "remarks:\n- value: 1005\n  name: SLOW\n  text: Wait longer.\n"),
              HasSubstr("sdk_version of the remark on 1005 is empty"));
  Catalog catalog = Catalog::Embedded();
  ASSERT_TRUE(catalog.AddOverlay(codes + "remarks:\n" + remark, "first.yaml").ok());
  EXPECT_EQ(catalog.Find(1005)->sdk_note, "In SDK 2.9, 1005 means SLOW: Wait longer.");
  EXPECT_EQ(ErrorOf("codes:\n" + Row(5, 3) + "remarks:\n" + remark, catalog),
            "o.yaml:10:10: another overlay has a remark on 1005 already");
  EXPECT_EQ(catalog.Find(5, "app")->sdk, 2) << "nothing of the wrong one was added";
  const auto parsed = Catalog::Parse("remarks:\n" + remark + codes, "c.yaml");
  EXPECT_THAT(parsed.status().message(), HasSubstr("a catalogue has no remarks"));
}

TEST(OverlayTest, CodesOfTwoSdksAreNotRelated) {
  Catalog catalog = Catalog::Embedded();
  ASSERT_TRUE(catalog
                  .AddOverlay("codes:\n" + Row(50'001, 2, "A_LOST_KEY") +
                                  Row(50'002, 3, "B_LOST_KEY") + Row(50'003, 0, "C_LOST_KEY"),
                              "o.yaml")
                  .ok());
  const std::vector<int32_t> related = RelatedCodes(*catalog.Find(50'001), catalog);
  EXPECT_THAT(related, Contains(50'003));
  EXPECT_THAT(related, Not(Contains(50'002)));
}

TEST(OverlayTest, CannotChangeADocumentedCode) {
  for (const int sdk : {0, 2}) {
    EXPECT_EQ(ErrorOf("codes:\n" + Row(1005, sdk)),
              "o.yaml:2:10: value 1005 is in the catalogue, which an overlay cannot change; sdk: 3 "
              "is allowed, for what it means there");
  }
}

TEST(OverlayTest, AValueOfOneSdkIsThereOnce) {
  EXPECT_EQ(ErrorOf("codes:\n" + Row(5, 2) + Row(5, 3) + Row(5, 2)),
            "o.yaml:16:10: value 5 is there already, in line 2");
  Catalog catalog = Catalog::Embedded();
  ASSERT_TRUE(catalog.AddOverlay("codes:\n" + Row(5, 2), "first.yaml").ok());
  EXPECT_EQ(ErrorOf("codes:\n" + Row(5, 2), catalog),
            "o.yaml:2:10: value 5 of this sdk is in first.yaml already");
  EXPECT_TRUE(catalog.AddOverlay("codes:\n" + Row(5, 3), "second.yaml").ok());
}

TEST(OverlayTest, RejectsWhatNoOverlayHas) {
  EXPECT_EQ(ErrorOf("codes:\n" + Row(5, 4)), "o.yaml:3:8: sdk of code 5 is 4; 2 and 3 are allowed");
  EXPECT_EQ(ErrorOf("actions: []\ncodes:\n" + Row(5, 2)),
            "o.yaml:1:10: an overlay cannot have actions; source, codes and remarks are allowed");
  EXPECT_THAT(ErrorOf("source: nothing\n"), HasSubstr("the overlay has 0 codes, from 1 to 512"));
  EXPECT_THAT(ErrorOf("codes:\n" + Row(0, 2)), HasSubstr("value 0 is AV_OK"));
  EXPECT_EQ(Catalog::Embedded().AddOverlay("/no/such/overlay.yaml").code(),
            absl::StatusCode::kInvalidArgument);
  const auto catalog = Catalog::Parse("codes:\n" + Row(5, 2), "c.yaml");
  EXPECT_FALSE(catalog.ok()) << "sdk in a catalogue";
}

TEST(OverlayTest, AWrongOneAddsNothing) {
  Catalog catalog = Catalog::Embedded();
  EXPECT_FALSE(catalog.AddOverlay("codes:\n" + Row(5, 2) + Row(1005, 2), "o.yaml").ok());
  EXPECT_EQ(catalog.Find(5), nullptr);
  EXPECT_THAT(catalog.in_overlays_only(), IsEmpty());
}

TEST(OverlayTest, AllTogetherHaveALimit) {
  Catalog catalog = Catalog::Embedded();
  std::string rows = "codes:\n";
  for (size_t i = 0; i < kOverlayCodesMax; ++i) rows += Row(static_cast<int32_t>(100'000 + i), 2);
  ASSERT_TRUE(catalog.AddOverlay(rows, "o.yaml").ok());
  EXPECT_THAT(ErrorOf("codes:\n" + Row(5, 2), catalog),
              HasSubstr("the overlay has 1 codes, from 1 to 0 are allowed"));
}

TEST(OverlayTest, NamesTheBuiltInOneThatKnowsACode) {
  EXPECT_THAT(ShippedOverlayWith(kOnlyOld), StartsWith("gme_sdk_2_9 knows it as "));
  EXPECT_THAT(ShippedOverlayWith(kOnlyNew), StartsWith("gme_sdk_3 knows it as "));
  EXPECT_EQ(ShippedOverlayWith(1005), "") << "it is documented";
  EXPECT_EQ(ShippedOverlayWith(424242), "");
}

TEST(OverlayTest, ValuesAndNamesAreTheSdks) {
  const Catalog catalog = WithShipped();
  std::set<std::pair<int32_t, int>> rows;
  for (const CatalogCode* row : catalog.rows()) {
    EXPECT_TRUE(rows.insert({row->value, row->sdk}).second) << row->value;
  }
  // Two of each file, read in the SDK's headers.
  EXPECT_EQ(catalog.Find(4051, "")->sdk, 2);
  EXPECT_EQ(catalog.Find(7022)->name, "AV_ERR_BUS_ERROR");
  EXPECT_THAT(catalog.Find(kOnlyNew)->name, HasSubstr("DISCONNECTED"));
  EXPECT_THAT(catalog.Find(kTwoMeanings)->sdk_note, HasSubstr("REFUSED"));
}

}  // namespace
}  // namespace gmewatch
