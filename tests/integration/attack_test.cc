// Clients of one app while strangers, and players of another app, do their worst. How long the
// good clients wait is measured by tests/bench/wire_attack, since a test is no stopwatch.
#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <string>

#include "tests/support/attacked_site.h"

namespace gmewatch {
namespace {

// What all attacks together may take, of a daemon built for debugging.
constexpr double kMiBMax = 300;
constexpr absl::Duration kTime = absl::Milliseconds(300);

void AttackOneAfterTheOther(const std::string& front) {
  const auto site = AttackedSite::Start(front);
  ASSERT_TRUE(site.ok()) << site.status();
  ASSERT_GT((*site)->Measure(nullptr, absl::Milliseconds(200)).answered.size(), 0U);
  const double before = (*site)->ResidentMiB();
  for (const Attack& attack : Attacks()) {
    if (attack.needs_front && front.empty()) continue;
    const GoodReports good = (*site)->Measure(&attack, kTime);
    std::cout << attack.name << ": " << good.answered.size() << " answered, at most "
              << (*site)->most_mib() << " MiB so far\n";
    EXPECT_GT(good.answered.size(), 0U) << attack.name;
    EXPECT_EQ(good.failed, 0) << attack.name << ": " << good.failure;
    EXPECT_EQ((*site)->WrongCounts(), "") << attack.name;
  }
  std::cout << before << " MiB before, at most " << (*site)->most_mib() - before << " MiB more\n";
  EXPECT_LT((*site)->most_mib() - before, kMiBMax);
}

TEST(AttackTest, GoodClientsAreAnsweredAndCountersAreTrue) { AttackOneAfterTheOther(""); }

TEST(AttackTest, GoodClientsAreAnsweredBehindTheFrontToo) {
  AttackOneAfterTheOther(GMEWATCH_HAPROXY_CFG);
}

}  // namespace
}  // namespace gmewatch
