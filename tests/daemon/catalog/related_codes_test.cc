#include "daemon/catalog/related_codes.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

std::vector<int32_t> Of(int32_t value) {
  const Catalog catalog = Catalog::Embedded();
  return RelatedCodes(*catalog.Find(value), catalog);
}

TEST(RelatedCodesTest, FindsTheServersCodeForTheClientsFault) {
  EXPECT_THAT(Of(1005), Contains(10004));
  EXPECT_THAT(Of(1), ElementsAre(10001));
  EXPECT_THAT(Of(1001), ElementsAre(1002, 10008));
  EXPECT_THAT(Of(1004), ElementsAre(10002));
  EXPECT_THAT(Of(1401), Contains(10010));
}

TEST(RelatedCodesTest, FindsTheSameFaultInOtherStepsOfAVoiceMessage) {
  EXPECT_THAT(Of(8197), ElementsAre(12294, 32771));
  EXPECT_THAT(Of(4101), ElementsAre(8193, 12289, 20484));
  EXPECT_THAT(Of(8199), IsSupersetOf({12296, 32773}));
  EXPECT_THAT(Of(8194), IsSupersetOf({12290, 32776}));
  EXPECT_THAT(Of(32777), ElementsAre(32775));
}

TEST(RelatedCodesTest, FindsCodesWithTheSameFix) {
  EXPECT_THAT(Of(10006), ElementsAre(10009));
  EXPECT_THAT(Of(1101), ElementsAre(1102, 1201, 1202, 1401, 1402, 1601, 1602));
}

TEST(RelatedCodesTest, RelatesEverythingThatABrokenNetworkOrKeyAffects) {
  EXPECT_THAT(Of(1005), IsSupersetOf({1501, 8195, 8196, 10005, 12291, 12293, 32770}));
  EXPECT_THAT(Of(10003), IsSupersetOf({8194, 8199, 12290, 12296, 32773, 32776}));
}

TEST(RelatedCodesTest, ReadingTheLogsRelatesNoCodes) {
  EXPECT_THAT(Of(20482), IsEmpty());
  EXPECT_THAT(Of(12292), IsEmpty());
  EXPECT_THAT(Of(32769), IsEmpty());
}

TEST(RelatedCodesTest, IsMutualAndLeavesTheCodeItselfOut) {
  const Catalog catalog = Catalog::Embedded();
  for (const CatalogCode& code : catalog.codes()) {
    for (const int32_t related : RelatedCodes(code, catalog)) {
      EXPECT_NE(related, code.value);
      EXPECT_THAT(RelatedCodes(*catalog.Find(related), catalog), Contains(code.value)) << related;
    }
  }
}

TEST(RelatedCodesTest, FindsRelatedCodesOfAnAddedCodeAndIgnoresEmptyTexts) {
  const auto code = [](int value, const char* name, const char* solution) {
    return absl::StrCat(
        "- {value: ", value, ", name: ", name,
        ", category: client, severity: error, action: fix_app, solution: ", solution, "}\n");
  };
  const auto catalog =
      Catalog::Parse(absl::StrCat("codes:\n", code(9, "AV_ERR_SERVER_FULL_MOON", "Wait."),
                                  code(7, "AV_ERR_FULL_MOON", "Sleep."), code(8, "AV_ERR", "Ask."),
                                  code(6, "QAV_ERR", "Answer."),
                                  "actions: [{name: fix_app, who: w, steps: [s]}]\n"
                                  "impacts: [{text: t}]\n"),
                     "c.yaml");
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  EXPECT_THAT(RelatedCodes(*catalog->Find(9), *catalog), ElementsAre(7));
  EXPECT_THAT(RelatedCodes(*catalog->Find(8), *catalog), IsEmpty());
}

}  // namespace
}  // namespace gmewatch
