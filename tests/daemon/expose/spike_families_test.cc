#include "daemon/expose/spike_families.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/daemon/expose/exposition.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// The samples of each family by their labels, as "code category region app", in the order of the
// text.
std::map<std::string, std::vector<std::pair<std::string, double>>> Render(
    const SpikeReport& report) {
  const std::string text = prometheus::TextSerializer().Serialize(
      SpikeFamilies(report, [](int32_t code, bool other) -> std::string {
        return code == 1005 && !other ? "client" : "unknown";
      }));
  const absl::StatusOr<std::vector<ExposedFamily>> parsed = ParseExposition(text);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  std::map<std::string, std::vector<std::pair<std::string, double>>> samples;
  for (const ExposedFamily& family : *parsed) {
    EXPECT_EQ(family.type, "gauge");
    auto& list = samples[family.name];
    for (const ExposedSample& sample : family.samples) {
      const auto label = [&sample](const char* name) { return sample.labels.at(name); };
      list.emplace_back(
          label("code") + " " + label("category") + " " + label("region") + " " + label("app"),
          sample.value);
    }
  }
  return samples;
}

Spike SpikeAt(int32_t code, const Place& place, bool active) {
  Spike spike;
  spike.where = {.code = code, .place = place};
  spike.active = active;
  spike.start_s = 1'795'212'345;
  spike.expected_rate = 0.25;
  spike.observed_rate = 12.5;
  spike.score = 3.75;
  return spike;
}

