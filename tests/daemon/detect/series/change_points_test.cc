#include "daemon/detect/series/change_points.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "daemon/detect/series/likelihood_ratio.h"
#include "tests/support/random.h"

namespace gmewatch {
namespace {

constexpr uint32_t kTicksMax = 60'000;

// Adds ticks one by one and keeps them all, to try every change point.
class Ticks {
 public:
  explicit Ticks(double base, uint32_t first_tick = 5000, uint32_t ticks_max = kTicksMax)
      : base_(base), ticks_max_(ticks_max), first_tick_(first_tick) {}

  void Add(uint64_t events) {
    all_.push_back(events);
    const Stretch added = {static_cast<float>(events), static_cast<float>(base_)};
    points_.Add(added, tick(), 1, ticks_max_, [this](const Stretch& stretch) {
      released_.events += stretch.events;
      released_.base += stretch.base;
    });
  }

  // The best of all change points since which the rate exceeds kMinFactor.
  BestChangePoint BruteForce(double vmr, double drift) const {
    BestChangePoint best;
    double events = 0;
    double base = 0;
    for (size_t i = all_.size(); i-- > 0;) {
      events += static_cast<double>(all_[i]);
      base += base_;
      if (events <= 0.9999 * kMinFactor * base) continue;  // the precision of a float
      const double llr = LogLikelihoodRatio(events, kMinFactor * base, vmr, drift);
      if (llr <= best.llr) continue;
      best.llr = llr;
      best.events = events;
      best.base = base;
      best.start = first_tick_ + static_cast<uint32_t>(i);
    }
    return best;
  }

  // Events and base that were not released yet.
  Stretch kept() const {
    Stretch sum = {0, 0};
    for (const Stretch& stretch : points_.stretches()) {
      sum.events += stretch.events;
      sum.base += stretch.base;
    }
    return sum;
  }

  uint64_t events() const {
    uint64_t sum = 0;
    for (const uint64_t events : all_) sum += events;
    return sum;
  }
  double base() const { return base_ * static_cast<double>(all_.size()); }
  uint32_t tick() const { return first_tick_ + static_cast<uint32_t>(all_.size()) - 1; }
  const ChangePoints& points() const { return points_; }
  size_t count() const { return points_.stretches().size(); }
  BestChangePoint Best(double vmr, double drift) const {
    return points_.FindBest(tick(), 1, vmr, {.now = drift});
  }
  const Stretch& released() const { return released_; }

 private:
  const double base_;
  const uint32_t ticks_max_;
  const uint32_t first_tick_;
  std::vector<uint64_t> all_;
  Stretch released_ = {0, 0};
  ChangePoints points_;
};

struct Loss {
  double ticks = 0;   // at which brute force finds a notable ratio
  double losses = 0;  // of these, ticks with less than 90 % of that ratio
  double lowest = 1;  // the lowest share that was found
};

// Compares a quiet series with a few rises with brute force.
void Compare(double rate, double vmr, double drift, uint64_t seed, Loss* loss) {
  SCOPED_TRACE(testing::Message() << "rate " << rate << " seed " << seed);
  Random counts(seed);
  Ticks ticks(rate);
  for (int tick = 0; tick < 3000; ++tick) {
    const bool risen = tick % 500 > 400;
    const int rises = tick / 500;
    const double now = rate * (risen ? 1 + rises * 0.4 : 1);
    ticks.Add(vmr > 1 ? counts.NegativeBinomial(now, vmr) : counts.Poisson(now));
    const BestChangePoint found = ticks.Best(vmr, drift);
    const BestChangePoint truth = ticks.BruteForce(vmr, drift);
    ASSERT_LE(found.llr, truth.llr * (1 + 1e-4) + 1e-4) << tick;
    ASSERT_GE(ticks.points().LlrBound(1, vmr), found.llr * (1 - 1e-5) - 1e-3) << tick;
    // Far from any alarm, or so close to kMinFactor that the pruning below it matters.
    if (truth.llr < 6 || truth.events < 1.5 * truth.base) continue;
    const double share = found.llr / truth.llr;
    ++loss->ticks;
    loss->losses += share < 0.9 ? 1 : 0;
    loss->lowest = std::min(loss->lowest, share);
  }
}

TEST(ChangePointsTest, FindNoMoreThanBruteForceAndRarelyMuchLess) {
  Loss poisson;
  Loss drifting;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    for (const double rate : {0.05, 0.5, 5.0, 50.0}) {
      Compare(rate, 1, 0, seed, &poisson);
      Compare(rate, 2, 0.02, seed, &drifting);
    }
  }
  EXPECT_GT(poisson.ticks, 5000);
  EXPECT_GT(drifting.ticks, 2000);
  // With three corners 1.4 % and 2.2 % of the ticks lose more than a tenth, and at worst 0.70 and
  // 0.35 of the ratio is left: with drift the best change point need not be a corner.
  EXPECT_LT(poisson.losses, 0.02 * poisson.ticks);
  EXPECT_LT(drifting.losses, 0.03 * drifting.ticks);
  EXPECT_GT(poisson.lowest, 0.65);
  EXPECT_GT(drifting.lowest, 0.3);
}

TEST(ChangePointsTest, ReleaseEveryEventOnce) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    Random counts(seed);
    Ticks ticks(2, 65'000, 100);  // across the end of 16 bits, too
    for (int tick = 0; tick < 3000; ++tick) {
      ticks.Add(counts.Poisson(tick % 300 > 200 ? 5 : 2));
      const double events = ticks.released().events + ticks.kept().events;
      const double base = ticks.released().base + ticks.kept().base;
      ASSERT_EQ(events, static_cast<double>(ticks.events())) << tick;
      ASSERT_EQ(base, ticks.base()) << tick;
    }
    EXPECT_GT(ticks.released().events, 1000);
  }
}

