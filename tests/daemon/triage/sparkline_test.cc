#include "daemon/triage/sparkline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

v1::History History(std::initializer_list<double> events,
                    std::initializer_list<bool> missing = {}) {
  v1::History history;
  history.set_step_seconds(60);
  for (const double count : events) history.add_events(count);
  for (const bool one : missing) history.add_missing(one);
  return history;
}

TEST(SparklineTest, HasABarForEachStepWithEventsAndASingleEventIsVisible) {
  EXPECT_EQ(Sparkline(History({}), 0, "x"), "");
  EXPECT_THAT(Sparkline(History({390, 0, 1}), 0, "Events"),
              AllOf(HasSubstr("viewBox=\"0 0 12 40\""),
                    HasSubstr("class=\"bars\" d=\"M0 40v-39.0h3v39.0zM8 40v-1.0h3v1.0z\""),
                    HasSubstr("aria-label=\"Events: at most 390, now 1\""),
                    Not(HasSubstr("class=\"gap\"")), Not(HasSubstr("class=\"expected\""))));
}

TEST(SparklineTest, ShadesStepsWithoutDataAndSaysHowMany) {
  EXPECT_THAT(Sparkline(History({9, 9, 2, 9}, {true, true, false, true}), 0, "x"),
              AllOf(HasSubstr("class=\"gap\" d=\"M0 0h8v40h-8zM12 0h4v40h-4z\""),
                    HasSubstr("3 of 4 without data"), HasSubstr("d=\"M8 40v"),
                    Not(HasSubstr("M0 40v")), Not(HasSubstr("M12 40v"))));
}

TEST(SparklineTest, TheExpectedRateIsALineAndSetsTheScaleIfItIsHigher) {
  // One event per second is 60 per step, twice the highest bar.
  EXPECT_THAT(Sparkline(History({30}), 1, "x"),
              AllOf(HasSubstr("class=\"expected\" d=\"M0 1.0h4\""), HasSubstr("M0 40v-19.5h3")));
}

TEST(SparklineTest, EscapesItsDescription) {
  EXPECT_THAT(Sparkline(History({1}), 0, "\"><b>"),
              HasSubstr("aria-label=\"&quot;&gt;&lt;b&gt;: at most 1, now 1\""));
}

}  // namespace
}  // namespace gmewatch
