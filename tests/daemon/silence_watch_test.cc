#include "daemon/silence_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/random.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::Duration kTick = absl::Seconds(10);
constexpr int kHour = 360;

// Two places in each of which many sessions report, and a watch without its thread.
class SilenceWatchTest : public testing::Test {
 protected:
  SilenceWatchTest() {
    for (const char* region : {"eu", "us"}) counters_.AddPlace({"shooter", region}, true);
    Start();
  }
  void Start() {
    watch_ = std::make_unique<SilenceWatch>(DetectSettings(), counters_, versions_, clock_,
                                            [this] { return intake_; });
  }
  void Restart(absl::Duration downtime) {
    const std::string saved = watch_->Save();
    clock_.Advance(downtime);
    Start();
    watch_->Load(saved);
  }
  // Ticks in which this many sessions report in each place.
  void Ticks(int ticks, int eu, int us) {
    for (int i = 0; i < ticks; ++i) {
      clock_.Advance(kTick);
      Send(0, eu);
      Send(1, us);
      watch_->RunOnce();
    }
  }
  void Send(size_t place, int sessions) {
    for (int i = 0; i < sessions; ++i) {
      counters_.place(place).reporters().Add({random_.Bits(), random_.Bits()});
    }
    intake_.counted += static_cast<uint64_t>(sessions);
    intake_.commits += sessions > 0 ? 1 : 0;
  }
  std::vector<std::string> Active() const {
    std::vector<std::string> out;
    for (const Silence& silence : watch_->Report()->silences) {
      if (silence.active) out.push_back(absl::StrCat(silence.place.app, "/", silence.place.region));
    }
    return out;
  }

  ManualClock clock_{absl::FromUnixSeconds(1'795'212'003)};
  Counters counters_;
  VersionTable versions_;
  Random random_{81};
  Intake intake_;
  std::unique_ptr<SilenceWatch> watch_;
};

TEST_F(SilenceWatchTest, PublishesAndLogsAStopAndItsEnd) {
  Ticks(kHour, 40, 40);
  const absl::Time begin = clock_.Now();
  testing::internal::CaptureStderr();
  Ticks(12, 0, 40);
  ASSERT_THAT(Active(), ElementsAre("all/eu"));
  const Silence silence = watch_->Report()->silences[0];
  EXPECT_NEAR(static_cast<double>(silence.start_s), static_cast<double>(absl::ToUnixSeconds(begin)),
              20);
  EXPECT_NEAR(silence.usual_rate, 4, 0.6);
  EXPECT_EQ(silence.observed_rate, 0);
  Ticks(6, 40, 40);
  EXPECT_THAT(Active(), IsEmpty());
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("WARN"));
  EXPECT_THAT(log, HasSubstr("reports stopped app=all region=eu usual=2"));
  EXPECT_THAT(log, HasSubstr("stop of reports ended app=all region=eu lasted=2m"));
}

TEST_F(SilenceWatchTest, AVersionThatStopsAloneIsReportedOneThatStopsWithItsPlaceIsNot) {
  const auto ticks = [this](int n, int eu, int old_version, int new_version) {
    for (int i = 0; i < n; ++i) {
      for (int k = 0; k < old_version; ++k) {
        versions_.Add(versions_.SlotFor("ios", "1.0"), {random_.Bits(), random_.Bits()});
      }
      for (int k = 0; k < new_version; ++k) {
        versions_.Add(versions_.SlotFor("ios", "1.1"), {random_.Bits(), random_.Bits()});
      }
      Ticks(1, eu, 40);
    }
  };
  ticks(kHour, 40, 40, 40);
  testing::internal::CaptureStderr();
  ticks(18, 40, 40, 0);
  ASSERT_THAT(Active(), ElementsAre("all/all"));
  EXPECT_EQ(watch_->Report()->silences[0].version, (ClientVersion{"ios", "1.1"}));
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("reports stopped app=all region=all platform=ios version=1.1 usual="));
  Restart(absl::Seconds(5));
  ASSERT_THAT(Active(), ElementsAre("all/all"));
  ticks(30, 40, 40, 40);
  ASSERT_THAT(Active(), IsEmpty());
  ticks(2 * kHour, 40, 40, 40);
  ticks(18, 0, 40, 0);
  EXPECT_THAT(Active(), ElementsAre("all/eu"));
}

