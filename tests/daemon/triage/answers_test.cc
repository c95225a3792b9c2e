#include "daemon/triage/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/catalog/shipped_overlays.h"
#include "tests/daemon/triage/counted_world.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> CodesOf(const google::protobuf::RepeatedPtrField<v1::CodeSummary>& list) {
  std::vector<std::string> codes;
  for (const v1::CodeSummary& code : list) codes.push_back(code.code());
  return codes;
}

class AnswersTest : public ::testing::Test {
 protected:
  Answers Now() { return {world_.clock.Now(), world_.catalog, links_, report_, world_.memory, {}}; }
  SpikePlace AddSpike(int32_t code, const std::string& region, double observed,
                      bool retry_loop = false) {
    SpikePlace where = {code, false, {"all", region}};
    report_.spikes.push_back({.where = where,
                              .retry_loop = retry_loop,
                              .active = true,
                              .start_s = kWorldStart,
                              .expected_rate = 1,
                              .observed_rate = observed});
    return where;
  }
  Incident* AddIncident(std::vector<SpikePlace> members) {
    Incident& incident = report_.incidents.emplace_back();
    incident.id = report_.incidents.size();
    incident.active = true;
    incident.start_s = kWorldStart;
    incident.place = {"all", "eu"};
    incident.cause_code = members.front().code;
    incident.members = std::move(members);
    return &incident;
  }

  CountedWorld world_;
  SpikeReport report_;
  TriageLinks links_{"http://here", "", ""};
};

TEST_F(AnswersTest, TopHasTheCodesThatWereSeenMostUrgentFirst) {
  EXPECT_THAT(Now().Top(10).codes(), IsEmpty());
  world_.Count(CountedWorld::From("shooter", "eu"),
               {{1001, 10}, {1005, 30}, {10004, 20}, {777, 5}});
  world_.Pass(absl::Seconds(10));
  AddSpike(777, "eu", 4);
  AddSpike(1001, "eu", 2, /*retry_loop=*/true);
  const v1::TopResponse top = Now().Top(10);
  EXPECT_THAT(CodesOf(top.codes()), ElementsAre("777", "1001", "1005", "10004"));
  EXPECT_EQ(top.time().seconds(), absl::ToUnixSeconds(world_.clock.Now()));
  EXPECT_EQ(top.codes(0).state(), v1::CodeSummary::SPIKING);
  EXPECT_EQ(top.codes(0).excess_rate(), 3);
  EXPECT_EQ(top.codes(0).category(), "unknown");
  EXPECT_EQ(top.codes(0).solution(), "");
  EXPECT_EQ(top.codes(1).state(), v1::CodeSummary::RETRY_LOOP);
  EXPECT_EQ(top.codes(2).state(), v1::CodeSummary::CALM);
  EXPECT_EQ(top.codes(2).name(), "AV_ERR_TIMEOUT");
  EXPECT_EQ(top.codes(2).events_5m(), 30);
  EXPECT_EQ(top.codes(2).runbook_url(), "http://here/codes/1005");
  EXPECT_THAT(CodesOf(Now().Top(2).codes()), ElementsAre("777", "1001"));
}

TEST_F(AnswersTest, AllCodesAreTheCataloguesThenOthersThatWereSeen) {
  world_.Count(CountedWorld::From("shooter", "eu"), {{777, 5}});
  world_.Pass(absl::Seconds(10));
  const std::vector<v1::CodeSummary> all = Now().AllCodes();
  ASSERT_EQ(all.size(), world_.catalog.codes().size() + 1);
  EXPECT_EQ(all.front().code(), absl::StrCat(world_.catalog.codes().front().value));
  EXPECT_EQ(all.back().code(), "777");
}

