#include "daemon/gmectl/find_codes.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const Catalog& Embedded() {
  static const Catalog* const catalog = new Catalog(Catalog::Embedded());
  return *catalog;
}

std::vector<int32_t> Found(absl::string_view text) {
  std::vector<int32_t> values;
  const auto codes = FindCodes(Embedded(), text);
  EXPECT_TRUE(codes.ok()) << codes.status();
  for (const CatalogCode* code : codes.value_or(std::vector<const CatalogCode*>())) {
    values.push_back(code->value);
  }
  return values;
}

std::string Fault(absl::string_view text) {
  const absl::Status status = FindCodes(Embedded(), text).status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  return std::string(status.message());
}

TEST(FindCodesTest, ByNumberOrName) {
  EXPECT_THAT(Found("1005"), ElementsAre(1005));
  EXPECT_THAT(Found("AV_ERR_TIMEOUT"), ElementsAre(1005));
  EXPECT_THAT(Found("av_err_timeout"), ElementsAre(1005));
  EXPECT_THAT(Found("AV_ERR_SERVER_ID_NOT_IN_ROOM"), ElementsAre(10006, 10009));
}

TEST(FindCodesTest, NamesTheNearestNumbers) {
  EXPECT_THAT(Fault("1009"), AllOf(HasSubstr("no documented code \"1009\""), HasSubstr("allowed: "),
                                   HasSubstr("1008 AV_ERR_RESOURCE_IS_OCCUPIED, 1007 ")));
  EXPECT_THAT(Fault("-2147483648"), HasSubstr("such as 1 AV_ERR_FAILED"));
}

TEST(FindCodesTest, NamesTheNearestNames) {
  EXPECT_THAT(Fault("AV_ERR_TIMOUT"), HasSubstr("such as 1005 AV_ERR_TIMEOUT"));
  EXPECT_THAT(Fault("timeout"), AllOf(HasSubstr("1005 AV_ERR_TIMEOUT, 10004 AV_ERR_SERVER_TIMEOUT"),
                                      Not(HasSubstr("AV_ERR_FAILED"))));
}

TEST(FindCodesTest, KnowsWhatZeroIs) { EXPECT_THAT(Fault("0"), HasSubstr("AV_OK")); }

TEST(FindCodesTest, TheInputIsRepeatedPrintableAndShort) {
  const std::string fault = Fault(std::string(5000, 'x') + "\x1b");
  EXPECT_THAT(fault, HasSubstr("xx..\""));
  EXPECT_LT(fault.size(), 400U);
  EXPECT_THAT(Fault("\x1b[2J"), HasSubstr("\"?[2J\""));
}

}  // namespace
}  // namespace gmewatch
