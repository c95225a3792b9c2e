#include "daemon/base/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Values {
  std::string name = "nobody";
  bool loud = false;
  absl::Duration wait = absl::Seconds(10);
  double share = 0.5;
  NumberSwitch watch{false, 2};
  std::vector<std::string> files;
};

Flags MakeFlags(Values* values) {
  Flags flags;
  flags.Add("name", &values->name, "who");
  flags.Add("loud", &values->loud, "how");
  flags.Add("wait", &values->wait, "how long");
  flags.Add("share", &values->share, "of all");
  flags.Add("watch", &values->watch, "again");
  flags.Add("file", &values->files, "several");
  return flags;
}

TEST(FlagsTest, ReadsFlagsAmongOtherArguments) {
  Values values;
  std::vector<std::string> rest;
  ASSERT_TRUE(MakeFlags(&values)
                  .Parse({"1", "--name=a=b", "--loud", "-5:2", "--wait", "3s", "--share=0.25", "--",
                          "--loud"},
                         &rest)
                  .ok());
  EXPECT_EQ(values.name, "a=b");
  EXPECT_TRUE(values.loud);
  EXPECT_EQ(values.wait, absl::Seconds(3));
  EXPECT_EQ(values.share, 0.25);
  EXPECT_THAT(rest, ElementsAre("1", "-5:2", "--loud"));
  ASSERT_TRUE(MakeFlags(&values).Parse({"--noloud", "--name="}, &rest).ok());
  EXPECT_FALSE(values.loud);
  EXPECT_EQ(values.name, "");
}

TEST(FlagsTest, AListTakesAFlagSeveralTimes) {
  Values values;
  std::vector<std::string> rest;
  ASSERT_TRUE(MakeFlags(&values).Parse({"--file=a", "--name=x", "--file", "b"}, &rest).ok());
  EXPECT_THAT(values.files, ElementsAre("a", "b"));
}

TEST(FlagsTest, ASwitchMayHaveANumber) {
  const auto check = [](const std::string& argument, bool is_on, double number) {
    Values values;
    std::vector<std::string> rest;
    ASSERT_TRUE(MakeFlags(&values).Parse({argument, "7"}, &rest).ok());
    EXPECT_EQ(values.watch.is_on, is_on);
    EXPECT_EQ(values.watch.number, number);
    EXPECT_THAT(rest, ElementsAre("7"));
  };
  check("--loud", false, 2);
  check("--watch", true, 2);
  check("--watch=0.5", true, 0.5);
}

TEST(FlagsTest, AnErrorHasTheFlagAndWhatIsAllowed) {
  for (const auto& [argument, words] :
       {std::pair<std::string, std::string>("--nme=x", "there is no flag --nme=x"),
        {"-n", "there is no flag -n"},
        {"--noname", "there is no flag --noname"},
        {"--name", "--name has no value"},
        {"--loud=maybe", "--loud is \"maybe\"; allowed: true or false"},
        {"--watch=soon", "--watch is \"soon\"; allowed: a number"},
        {"--share=half", "--share is \"half\"; allowed: a number"},
        {"--wait=10", "--wait is \"10\"; allowed: a duration"}}) {
    Values values;
    std::vector<std::string> rest;
    const absl::Status status = MakeFlags(&values).Parse({argument}, &rest);
    EXPECT_TRUE(absl::IsInvalidArgument(status));
    EXPECT_THAT(std::string(status.message()), HasSubstr(words));
  }
}

TEST(FlagsTest, HelpShowsTheDefaults) {
  Values values;
  EXPECT_THAT(MakeFlags(&values).Help(), HasSubstr("--name"));
  EXPECT_THAT(MakeFlags(&values).Help(), HasSubstr("who (nobody)"));
  EXPECT_THAT(MakeFlags(&values).Help(), HasSubstr("how long (10s)"));
  EXPECT_THAT(MakeFlags(&values).Help(), HasSubstr("  --share of all (0.5)\n"));
  Flags flags;
  flags.Add("a", &values.name, "one\ntwo");
  EXPECT_EQ(flags.Help(), "  --a one\n      two (nobody)\n");
}

}  // namespace
}  // namespace gmewatch