TEST_F(AnswersTest, CodesBeyondTheLimitAreOther) {
  EXPECT_FALSE(Now().Code("other").has_value());
  for (int32_t code = 0; code <= 64; ++code) {
    world_.Count(CountedWorld::From("shooter", "eu"), {{700'000 + code, 1}});
  }
  world_.Pass(absl::Seconds(10));
  const auto other = Now().Code("other");
  ASSERT_TRUE(other.has_value());
  EXPECT_EQ(other->summary().events_total(), 1);
  EXPECT_FALSE(Now().Code("700064").has_value());
}

TEST_F(AnswersTest, ACodeIsFoundByItsLabelInNoOtherSpelling) {
  EXPECT_TRUE(Now().Code("1005").has_value());
  for (const char* wrong : {"", "01005", "+1005", " 1005", "1005 ", "1005x", "all", "4294968301"}) {
    EXPECT_FALSE(Now().Code(wrong).has_value()) << wrong;
  }
}

TEST_F(AnswersTest, ACodeHasTheDocumentsWordsItsSpikesAndCodesThatRiseWithIt) {
  const SpikePlace timeout = AddSpike(1005, "eu", 9);
  const SpikePlace server = AddSpike(10004, "eu", 30);
  const SpikePlace server_us = AddSpike(10004, "us", 3);
  AddSpike(1001, "eu", 50);
  AddIncident({timeout, server, server_us});
  const auto code = Now().Code("1005");
  ASSERT_TRUE(code.has_value());
  EXPECT_EQ(code->description(), world_.catalog.Find(1005)->description);
  EXPECT_EQ(code->cause(), world_.catalog.Find(1005)->cause);
  ASSERT_EQ(code->spikes_size(), 1);
  EXPECT_EQ(code->spikes(0).solution(), world_.catalog.Find(1005)->solution);
  // Once, though it spikes in two places; without codes that are no members.
  EXPECT_THAT(CodesOf(code->rising_with()), ElementsAre("10004"));
  EXPECT_EQ(code->rising_with(0).excess_rate(), 31);
  report_.incidents[0].active = false;
  EXPECT_THAT(Now().Code("1005")->rising_with(), IsEmpty());
}

TEST_F(AnswersTest, AnIncidentHasTheMembersThatAreStillReported) {
  const SpikePlace timeout = AddSpike(1005, "eu", 9);
  const SpikePlace forgotten = {10004, false, {"all", "eu"}};
  // A retry loop in the same place is no member.
  AddSpike(1001, "eu", 50, /*retry_loop=*/true);
  const SpikePlace loop = {1001, false, {"all", "eu"}};
  AddIncident({timeout, forgotten, loop});
  const v1::SpikesResponse spikes = Now().Spikes();
  ASSERT_EQ(spikes.incidents_size(), 1);
  ASSERT_EQ(spikes.incidents(0).members_size(), 1);
  EXPECT_EQ(spikes.incidents(0).all_members_size(), 3);
  EXPECT_EQ(spikes.incidents(0).members(0).code(), "1005");
  EXPECT_EQ(spikes.incidents(0).cause_code(), "1005");
  EXPECT_FALSE(spikes.incidents(0).has_end());
  EXPECT_EQ(spikes.spikes_size(), 2);
}

TEST_F(AnswersTest, ClientsOfAnotherSdkAreSaidToMeanSomethingElse) {
  const auto note = [this] { return Now().Code("1007")->summary().sdk_note(); };
  world_.Count(CountedWorld::From("shooter", "eu"), {{1007, 30}, {1005, 30}});
  world_.Pass(absl::Seconds(10));
  EXPECT_EQ(note(), "");
  // Without an overlay too: the document's fix is wrong advice for them.
  world_.Count(CountedWorld::From("shooter", "eu", "1.0", "3.1.2"), {{1007, 10}, {1005, 10}});
  world_.Pass(absl::Seconds(10));
  EXPECT_THAT(note(), StartsWith("From SDK 3.0 on, 1007 means "));
  EXPECT_THAT(note(), EndsWith(" 25% of its events of the last ten minutes came from there."));
  EXPECT_EQ(Now().Code("1005")->summary().sdk_note(), "") << "it means the same in both";
}

TEST_F(AnswersTest, ClientsOf29AreSaidToMeanSomethingElseThanTheDocument) {
  const auto note = [this](const std::string& code) {
    return Now().Code(code)->summary().sdk_note();
  };
  world_.Count(CountedWorld::From("shooter", "eu", "1.0", "2.8.1"), {{10007, 30}, {1005, 30}});
  world_.Pass(absl::Seconds(10));
  EXPECT_EQ(note("10007"), "");
  world_.Count(CountedWorld::From("shooter", "eu", "1.0", "2.9.15"), {{10007, 1}, {1005, 1}});
  world_.Pass(absl::Seconds(10));
  EXPECT_THAT(note("10007"), StartsWith("In SDK 2.9, 10007 means AV_ERR_SERVER_ROOM_DISSOLVED: "));
  EXPECT_EQ(note("1005"), "");
  // 8197 has a third meaning from 3.0 on.
  world_.Count(CountedWorld::From("shooter", "eu", "1.0", "2.9.15"), {{8197, 3}});
  world_.Count(CountedWorld::From("shooter", "eu", "1.0", "3.1.2"), {{8197, 1}, {10007, 31}});
  world_.Pass(absl::Seconds(10));
  EXPECT_THAT(note("8197"), AllOf(StartsWith("In SDK 2.9, 8197 means "),
                                  HasSubstr(" From SDK 3.0 on, 8197 means "),
                                  EndsWith(" 25% of its events of the last ten minutes came from "
                                           "there.")));
  EXPECT_THAT(note("10007"), Not(HasSubstr("came from there"))) << "3.x has no meaning of its own";
}

TEST_F(AnswersTest, ASpikeOfAnAppHasTheTextsOfItsSdk) {
  for (const absl::string_view name : kShippedOverlays) {
    ASSERT_TRUE(world_.catalog.AddOverlay(std::string(name)).ok());
  }
  world_.catalog.SetSdks({{"old", 2}, {"new", 3}});
  AddSpike(1007, "eu", 9);
  AddSpike(1007, "eu", 8);
  report_.spikes[0].where.place.app = "new";
  report_.spikes[1].where.place.app = "old";
  const v1::SpikesResponse spikes = Now().Spikes();
  EXPECT_EQ(spikes.spikes(0).overlay(), "gme_sdk_3");
  EXPECT_EQ(spikes.spikes(0).solution(), world_.catalog.Find(1007, "new")->solution);
  EXPECT_THAT(spikes.spikes(0).sdk_note(), StartsWith("Before SDK 3.0, 1007 means "));
  EXPECT_EQ(spikes.spikes(1).overlay(), "");
  EXPECT_EQ(spikes.spikes(1).solution(), world_.catalog.Find(1007, "old")->solution);
}

TEST_F(AnswersTest, CodesOfAnOverlayAreListedOnceTheyWereSeen) {
  ASSERT_TRUE(world_.catalog.AddOverlay("gme_sdk_2_9").ok());
  const size_t documented = world_.catalog.documented().size();
  EXPECT_EQ(Now().AllCodes().size(), documented);
  world_.Count(CountedWorld::From("shooter", "eu"), {{7022, 5}});
  world_.Pass(absl::Seconds(10));
  EXPECT_EQ(Now().AllCodes().size(), documented + 1);
  EXPECT_EQ(Now().Code("7022")->summary().overlay(), "gme_sdk_2_9");
}

TEST_F(AnswersTest, ExpectedRatesComeFromTheReport) {
  report_.expected = {{1005, false, 2.5}, {0, true, 7}};
  EXPECT_EQ(Now().Code("1005")->summary().expected_rate(), 2.5);
  EXPECT_EQ(Now().Code("1001")->summary().expected_rate(), 0);
}

}  // namespace
}  // namespace gmewatch
