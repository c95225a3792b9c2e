#include "client/src/detail_list.h"

#include <gtest/gtest.h>

#include <string>

namespace gmewatch::client {
namespace {

TEST(DetailListTest, MovesEachDetailOnce) {
  DetailList details;
  details.Add(1005, "EnterRoom", -42);
  Batch batch;
  details.MoveTo(&batch);
  ASSERT_EQ(batch.details.size(), 1U);
  EXPECT_EQ(batch.details[0].code, 1005);
  EXPECT_EQ(batch.details[0].operation, "EnterRoom");
  EXPECT_EQ(batch.details[0].underlying_code, -42);
  details.MoveTo(&batch);
  EXPECT_EQ(batch.details.size(), 1U);
}

TEST(DetailListTest, KeepsTheFirstSixteen) {
  DetailList details;
  for (int32_t code = 0; code < 20; ++code) details.Add(code, "", 0);
  Batch batch;
  details.MoveTo(&batch);
  ASSERT_EQ(batch.details.size(), 16U);
  EXPECT_EQ(batch.details[15].code, 15);
}

TEST(DetailListTest, MakesAnyOperationFitTheWire) {
  DetailList details;
  details.Add(1, std::string(100, 'x'), 0);
  details.Add(2, "\xFF\n", 0);
  Batch batch;
  details.MoveTo(&batch);
  EXPECT_EQ(batch.details[0].operation, std::string(64, 'x'));
  EXPECT_EQ(batch.details[1].operation, "??");
}

}  // namespace
}  // namespace gmewatch::client
