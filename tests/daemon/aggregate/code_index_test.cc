#include "daemon/aggregate/code_index.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

constexpr int32_t kFarCode = 1'000'000;

TEST(CodeIndexTest, ACodeKeepsItsColumn) {
  Counters counters;
  CodeIndex index(counters);
  for (const int32_t code : {1005, -7, kFarCode}) {
    const size_t slot = index.SlotFor(code);
    EXPECT_EQ(counters.code(slot), code);
    EXPECT_EQ(index.SlotFor(code), slot);
  }
  EXPECT_EQ(counters.codes(), 4U);
}

TEST(CodeIndexTest, CountsUnknownCodesBeyondTheLimitAsOther) {
  Counters counters;
  CodeIndex index(counters);
  index.SetCatalog({1005}, true);
  for (int32_t i = 0; i < static_cast<int32_t>(kUnknownCodesMax); ++i) {
    EXPECT_NE(index.SlotFor(kFarCode + i), kOtherSlot);
  }
  EXPECT_EQ(index.SlotFor(kFarCode - 1), kOtherSlot);
  // A code of the catalogue needs none of the room for unknown codes, and gives its own back.
  index.SetCatalog({1005, kFarCode, 10001}, true);
  EXPECT_NE(index.SlotFor(10001), kOtherSlot);
  EXPECT_NE(index.SlotFor(kFarCode - 1), kOtherSlot);
  EXPECT_EQ(index.SlotFor(kFarCode - 2), kOtherSlot);
}

TEST(CodeIndexTest, ShowsOnlyTheColumnsThatItIsAskedToShow) {
  Counters counters;
  CodeIndex index(counters);
  index.SetCatalog({1005}, true);
  index.SetCatalog({1005, 10001}, false);
  const size_t late = index.SlotFor(10001);
  EXPECT_TRUE(counters.code_shown(index.SlotFor(1005)));
  EXPECT_FALSE(counters.code_shown(late));
  index.Show(10001);
  index.Show(4242);
  EXPECT_TRUE(counters.code_shown(late));
}

TEST(CodeIndexTest, LoadsItsOwnRows) {
  Counters counters;
  CodeIndex index(counters);
  index.SetCatalog({1005}, true);
  index.SlotFor(kFarCode);
  Counters loaded_counters;
  CodeIndex loaded(loaded_counters);
  ASSERT_TRUE(loaded.Load(index.Rows()).ok());
  EXPECT_EQ(loaded.SlotFor(1005), index.SlotFor(1005));
  EXPECT_EQ(loaded.SlotFor(kFarCode), index.SlotFor(kFarCode));
  EXPECT_EQ(loaded_counters.codes(), counters.codes());
  std::vector<CodeRow> rows = index.Rows();
  rows[2].slot = 9;
  Counters other_counters;
  EXPECT_EQ(CodeIndex(other_counters).Load(rows).code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace gmewatch
