#include "daemon/aggregate/code_index.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

constexpr int32_t kFarCode = 1'000'000;

TEST(CodeIndexTest, ACodeKeepsItsColumn) {
  Counters counters;
  CodeIndex index(counters);
  for (const int32_t code : {1005, -7, kFarCode}) {
    const size_t slot = index.SlotFor(code, "demo");
    EXPECT_EQ(counters.code(slot), code);
    EXPECT_EQ(index.SlotFor(code, "demo"), slot);
  }
  EXPECT_EQ(counters.codes(), 4U);
}

TEST(CodeIndexTest, CountsUnknownCodesBeyondTheLimitAsOther) {
  Counters counters;
  CodeIndex index(counters);
  index.SetCatalog({1005}, true);
  for (int32_t i = 0; i < static_cast<int32_t>(kUnknownCodesMax); ++i) {
    EXPECT_NE(index.SlotFor(kFarCode + i, "demo"), kOtherSlot);
  }
  EXPECT_EQ(index.SlotFor(kFarCode - 1, "demo"), kOtherSlot);
  // A code of the catalogue needs none of the room for unknown codes, and gives its own back.
  index.SetCatalog({1005, kFarCode, 10001}, true);
  EXPECT_NE(index.SlotFor(10001, "demo"), kOtherSlot);
  EXPECT_NE(index.SlotFor(kFarCode - 1, "demo"), kOtherSlot);
  EXPECT_EQ(index.SlotFor(kFarCode - 2, "demo"), kOtherSlot);
}

TEST(CodeIndexTest, OneAppLeavesRoomForTheOthers) {
  Counters counters;
  CodeIndex index(counters);
  index.SetCatalog({1005}, true);
  index.SetShare(kUnknownCodesOfApp);
  const auto columns = [&index](const char* app, int32_t first) {
    size_t given = 0;
    for (int32_t code = first; code < first + 200; ++code) {
      const size_t slot = index.SlotFor(code, app);
      if (slot == kOtherSlot) continue;
      index.NoteFirst(app, slot);
      ++given;
    }
    return given;
  };
  EXPECT_EQ(columns("flood", kFarCode), kUnknownCodesCommon);
  for (const char* app : {"a", "b", "c"}) {
    EXPECT_EQ(columns(app, 2 * kFarCode + 1000 * app[0]), kUnknownCodesOfApp) << app;
  }
  EXPECT_EQ(index.Find(1005), index.SlotFor(1005, "flood")) << "the catalogue's needs no room";
}

TEST(CodeIndexTest, ShowsOnlyTheColumnsThatItIsAskedToShow) {
  Counters counters;
  CodeIndex index(counters);
  index.SetCatalog({1005}, true);
  index.SetCatalog({1005, 10001}, false);
  const size_t late = index.SlotFor(10001, "demo");
  EXPECT_TRUE(counters.code_shown(index.SlotFor(1005, "demo")));
  EXPECT_FALSE(counters.code_shown(late));
  index.Show(10001);
  index.Show(4242);
  EXPECT_TRUE(counters.code_shown(late));
}

TEST(CodeIndexTest, ACodeOfAnOverlayHasAColumnOnceItCounts) {
  Counters counters;
  CodeIndex index(counters);
  std::vector<int32_t> overlay;
  for (int32_t code = 7000; code < 7200; ++code) overlay.push_back(code);
  index.SetOverlay(overlay);
  index.SetCatalog({1005}, true);
  EXPECT_EQ(counters.codes(), 2U) << "none counts yet";
  // Unknown codes leave them their room, and they leave unknown codes theirs.
  for (size_t i = 0; i < kUnknownCodesMax + 10; ++i) {
    index.SlotFor(kFarCode + static_cast<int32_t>(i), "demo");
  }
  EXPECT_EQ(counters.codes(), 2 + kUnknownCodesMax);
  size_t given = 0;
  for (const int32_t code : overlay) {
    const size_t slot = index.SlotFor(code, "demo");
    if (slot == kOtherSlot) continue;
    ++given;
    EXPECT_EQ(index.Find(code), slot);
    EXPECT_FALSE(counters.code_shown(slot)) << "it starts at zero for scrapers";
  }
  EXPECT_GE(given, kOverlayColumnsMin);
  EXPECT_EQ(counters.codes(), kCodeSlotsMax) << "the table is full";
}

TEST(CodeIndexTest, ACodeThatAnOverlayTakesOverGivesItsRoomBack) {
  Counters counters;
  CodeIndex index(counters);
  index.SetCatalog({1005}, true);
  for (size_t i = 0; i < kUnknownCodesMax; ++i) {
    index.SlotFor(kFarCode + static_cast<int32_t>(i), "demo");
  }
  const size_t slot = index.Find(kFarCode);
  EXPECT_EQ(index.SlotFor(4242, "demo"), kOtherSlot);
  index.SetOverlay({kFarCode});
  index.SetCatalog({1005}, true);
  EXPECT_EQ(index.Find(kFarCode), slot);
  EXPECT_NE(index.SlotFor(4242, "demo"), kOtherSlot);
  // Without the overlay it is unknown again, and no further code has room.
  index.SetOverlay({});
  index.SetCatalog({1005}, true);
  EXPECT_EQ(index.Find(kFarCode), slot);
  EXPECT_EQ(index.SlotFor(4243, "demo"), kOtherSlot);
}

TEST(CodeIndexTest, LoadsItsOwnRows) {
  Counters counters;
  CodeIndex index(counters);
  index.SetCatalog({1005}, true);
  index.SlotFor(kFarCode, "demo");
  Counters loaded_counters;
  CodeIndex loaded(loaded_counters);
  ASSERT_TRUE(loaded.Load(index.Rows()).ok());
  EXPECT_EQ(loaded.SlotFor(1005, "demo"), index.SlotFor(1005, "demo"));
  EXPECT_EQ(loaded.SlotFor(kFarCode, "demo"), index.SlotFor(kFarCode, "demo"));
  EXPECT_EQ(loaded_counters.codes(), counters.codes());
  std::vector<CodeRow> rows = index.Rows();
  rows[2].slot = 9;
  Counters other_counters;
  EXPECT_EQ(CodeIndex(other_counters).Load(rows).code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace gmewatch
