#include "daemon/version_silence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/random.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kTickS = 10;
constexpr int kHour = 360;
constexpr int64_t kStart = 1'767'571'200;

class VersionSilenceTest : public ::testing::Test {
 protected:
  // Ticks with `rates`: sessions that report in a tick, by "platform/version".
  void Ticks(int ticks, const std::map<std::string, double>& rates) {
    for (int i = 0; i < ticks; ++i) {
      for (const auto& [name, rate] : rates) {
        const size_t slash = name.find('/');
        const size_t slot = table_.SlotFor(name.substr(0, slash), name.substr(slash + 1));
        for (uint64_t n = rate > 0 ? random_.Poisson(rate) : 0; n > 0; --n) {
          table_.Add(slot, {random_.Bits(), random_.Bits()});
        }
      }
      time_s_ += kTickS;
      watch_->Tick(time_s_, 1);
      if (time_s_ % 900 == 0) watch_->EndQuarter(time_s_);
      for (const std::string& text : Active()) ever_[text] = true;
    }
  }
  std::vector<std::string> Active() const {
    std::vector<std::string> out;
    for (const Silence& silence : watch_->Report().silences) {
      if (!silence.active) continue;
      EXPECT_EQ(silence.place, (Place{"all", "all"}));
      out.push_back(absl::StrCat(silence.version.platform, "/", silence.version.app_version));
    }
    return out;
  }

  VersionTable table_;
  Random random_{91};
  std::unique_ptr<VersionSilence> watch_ = std::make_unique<VersionSilence>(kTickS, 15, table_);
  int64_t time_s_ = kStart;
  std::map<std::string, bool> ever_;
};

TEST_F(VersionSilenceTest, AVersionThatStopsIsFoundInThreeMinutesWhereAHundredAMinuteAreUsual) {
  const std::map<std::string, double> usual = {
      {"ios/1.0", 17}, {"ios/1.1", 17}, {"web/1.0", 17}, {"web/1.1", 17}};
  Ticks(3 * kHour, usual);
  EXPECT_THAT(Active(), IsEmpty());
  std::map<std::string, double> stopped = usual;
  stopped["ios/1.1"] = 0;
  Ticks(18, stopped);
  EXPECT_THAT(Active(), ElementsAre("ios/1.1"));
  Ticks(6, usual);
  EXPECT_THAT(Active(), IsEmpty());
}

TEST_F(VersionSilenceTest, APlatformThatStopsIsOneStop) {
  const std::map<std::string, double> usual = {{"ios/1.0", 17}, {"ios/1.1", 9}, {"web/1.0", 17}};
  Ticks(3 * kHour, usual);
  Ticks(18, {{"web/1.0", 17}});
  EXPECT_THAT(Active(), ElementsAre("ios/all"));
}

TEST_F(VersionSilenceTest, AStopOfEverythingIsNoneOfVersions) {
  Ticks(3 * kHour, {{"ios/1.0", 17}, {"web/1.0", 17}});
  Ticks(kHour, {});
  EXPECT_THAT(ever_, IsEmpty());
}

// A night has a hundredth of the day, and a new version takes over within days.
TEST_F(VersionSilenceTest, QuietNightsAndANewVersionAreNoStops) {
  for (int hour = 0; hour < 7 * 24; ++hour) {
    const double day = std::pow(100, (1 - std::cos(2 * M_PI * hour / 24)) / 2) / 100;
    const double old = std::exp(-std::max(0.0, (hour - 48) / 12.0));
    Ticks(kHour,
          {{"ios/1.0", 40 * day * old}, {"ios/1.1", 40 * day * (1 - old)}, {"web/1.0", 17 * day}});
  }
  EXPECT_THAT(ever_, IsEmpty());
}

TEST_F(VersionSilenceTest, VersionsThatNobodySendsMakeRoomAndTheOthersAreWatchedOn) {
  const std::map<std::string, double> usual = {{"ios/1.0", 17}, {"web/1.0", 17}};
  Ticks(kHour, usual);
  // One client names many.
  for (size_t i = 0; i < VersionTable::kVersionsMax; ++i) {
    table_.Add(table_.SlotFor("forged", absl::StrCat(i)), {random_.Bits(), 0});
  }
  EXPECT_EQ(table_.SlotFor("ios", "2.0"), VersionTable::kNone);
  Ticks(2 * kHour, usual);
  EXPECT_NE(table_.SlotFor("ios", "2.0"), VersionTable::kNone);
  std::map<std::string, double> three = usual;
  three["ios/2.0"] = 17;
  Ticks(2 * kHour, three);
  EXPECT_THAT(Active(), IsEmpty());
  three["ios/2.0"] = 0;
  Ticks(18, three);
  EXPECT_THAT(Active(), ElementsAre("ios/2.0"));
}

TEST_F(VersionSilenceTest, AStopLastsOverARestart) {
  const std::map<std::string, double> usual = {{"ios/1.0", 17}, {"web/1.0", 17}};
  Ticks(3 * kHour, usual);
  Ticks(18, {{"web/1.0", 17}});
  const std::vector<std::string> before = Active();
  ASSERT_EQ(before.size(), 1U);
  const internal::SilenceState saved = watch_->Save();
  watch_ = std::make_unique<VersionSilence>(kTickS, 15, table_);
  ASSERT_TRUE(watch_->Load(saved, time_s_).ok());
  EXPECT_EQ(Active(), before);
  Ticks(6, usual);
  EXPECT_THAT(Active(), IsEmpty());
}

}  // namespace
}  // namespace gmewatch
