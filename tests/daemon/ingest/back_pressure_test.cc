#include "daemon/ingest/back_pressure.h"

#include <gtest/gtest.h>

#include <vector>

#include "daemon/base/clock.h"
#include "tests/daemon/log/committer_fakes.h"

namespace gmewatch {
namespace {

constexpr size_t kPendingBytesMax = 100'000;
constexpr size_t kShared = 50'000;

class BackPressureTest : public ::testing::Test {
 protected:
  BackPressureTest() { log_.Hold(true); }
  ~BackPressureTest() override {
    log_.Hold(false);
    committer_.Stop();
  }

  // Appends batches of `entries` until the committer is that full.
  void Fill(double fullness, size_t entries) {
    Batch batch;
    batch.sequence = 1;
    batch.entries.assign(entries, {1005, 1});
    const HashedOrigin origin{Origin{"demo", "eu", "", "", ""}};
    while (committer_.Fullness() < fullness) {
      ASSERT_TRUE(committer_.Append(batch, origin, &waiter_).ok());
    }
  }

  ScriptedLog log_;
  RealClock clock_;
  RecordingWaiter waiter_;
  Committer committer_{log_,
                       clock_,
                       {absl::ZeroDuration(), kPendingBytesMax},
                       0,
                       0,
                       [](uint64_t, const Epoch& epoch, std::vector<Verdict>* verdicts) {
                         verdicts->assign(CountBatches(epoch), Verdict::kCounted);
                       },
                       [](const absl::Status&) {}};
  BackPressure back_pressure_{&committer_};
};

TEST_F(BackPressureTest, StreamsWithSomethingWaitingHaveEqualShares) {
  EXPECT_EQ(back_pressure_.Share(), kShared);
  back_pressure_.Enter();
  EXPECT_EQ(back_pressure_.Share(), kShared);
  for (int i = 0; i < 9; ++i) back_pressure_.Enter();
  EXPECT_EQ(back_pressure_.Share(), kShared / 10);
  for (int i = 0; i < 10; ++i) back_pressure_.Leave();
  EXPECT_EQ(back_pressure_.Share(), kShared);
}

TEST_F(BackPressureTest, SlowsDownStreamsWithALargePartThatFillTheirHalf) {
  for (int i = 0; i < 10; ++i) back_pressure_.Enter();
  ASSERT_NO_FATAL_FAILURE(Fill(0.36, 50));
  EXPECT_FALSE(back_pressure_.StreamCausesLoad(kShared / 10));
  ASSERT_NO_FATAL_FAILURE(Fill(0.375, 50));
  EXPECT_TRUE(back_pressure_.StreamCausesLoad(kShared / 10));
  EXPECT_FALSE(back_pressure_.StreamCausesLoad(kShared / 20));
  EXPECT_FALSE(back_pressure_.ReportCausesLoad(10'000));
}

TEST_F(BackPressureTest, SlowsDownLargeReportsWhenReportsFillTheBuffer) {
  ASSERT_NO_FATAL_FAILURE(Fill(0.1, 0));
  ASSERT_NO_FATAL_FAILURE(Fill(0.74, 100));
  EXPECT_FALSE(back_pressure_.ReportCausesLoad(10'000));
  ASSERT_NO_FATAL_FAILURE(Fill(0.75, 100));
  EXPECT_TRUE(back_pressure_.ReportCausesLoad(24 + 32 + 800));
  EXPECT_FALSE(back_pressure_.ReportCausesLoad(24 + 32 + 8));
}

TEST_F(BackPressureTest, AsksForAThirdOfTheBatchesOfAReporter) {
  v1::ReportResponse response;
  BackPressure::SlowDown(&response);
  EXPECT_EQ(response.min_interval().seconds(), 15);
}

}  // namespace
}  // namespace gmewatch
