#include "daemon/detect/incidents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int64_t kNow = 1'700'000'000;

std::string ActionOf(const SpikePlace& where) {
  switch (where.code) {
    case 1005:
      return "network";
    case 10001:
      return "configuration";
    case 10004:
      return "read_logs";
    default:
      return "";
  }
}

Spike SpikeOf(int32_t code, const Place& place, int64_t start_s) {
  Spike spike;
  spike.where = {code, false, place};
  spike.active = true;
  spike.start_s = start_s;
  return spike;
}

void End(int64_t end_s, Spike* spike) {
  spike->active = false;
  spike->end_s = end_s;
}

TEST(IncidentsTest, SpikesWithinMinutesInOnePlaceAreOneIncident) {
  Incidents incidents;
  std::vector<Spike> spikes = {SpikeOf(10004, {"shooter", "eu"}, kNow)};
  incidents.Update(spikes, kNow + 10, ActionOf);
  spikes.push_back(SpikeOf(1005, {"all", "eu"}, kNow - 30));
  incidents.Update(spikes, kNow + 20, ActionOf);
  spikes.push_back(SpikeOf(10001, {"shooter", "all"}, kNow + 570));
  incidents.Update(spikes, kNow + 600, ActionOf);

  ASSERT_THAT(incidents.all(), SizeIs(1));
  const Incident& incident = incidents.all()[0];
  EXPECT_TRUE(incident.active);
  EXPECT_EQ(incident.id, 1U);
  EXPECT_EQ(incident.start_s, kNow - 30);
  EXPECT_EQ(incident.end_s, 0);
  EXPECT_THAT(incident.members, ElementsAre(spikes[0].where, spikes[1].where, spikes[2].where));
  EXPECT_EQ(incident.place, (Place{"all", "all"}));
}

TEST(IncidentsTest, NamesTheLikelyCauseInAnyOrderOfSpikes) {
  std::vector<int32_t> codes = {1005, 10001, 10004};
  do {
    Incidents incidents;
    incidents.SetFirstCauses({"network", "configuration"});
    std::vector<Spike> spikes;
    int64_t now = kNow;
    for (const int32_t code : codes) {
      spikes.push_back(SpikeOf(code, {"all", "eu"}, now));
      incidents.Update(spikes, now += 10, ActionOf);
    }
    ASSERT_THAT(incidents.all(), SizeIs(1));
    EXPECT_EQ(incidents.all()[0].cause_code, 1005);
    EXPECT_EQ(incidents.all()[0].cause_action, "network");
    EXPECT_THAT(incidents.all()[0].members, SizeIs(3));
  } while (std::next_permutation(codes.begin(), codes.end()));
}

TEST(IncidentsTest, TheFirstOfTwoEqualCausesStays) {
  Incidents incidents;
  incidents.SetFirstCauses({"network"});
  const auto network = [](const SpikePlace&) { return std::string("network"); };
  std::vector<Spike> spikes = {SpikeOf(7, {"a", "x"}, kNow)};
  incidents.Update(spikes, kNow, network);
  spikes.push_back(SpikeOf(8, {"a", "x"}, kNow));
  incidents.Update(spikes, kNow + 10, network);
  EXPECT_EQ(incidents.all()[0].cause_code, 7);
}

TEST(IncidentsTest, SpikesApartInTimeOrPlaceAreTwoIncidents) {
  const auto incidents_of = [](const Spike& a, const Spike& b) {
    Incidents incidents;
    incidents.Update({a}, kNow, ActionOf);
    incidents.Update({a, b}, kNow, ActionOf);
    return incidents.all().size();
  };
  const Spike first = SpikeOf(1005, {"shooter", "eu"}, kNow);
  EXPECT_EQ(incidents_of(first, SpikeOf(10001, {"shooter", "eu"}, kNow + 600)), 1U);
  EXPECT_EQ(incidents_of(first, SpikeOf(10001, {"shooter", "eu"}, kNow + 601)), 2U);
  EXPECT_EQ(incidents_of(first, SpikeOf(10001, {"shooter", "eu"}, kNow - 601)), 2U);
  EXPECT_EQ(incidents_of(first, SpikeOf(10001, {"shooter", "us"}, kNow)), 2U);
  EXPECT_EQ(incidents_of(first, SpikeOf(10001, {"racer", "eu"}, kNow)), 2U);
  EXPECT_EQ(incidents_of(first, SpikeOf(10001, {"all", "us"}, kNow)), 2U);
  EXPECT_EQ(incidents_of(first, SpikeOf(10001, {"all", "all"}, kNow)), 1U);
}

