#include "daemon/triage/code_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Spike* Add(const std::string& code, const std::string& region, double rate, int64_t start_s,
               v1::Incident* incident) {
  v1::Spike* spike = incident->add_members();
  spike->set_kind(v1::Spike::SPIKE);
  spike->set_code(code);
  spike->set_app("demo");
  spike->set_region(region);
  spike->set_active(true);
  spike->mutable_start()->set_seconds(start_s);
  spike->set_expected_rate(1);
  spike->set_observed_rate(rate);
  return spike;
}
void End(int64_t end_s, v1::Spike* spike) {
  spike->set_active(false);
  spike->mutable_end()->set_seconds(end_s);
}

std::vector<std::string> CodesOf(const v1::Incident& incident) {
  std::vector<std::string> codes;
  for (const CodeGroup& group : CodeGroupsOf(incident)) codes.push_back(group.whole.code());
  return codes;
}

TEST(CodeGroupsTest, PutsTheLikelyCauseFirstThenByTheExcessOfAllPlaces) {
  v1::Incident incident;
  EXPECT_THAT(CodeGroupsOf(incident), IsEmpty());
  Add("1001", "eu", 20, 100, &incident);
  Add("10004", "eu", 30, 100, &incident);
  Add("1001", "us", 20, 100, &incident);
  v1::Spike* cause = Add("other", "eu", 2, 100, &incident);
  incident.set_cause_code("other");
  EXPECT_THAT(CodesOf(incident), ElementsAre("other", "1001", "10004"));
  End(200, cause);
  EXPECT_THAT(CodesOf(incident), ElementsAre("1001", "10004", "other"));
}

TEST(CodeGroupsTest, ACodeSumsUpItsActivePlaces) {
  v1::Incident incident;
  End(400, Add("1005", "asia", 99, 50, &incident));
  Add("1005", "us", 10, 200, &incident);
  Add("1005", "eu", 30, 100, &incident);
  const std::vector<CodeGroup> groups = CodeGroupsOf(incident);
  ASSERT_EQ(groups.size(), 1U);
  ASSERT_EQ(groups[0].places.size(), 3U);
  EXPECT_EQ(groups[0].places[0]->region(), "eu");
  EXPECT_EQ(groups[0].places[2]->region(), "asia");
  const v1::Spike& whole = groups[0].whole;
  EXPECT_TRUE(whole.active());
  EXPECT_EQ(whole.region(), "eu");
  EXPECT_EQ(whole.observed_rate(), 40);
  EXPECT_EQ(whole.expected_rate(), 2);
  EXPECT_EQ(whole.start().seconds(), 50);
  EXPECT_FALSE(whole.has_end());
}

TEST(CodeGroupsTest, ACodeEndsWithItsLastPlace) {
  v1::Incident incident;
  End(400, Add("1005", "eu", 30, 100, &incident));
  End(300, Add("1005", "asia", 99, 50, &incident));
  End(500, Add("1005", "us", 10, 200, &incident));
  const std::vector<CodeGroup> groups = CodeGroupsOf(incident);
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_FALSE(groups[0].whole.active());
  EXPECT_EQ(groups[0].whole.start().seconds(), 50);
  EXPECT_EQ(groups[0].whole.end().seconds(), 500);
}

}  // namespace
}  // namespace gmewatch
