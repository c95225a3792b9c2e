#include "daemon/base/version.h"

#include "gtest/gtest.h"

namespace gmewatch {
namespace {

TEST(VersionTest, IsThatOfTheProject) { EXPECT_EQ(Version(), GMEWATCH_VERSION); }

}  // namespace
}  // namespace gmewatch
