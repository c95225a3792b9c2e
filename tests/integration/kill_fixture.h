// A site with a seed, for tests that kill gmewatchd. GMEWATCH_KILL_SEED repeats a run;
// GMEWATCH_KILL_PROGRAM is another build of gmewatchd to kill.
#ifndef GMEWATCH_TESTS_INTEGRATION_KILL_FIXTURE_H_
#define GMEWATCH_TESTS_INTEGRATION_KILL_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/integration/ledger_site.h"
#include "tests/support/environment.h"

namespace gmewatch {

class KillTest : public ::testing::Test {
 protected:
  KillTest() {
    options_.seed = seed_;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets it
    const char* program = std::getenv("GMEWATCH_KILL_PROGRAM");
    if (program != nullptr) options_.program = program;
  }

  // Kills at random moments, at most half a second apart.
  void KillAtRandom(LedgerSite* site, uint64_t kills) {
    for (uint64_t i = 0; i < kills && !HasFailure(); ++i) {
      Pause(absl::Milliseconds(static_cast<int64_t>(random_() % 500)));
      site->KillAndRestart();
    }
  }

  void ExpectNothingWrong(const Findings& findings) {
    Print(findings);
    EXPECT_THAT(findings.differences.wrong, ::testing::IsEmpty());
    EXPECT_EQ(findings.differences.missing, 0);
    EXPECT_EQ(findings.differences.surplus, 0);
    EXPECT_EQ(findings.lowered, 0U);
    EXPECT_EQ(findings.exit_status, 0);
    EXPECT_GT(findings.ledger.rejected(), 0U);
  }

  void Print(const Findings& findings) const {
    std::cout << "GMEWATCH_KILL_SEED=" << seed_ << ": " << findings.Summary() << "\n";
  }

  const uint32_t seed_ =
      static_cast<uint32_t>(NumberOr("GMEWATCH_KILL_SEED", std::random_device()()));
  const ::testing::ScopedTrace trace_{__FILE__, __LINE__,
                                      absl::StrCat("GMEWATCH_KILL_SEED=", seed_)};
  std::mt19937 random_{seed_};
  LedgerSiteOptions options_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_INTEGRATION_KILL_FIXTURE_H_
