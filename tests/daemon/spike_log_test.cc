#include "daemon/spike_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/strings/str_split.h"

namespace gmewatch {
namespace {

SpikeReport OneSpike(bool retry_loop, bool active) {
  SpikeReport report;
  Spike& spike = report.spikes.emplace_back();
  spike.where = {.code = 1005, .place = {"shooter", "eu"}};
  spike.retry_loop = retry_loop;
  spike.active = active;
  spike.observed_rate = 12.5;
  spike.expected_rate = 0.25;
  spike.sessions = 40;
  spike.new_sessions = 12;
  spike.addresses = 35;
  return report;
}

SpikeReport OneIncident(bool active, int members) {
  SpikeReport report;
  Incident& incident = report.incidents.emplace_back();
  incident.id = 7;
  incident.active = active;
  incident.place = {"shooter", "all"};
  incident.cause_code = 1005;
  incident.cause_action = "network";
  for (int i = 0; i < members; ++i) {
    incident.members.push_back({.code = 1005 + i, .place = {"shooter", "eu"}});
  }
  return report;
}

// The lines without their times.
std::string Logged(const SpikeReport& before, const SpikeReport& after) {
  testing::internal::CaptureStderr();
  LogSpikeChanges(before, after, Catalog::Embedded());
  std::string lines;
  for (const absl::string_view line :
       absl::StrSplit(testing::internal::GetCapturedStderr(), '\n', absl::SkipEmpty())) {
    lines += std::string(line.substr(line.find(' ') + 1)) + "\n";
  }
  return lines;
}

TEST(SpikeLogTest, LogsTheStartAndTheEndOfASpike) {
  const std::string rest =
      "where=\"1005 in eu of shooter\" name=AV_ERR_TIMEOUT observed=12.5/s expected=0.25/s "
      "from=\"40 sessions, 12 new, 35 addresses\"\n";
  for (const auto& [retry_loop, name] :
       {std::pair(false, "INFO spike"), std::pair(true, "INFO retry loop")}) {
    const SpikeReport active = OneSpike(retry_loop, true);
    EXPECT_EQ(Logged({}, active), std::string(name) + " started " + rest);
    EXPECT_EQ(Logged(active, active), "");
    EXPECT_EQ(Logged(active, OneSpike(retry_loop, false)), std::string(name) + " ended " + rest);
    EXPECT_EQ(Logged(OneSpike(retry_loop, false), {}), "");
  }
}

TEST(SpikeLogTest, LogsACodeThatIsInNoCatalogueOnce) {
  Counters counters;
  counters.AddCode(1005, true);
  counters.AddCode(7022, true);
  const size_t logged = counters.codes();
  const Catalog catalog = Catalog::Embedded();
  testing::internal::CaptureStderr();
  EXPECT_EQ(LogUnknownCodes(counters, 0, catalog), logged);
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              testing::EndsWith(" INFO a code is in no catalogue code=7022 catalog_overlay="
                                "\"gme_sdk_2_9 knows it as AV_ERR_BUS_ERROR\"\n"));
  counters.AddCode(424242, true);
  testing::internal::CaptureStderr();
  EXPECT_EQ(LogUnknownCodes(counters, logged, catalog), logged + 1);
  EXPECT_THAT(
      testing::internal::GetCapturedStderr(),
      testing::EndsWith(" INFO a code is in no catalogue code=424242 catalog_overlay=none\n"));
}

TEST(SpikeLogTest, LogsAnIncidentWhenItStartsGainsAMemberAndEnds) {
  const std::string place = " id=7 app=shooter region=all codes=\"1005 in eu of shooter";
  const std::string cause = "\" likely_cause=1005 action=network\n";
  EXPECT_EQ(Logged({}, OneIncident(true, 1)), "INFO incident started" + place + cause);
  EXPECT_EQ(Logged(OneIncident(true, 1), OneIncident(true, 1)), "");
  EXPECT_EQ(Logged(OneIncident(true, 1), OneIncident(true, 2)),
            "INFO incident changed" + place + ", 1006 in eu of shooter" + cause);
  EXPECT_EQ(Logged(OneIncident(true, 1), OneIncident(false, 1)),
            "INFO incident ended" + place + cause);
}

}  // namespace
}  // namespace gmewatch