TEST_F(SilenceWatchTest, ItsOwnDowntimeIsNoStop) {
  for (const absl::Duration downtime : {absl::Seconds(5), absl::Minutes(20), absl::Hours(9)}) {
    Ticks(kHour, 40, 40);
    Restart(downtime);
    // Clients come back within the downtime, but not at once.
    Ticks(5, 0, 0);
    if (downtime > absl::Minutes(1)) Ticks(24, 0, 0);
    EXPECT_THAT(Active(), IsEmpty()) << downtime;
    Ticks(30, 40, 40);
    EXPECT_THAT(Active(), IsEmpty()) << downtime;
  }
}

TEST_F(SilenceWatchTest, AStopLastsOverARestart) {
  Ticks(kHour, 40, 40);
  Ticks(12, 0, 0);
  ASSERT_THAT(Active(), ElementsAre("all/all"));
  const Silence before = watch_->Report()->silences[0];
  Restart(absl::Minutes(2));
  ASSERT_THAT(Active(), ElementsAre("all/all")) << "before the first tick";
  EXPECT_EQ(watch_->Report()->silences[0].start_s, before.start_s);
  Ticks(60, 0, 0);
  EXPECT_THAT(Active(), ElementsAre("all/all"));
  Ticks(6, 40, 40);
  EXPECT_THAT(Active(), IsEmpty());
}

TEST_F(SilenceWatchTest, AProcessThatWasSuspendedSawNoStop) {
  Ticks(kHour, 40, 40);
  clock_.Advance(absl::Minutes(30));
  watch_->RunOnce();
  Ticks(28, 0, 0);
  EXPECT_THAT(Active(), IsEmpty());
  Ticks(30, 40, 40);
  EXPECT_THAT(Active(), IsEmpty());
}

TEST_F(SilenceWatchTest, WhatGmewatchdDidNotCountForItsOwnReasonsIsNoStop) {
  Ticks(kHour, 40, 40);
  // It rejects.
  for (int i = 0; i < 30; ++i) {
    intake_.rejected += 50;
    Ticks(1, 0, 0);
  }
  Ticks(5, 0, 0);
  EXPECT_THAT(Active(), IsEmpty());
  Ticks(60, 40, 40);
  // Commits fail.
  for (int i = 0; i < 30; ++i) {
    ++intake_.failed_commits;
    Ticks(1, 0, 0);
  }
  Ticks(5, 0, 0);
  EXPECT_THAT(Active(), IsEmpty());
  Ticks(60, 40, 40);
  // A commit hangs.
  intake_.pending_bytes = 1000;
  Ticks(30, 0, 0);
  EXPECT_THAT(Active(), IsEmpty());
  intake_.pending_bytes = 0;
  Ticks(30, 40, 40);
  // Few rejected batches beside the counted ones hide nothing.
  for (int i = 0; i < 12; ++i) {
    intake_.rejected += 3;
    Ticks(1, 0, 40);
  }
  EXPECT_THAT(Active(), ElementsAre("all/eu"));
}

TEST_F(SilenceWatchTest, AStepOfTheWallClockIsNoStopAndMovesNoDay) {
  // Two days with quiet nights.
  for (int day = 0; day < 2; ++day) {
    Ticks(12 * kHour, 40, 40);
    Ticks(12 * kHour, 0, 0);
  }
  Ticks(6 * kHour, 40, 40);
  testing::internal::CaptureStderr();
  for (const absl::Duration step : {absl::Hours(12), -absl::Hours(5), absl::Hours(24 * 365)}) {
    clock_.Set(clock_.Now() + step);
    Ticks(kHour, 40, 40);
    EXPECT_THAT(Active(), IsEmpty()) << step;
  }
  Restart(absl::Seconds(5));
  Ticks(3 * kHour, 40, 40);
  // The night is where it was.
  Ticks(12 * kHour, 0, 0);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), IsEmpty());
}

TEST_F(SilenceWatchTest, FewSessionsAreNotWorthALine) {
  Ticks(kHour, 0, 40);
  // Seven sessions that report all the time.
  std::vector<SessionId> sessions(7);
  for (SessionId& session : sessions) session = {random_.Bits(), random_.Bits()};
  for (int i = 0; i < 2 * kHour; ++i) {
    for (const SessionId& session : sessions) counters_.place(0).reporters().Add(session);
    Ticks(1, 0, 40);
  }
  Ticks(kHour, 0, 40);
  EXPECT_THAT(Active(), IsEmpty());
}

TEST_F(SilenceWatchTest, AStateThatCannotBeReadIsLogged) {
  testing::internal::CaptureStderr();
  watch_->Load("\xff\xff");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("ERROR silence watch state reset"));
  Ticks(kHour, 40, 40);
  Ticks(12, 0, 0);
  EXPECT_THAT(Active(), ElementsAre("all/all"));
}

}  // namespace
}  // namespace gmewatch