TEST(SpikeFamiliesTest, ShowsAnActiveSpikeInAllItsNumbers) {
  SpikeReport report;
  report.spikes = {SpikeAt(1005, {"all", "eu"}, true)};
  const auto samples = Render(report);
  const std::string labels = "1005 client eu all";
  EXPECT_THAT(samples.at("gme_spike_active"), ElementsAre(Pair(labels, 1)));
  EXPECT_THAT(samples.at("gme_spike_start_timestamp_seconds"),
              ElementsAre(Pair(labels, 1'795'212'345)));
  EXPECT_THAT(samples.at("gme_spike_expected_rate"), ElementsAre(Pair(labels, 0.25)));
  EXPECT_THAT(samples.at("gme_spike_observed_rate"), ElementsAre(Pair(labels, 12.5)));
  EXPECT_THAT(samples.at("gme_spike_score"), ElementsAre(Pair(labels, 3.75)));
  EXPECT_THAT(samples.at("gme_retry_loop_active"), IsEmpty());
}

TEST(SpikeFamiliesTest, ASpikeThatEndedHasNoNumbers) {
  SpikeReport report;
  report.spikes = {SpikeAt(424242, {"demo", "eu"}, false)};
  report.spikes[0].where.other_code = false;
  const auto samples = Render(report);
  EXPECT_THAT(samples.at("gme_spike_active"), ElementsAre(Pair("424242 unknown eu demo", 0)));
  EXPECT_THAT(samples.at("gme_spike_score"), IsEmpty());
  EXPECT_THAT(samples.at("gme_spike_start_timestamp_seconds"), IsEmpty());
}

TEST(SpikeFamiliesTest, ARetryLoopIsNoSpike) {
  SpikeReport report;
  report.spikes = {SpikeAt(1005, {"demo", "eu"}, true), SpikeAt(0, {"demo", "eu"}, true)};
  report.spikes[0].retry_loop = true;
  report.spikes[1].where.other_code = true;
  const auto samples = Render(report);
  EXPECT_THAT(samples.at("gme_retry_loop_active"), ElementsAre(Pair("1005 client eu demo", 1)));
  EXPECT_THAT(samples.at("gme_spike_active"), ElementsAre(Pair("other unknown eu demo", 1)));
}

TEST(SpikeFamiliesTest, ShowsWhatIsKnownOfTheTrafficAndWhoReportsIt) {
  SpikeReport report;
  report.spikes = {SpikeAt(1005, {"all", "eu"}, true), SpikeAt(1005, {"all", "us"}, true)};
  report.spikes[0].operations_share = 0.5;
  report.spikes[0].traffic_ratio = 1.25;
  report.spikes[0].sessions = 40;
  report.spikes[0].new_sessions = 12;
  report.spikes[0].addresses = 35;
  auto samples = Render(report);
  EXPECT_THAT(samples["gme_spike_operations_share"], ElementsAre(Pair("1005 client eu all", 0.5)));
  EXPECT_THAT(samples["gme_spike_traffic_ratio"], ElementsAre(Pair("1005 client eu all", 1.25)));
  EXPECT_THAT(samples["gme_spike_sessions"], ElementsAre(Pair("1005 client eu all", 40)));
  EXPECT_THAT(samples["gme_spike_new_sessions"],
              ElementsAre(Pair("1005 client eu all", 12), Pair("1005 client us all", 0)));
  EXPECT_THAT(samples["gme_spike_addresses"], ElementsAre(Pair("1005 client eu all", 35)));
}

TEST(SpikeFamiliesTest, ShowsCrowdsAndLaunchesWhileTheyLast) {
  SpikeReport report;
  report.traffic = {{.place = {"all", "eu"}, .active = true, .usual_rate = 4, .observed_rate = 10},
                    {.place = {"all", "us"}, .usual_rate = 4, .observed_rate = 10},
                    {.kind = TrafficLine::Kind::kLaunch,
                     .place = {"demo", "sa"},
                     .active = true,
                     .start_s = 1'795'212'345}};
  const std::string text = prometheus::TextSerializer().Serialize(
      SpikeFamilies(report, [](int32_t, bool) { return std::string(); }));
  EXPECT_THAT(text, testing::HasSubstr("gme_traffic_ratio{region=\"eu\",app=\"all\"} 2.5\n"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("region=\"us\"")));
  EXPECT_THAT(text, testing::HasSubstr(
                        "gme_launch_timestamp_seconds{region=\"sa\",app=\"demo\"} 1795212345"));
}

TEST(SpikeFamiliesTest, KeepsHostileNamesInsideTheirLabels) {
  SpikeReport report;
  report.spikes = {SpikeAt(1005, {"a\"} 1\n\\", "eu\xFF"}, true)};
  EXPECT_THAT(Render(report).at("gme_spike_active"),
              ElementsAre(Pair("1005 client eu\xEF\xBF\xBD a\"} 1\n\\", 1)));
}

// Alerts that are grouped by it announce a second incident at once.
TEST(SpikeFamiliesTest, NamesTheActiveIncidentOfEachSpike) {
  SpikeReport report;
  const auto add = [&report](uint64_t id, bool active, std::vector<SpikePlace> members) {
    Incident& incident = report.incidents.emplace_back();
    incident.id = id;
    incident.active = active;
    incident.members = std::move(members);
  };
  add(7, false, {{1005, false, {"all", "eu"}}});
  add(8, true, {{1005, false, {"all", "eu"}}, {0, true, {"demo", "eu"}}});
  add(9, true, {{1005, false, {"all", "us"}}});
  report.incidents[1].cause_code = 1005;
  report.incidents[2].cause_code = 7;
  report.incidents[1].place = {"all", "eu"};
  report.incidents[2].place = {"all", "all"};
  EXPECT_THAT(Render(report).at("gme_spike_incident"),
              ElementsAre(Pair("1005 client eu all", 8), Pair("other unknown eu demo", 8),
                          Pair("1005 client us all", 9)));
  EXPECT_THAT(Render(report).at("gme_spike_likely_cause"),
              ElementsAre(Pair("1005 client eu all", 1), Pair("other unknown eu demo", 0),
                          Pair("1005 client us all", 0)));
  EXPECT_THAT(Render(report).at("gme_incident_active"),
              ElementsAre(Pair("1005 client eu all", 1), Pair("7 unknown all all", 1)));
}

}  // namespace
}  // namespace gmewatch