TEST(IncidentsTest, EndsWhenAllItsMembersEndedAndIsKeptForAnHour) {
  Incidents incidents;
  std::vector<Spike> spikes = {SpikeOf(1005, {"a", "x"}, kNow), SpikeOf(10001, {"a", "x"}, kNow)};
  incidents.Update(spikes, kNow, ActionOf);
  End(kNow + 100, &spikes[0]);
  incidents.Update(spikes, kNow + 100, ActionOf);
  EXPECT_TRUE(incidents.all()[0].active);
  End(kNow + 200, &spikes[1]);
  incidents.Update(spikes, kNow + 200, ActionOf);
  ASSERT_THAT(incidents.all(), SizeIs(1));
  EXPECT_FALSE(incidents.all()[0].active);
  EXPECT_EQ(incidents.all()[0].end_s, kNow + 200);

  incidents.Update(spikes, kNow + 200 + 3599, ActionOf);
  EXPECT_THAT(incidents.all(), SizeIs(1));
  incidents.Update({}, kNow + 200 + 3600, ActionOf);
  EXPECT_THAT(incidents.all(), IsEmpty());
}

TEST(IncidentsTest, AMemberWhosePlaceChangesIsListedOnce) {
  Incidents incidents;
  std::vector<Spike> spikes = {SpikeOf(1005, {"all", "all"}, kNow),
                               SpikeOf(10001, {"all", "eu"}, kNow)};
  incidents.Update(spikes, kNow, ActionOf);
  EXPECT_EQ(incidents.all()[0].place, (Place{"all", "all"}));
  // A member that is over stays.
  End(kNow + 5, &spikes[1]);
  incidents.Update(spikes, kNow + 5, ActionOf);
  EXPECT_THAT(incidents.all()[0].members, SizeIs(2));

  End(kNow + 10, &spikes[0]);
  spikes.push_back(SpikeOf(1005, {"all", "eu"}, kNow));
  incidents.Update(spikes, kNow + 10, ActionOf);
  ASSERT_THAT(incidents.all(), SizeIs(1));
  EXPECT_TRUE(incidents.all()[0].active);
  EXPECT_EQ(incidents.all()[0].id, 1U);
  EXPECT_EQ(incidents.all()[0].place, (Place{"all", "eu"}));
  EXPECT_THAT(incidents.all()[0].members, SizeIs(2));
}

TEST(IncidentsTest, AnIncidentThatIsOverTakesNoMembers) {
  Incidents incidents;
  std::vector<Spike> spikes = {SpikeOf(1005, {"a", "x"}, kNow)};
  incidents.Update(spikes, kNow, ActionOf);
  End(kNow + 300, &spikes[0]);
  incidents.Update(spikes, kNow + 300, ActionOf);
  // A new spike of the same code, and one of another.
  spikes = {SpikeOf(1005, {"a", "x"}, kNow + 310), SpikeOf(10001, {"a", "x"}, kNow + 320)};
  incidents.Update(spikes, kNow + 330, ActionOf);
  ASSERT_THAT(incidents.all(), SizeIs(2));
  EXPECT_FALSE(incidents.all()[0].active);
  EXPECT_EQ(incidents.all()[1].id, 2U);
  EXPECT_THAT(incidents.all()[1].members, SizeIs(2));
}

TEST(IncidentsTest, ALoopIsNoIncident) {
  Incidents incidents;
  Spike loop = SpikeOf(1005, {"a", "x"}, kNow);
  loop.retry_loop = true;
  incidents.Update({loop}, kNow, ActionOf);
  EXPECT_THAT(incidents.all(), IsEmpty());
  // A loop does not keep an incident open either.
  Spike spike = loop;
  spike.retry_loop = false;
  incidents.Update({spike, loop}, kNow, ActionOf);
  End(kNow + 50, &spike);
  incidents.Update({spike, loop}, kNow + 50, ActionOf);
  ASSERT_THAT(incidents.all(), SizeIs(1));
  EXPECT_FALSE(incidents.all()[0].active);
}

TEST(IncidentsTest, ContinuesFromItsSavedStateWithoutReusingAnId) {
  Incidents before;
  std::vector<Spike> spikes = {SpikeOf(1005, {"a", "x"}, kNow), SpikeOf(10001, {"b", "y"}, kNow)};
  before.Update(spikes, kNow, ActionOf);
  End(kNow + 10, &spikes[1]);
  before.Update(spikes, kNow + 10, ActionOf);
  before.Update({spikes[0]}, kNow + 4000, ActionOf);
  ASSERT_THAT(before.all(), SizeIs(1));
  EXPECT_EQ(before.last_id(), 2U);

  Incidents after;
  after.Restore(before.all(), before.last_id());
  after.Update({spikes[0]}, kNow + 4010, ActionOf);
  ASSERT_THAT(after.all(), SizeIs(1));
  EXPECT_EQ(after.all()[0].id, 1U);
  after.Update({spikes[0], SpikeOf(10004, {"c", "z"}, kNow + 4020)}, kNow + 4020, ActionOf);
  EXPECT_EQ(after.all().back().id, 3U);
  EXPECT_EQ(after.last_id(), 3U);
}

}  // namespace
}  // namespace gmewatch