TEST(ChangePointsTest, AreTheCornersOfIncreasingRates) {
  Random counts(3);
  Ticks ticks(1);
  size_t corners_max = 0;
  for (int tick = 0; tick < 5000; ++tick) {
    ticks.Add(counts.Poisson(tick % 100 > 60 ? 2 + 0.05 * (tick % 100) : 1));
    ASSERT_LE(ticks.count(), ChangePoints::kMax);
    corners_max = std::max(corners_max, ticks.count());
    float before = kMinFactor;
    for (const Stretch& stretch : ticks.points().stretches()) {
      ASSERT_GT(stretch.events / stretch.base, before * 0.99999F) << tick;
      before = stretch.events / stretch.base;
    }
  }
  EXPECT_EQ(corners_max, 3);
}

TEST(ChangePointsTest, FindTheStartOfARise) {
  // Across the end of 16 bits, and elsewhere.
  for (const uint32_t first_tick : {5000U, 65'500U, 142'498'600U}) {
    Ticks ticks(5, first_tick);
    for (int tick = 0; tick < 30; ++tick) ticks.Add(5);
    EXPECT_EQ(ticks.count(), 0);
    for (int tick = 0; tick < 20; ++tick) ticks.Add(25);
    const BestChangePoint best = ticks.Best(1, 0);
    EXPECT_EQ(best.start, first_tick + 30);
    EXPECT_EQ(best.events, 500);
    EXPECT_EQ(best.base, 100);
    EXPECT_NEAR(best.llr, LogLikelihoodRatio(500, 100 * kMinFactor, 1, 0), 1e-4);
    EXPECT_NEAR(ticks.Best(1.5, 0).llr, LogLikelihoodRatio(500, 100 * kMinFactor, 1.5, 0), 1e-4);
  }
}

TEST(ChangePointsTest, AreReleasedWhenTheyAreTooOld) {
  Ticks ticks(5, 5000, 50);
  for (int tick = 0; tick <= 50; ++tick) ticks.Add(10);
  EXPECT_EQ(ticks.count(), 1);
  EXPECT_EQ(ticks.released().events, 0);
  ticks.Add(10);
  EXPECT_EQ(ticks.count(), 0);
  EXPECT_EQ(ticks.released().events, 520);
}

TEST(ChangePointsTest, NeedARateAboveTheMinimumFactor) {
  Ticks ticks(8);
  for (int tick = 0; tick < 500; ++tick) ticks.Add(10);  // 1.25 times
  EXPECT_EQ(ticks.count(), 0);
  EXPECT_EQ(ticks.Best(1, 0).llr, 0);
  EXPECT_EQ(ticks.points().LlrBound(1, 1), 0);
}

}  // namespace
}  // namespace gmewatch
