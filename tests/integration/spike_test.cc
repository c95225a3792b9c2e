// Spikes in gmewatchd as a process: in /metrics, in the log and in Grafana, and over restarts. A
// detector needs 12 ticks for a baseline and waits a minute after a restart. So the tests share
// three daemons with the same events, two of which are stopped and started again during the rise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "daemon/base/clock.h"
#include "tests/integration/prometheus_process.h"
#include "tests/integration/spike_site.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/http_client.h"

namespace gmewatch {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class SpikeTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (SpikeSite*& site : sites_) {
      site = new SpikeSite;
      ASSERT_NO_FATAL_FAILURE(site->Start());
    }
    for (SpikeSite* site : sites_) {
      ASSERT_NO_FATAL_FAILURE(site->AwaitQuiet());
      EXPECT_THAT(SeriesOf(site->daemon().Scrape(), kActive), IsEmpty());
    }
    rise_begin_s_ = absl::ToDoubleSeconds(RealClock().Now() - absl::UnixEpoch());
    for (SpikeSite* site : sites_) site->players().Set(Rise(BaselineWaves()));
    for (size_t i : {kKilled, kTerminated}) {
      ASSERT_NO_FATAL_FAILURE(sites_[i]->AwaitAllActive());
      before_[i] = sites_[i]->daemon().Scrape();
      const char* saved = "gmewatch_checkpoints_total{result=\"success\"}";
      sites_[i]->daemon().AwaitValue(saved, ValueOf(before_[i], saved) + 2);
    }
    sites_[kKilled]->daemon().process().Signal(SIGKILL);
    sites_[kTerminated]->daemon().process().Signal(SIGTERM);
    // The events of six seconds, and more until the clients retry: more than one tick has by
    // chance.
    ASSERT_NO_FATAL_FAILURE(sites_[kKilled]->GoOn(128 + SIGKILL, 6 * kSteadyRate));
    ASSERT_NO_FATAL_FAILURE(sites_[kTerminated]->GoOn(0, 6 * kSteadyRate));
    for (size_t i : {kKilled, kTerminated}) after_[i] = sites_[i]->daemon().Scrape();
    ready_ = true;
  }
  static void TearDownTestSuite() {
    for (SpikeSite*& site : sites_) delete std::exchange(site, nullptr);
  }

  void SetUp() override { ASSERT_TRUE(ready_); }

  static constexpr size_t kWatched = 0;
  static constexpr size_t kKilled = 1;
  static constexpr size_t kTerminated = 2;
  static SpikeSite& watched() { return *sites_[kWatched]; }
  static Samples Scrape() { return watched().daemon().Scrape(); }

  // Checks the daemon that was restarted, after its first tick.
  static void GoesOn(size_t which);

  inline static std::array<SpikeSite*, 3> sites_ = {};
  inline static bool ready_ = false;  // the suite is set up
  inline static double rise_begin_s_ = 0;
  inline static std::array<Samples, 3> before_;
  inline static std::array<Samples, 3> after_;
};

TEST_F(SpikeTest, CodesThatRiseTogetherInARegionAreOneIncident) {
  ASSERT_NO_FATAL_FAILURE(watched().AwaitAllActive());
  const Samples samples = Scrape();
  EXPECT_THAT(
      SeriesOf(samples, kActive),
      UnorderedElementsAre(InEu(kActive, 1005), InEu(kActive, 10004), InEu(kActive, 10001)));
  for (const int32_t code : kRisingCodes) {
    EXPECT_NEAR(ValueOf(samples, InEu("gme_spike_start_timestamp_seconds", code)), rise_begin_s_, 3)
        << code;
    EXPECT_NEAR(ValueOf(samples, InEu("gme_spike_expected_rate", code)), kBaselineRate, 1.5)
        << code;
    EXPECT_NEAR(ValueOf(samples, InEu("gme_spike_observed_rate", code)), kRisenRate, 30) << code;
    EXPECT_GE(ValueOf(samples, InEu("gme_spike_score", code)), 1) << code;
    EXPECT_EQ(ValueOf(samples, InEu("gme_spike_incident", code)),
              ValueOf(samples, InEu("gme_spike_incident", kRisingCodes[0])))
        << code;
  }
  EXPECT_EQ(ValueOf(samples, kIncidents), 1);
  EXPECT_THAT(SeriesOf(samples, kLoop), IsEmpty());
  // A network failure can cause the other two.
  EXPECT_TRUE(watched().daemon().process().AwaitError(" likely_cause=1005 action=network"));
  EXPECT_THAT(
      watched().daemon().process().error(),
      ContainsRegex(
          "incident (started|changed) id=[0-9]{6}00001 app=all region=eu codes=\"[^\n]*1005[^\n]* "
          "likely_cause=1005 action=network"));
}

TEST_F(SpikeTest, GrafanaHasAnAnnotationOfEachWithTheSolution) {
  ASSERT_NO_FATAL_FAILURE(watched().AwaitAllActive());
  for (const StubAnnotation& annotation : watched().AwaitAnnotations(/*lasting=*/true)) {
    EXPECT_NEAR(static_cast<double>(annotation.time_ms) / 1000, rise_begin_s_, 3);
    EXPECT_THAT(annotation.text, HasSubstr("</b> in eu of all apps<br/>"));
    EXPECT_THAT(annotation.text, HasSubstr("<b>Fix:</b> "));
    EXPECT_THAT(annotation.text,
                HasSubstr(absl::StrCat("<a href=\"http://", watched().daemon().admin_address(),
                                       "/codes/")));
  }
}

TEST_F(SpikeTest, PrometheusTakesSpikesAndPromtoolFindsNothingToSay) {
  const auto page = HttpFetch(watched().daemon().admin_address(), "/metrics");
  ASSERT_TRUE(page.ok());
  ASSERT_THAT(page->body, HasSubstr(InEu(kActive, 1005) + " 1\n"));
  const std::vector<std::string> lines = absl::StrSplit(page->body, '\n', absl::SkipEmpty());
  EXPECT_EQ(std::set<std::string>(lines.begin(), lines.end()).size(), lines.size())
      << "a line occurs twice";
  const TempDir dir;
  const Ended promtool =
      RunToEnd("sh", {"-c", "promtool check metrics < " + dir.Write("metrics.txt", page->body)});
  EXPECT_EQ(promtool.status, 0) << promtool.output << promtool.error;

  const auto prometheus = PrometheusProcess::Start(dir, watched().daemon().admin_address());
  ASSERT_NE(prometheus, nullptr) << "the Debian package prometheus must be installed";
  const char* sum = "sum(gme_spike_active{region=\"eu\",app=\"all\"})";
  EXPECT_EQ(prometheus->AwaitAtLeast(sum, 3, absl::Seconds(60)), 3);
  EXPECT_GT(prometheus->Query("gme_spike_observed_rate{code=\"1005\"} / "
                              "gme_spike_expected_rate{code=\"1005\"}"),
            4);
  // Samples that Prometheus rejected as duplicates.
  EXPECT_EQ(ValueOf(ScrapeMetrics(prometheus->address()),
                    "prometheus_target_scrapes_sample_duplicate_timestamp_total"),
            0);
}

TEST_F(SpikeTest, LateBenignAndIgnoredCodesRaiseNoSpike) {
  std::vector<Wave> waves = Rise(BaselineWaves());
  const auto add = [&waves](int32_t code, bool late) {
    waves.push_back({"two", "us", code, 20, 10, false, late});
  };
  add(1003, false);  // benign by the catalogue
  add(4103, false);  // ignored by the settings
  add(2002, true);
  add(1102, false);  // one that should be seen
  watched().players().Set(waves);
  const auto all_reported = [] {
    for (const int32_t code : {1003, 4103, 2002}) {
      if (watched().players().Acknowledged(code) < 1000) return false;
    }
    return true;
  };
  ASSERT_TRUE(AwaitTrue(all_reported, absl::Seconds(60)));
  watched().Await(CodeSeries(kActive, "1102", "client", "us", "two"), 1);
  const Samples samples = Scrape();
  for (const int32_t code : {1003, 4103, 2002}) {
    EXPECT_FALSE(HasCode(samples, kActive, code)) << code;
    EXPECT_FALSE(HasCode(samples, kLoop, code)) << code;
  }
}

// Continues with the waves of the test before.
TEST_F(SpikeTest, SighupChangesWhichCodesAreIgnored) {
  const std::string series = CodeSeries(kActive, "4103", "voice_message", "us", "two");
  watched().Reload("detect: {tick: 1s, resolve_after: 0s}\n", "success");
  watched().Await(series, 1);
  EXPECT_FALSE(HasCode(Scrape(), kActive, 1003));
  watched().Reload(kDetect, "success");
  watched().Await(series, 0);
}

TEST_F(SpikeTest, AWrongSettingIsNamedWithItsPlaceAndNothingChanges) {
  watched().Reload("detect:\n  tick: 1s\n  min_sessions: 17\n", "failure");
  EXPECT_TRUE(watched().daemon().process().AwaitError(
      "settings.yaml:5:17: detect.min_sessions must be from 1 to 16, not 17"));
  const Ended check = RunToEnd(
      GmewatchdPath(), {"--check_config", "--open", "--config=" + watched().settings_file()});
  EXPECT_EQ(check.status, 2);
  EXPECT_THAT(check.error, HasSubstr("settings.yaml:5:17: detect.min_sessions"));
  watched().Reload("detect: {tick: 1500ms}\n", "failure");
  watched().Reload("detect: {tik: 1s}\n", "failure");
  EXPECT_TRUE(watched().daemon().process().AwaitError("settings.yaml:3:10: "));
  watched().Reload(kDetect, "success");
}

TEST_F(SpikeTest, OneSessionThatRepeatsIsARetryLoopAndNoSpike) {
  std::vector<Wave> waves = Rise(BaselineWaves());
  waves.push_back({.app = "one", .region = "us", .code = 1101, .events = 200, .same = true});
  watched().players().Set(waves);
  watched().Await(CodeSeries(kLoop, "1101", "client", "us", "one"), 1);
  const uint64_t seen = watched().players().Acknowledged(1101);
  EXPECT_TRUE(AwaitTrue([&] { return watched().players().Acknowledged(1101) >= seen + 1000; },
                        absl::Seconds(60)));
  EXPECT_FALSE(HasCode(Scrape(), kActive, 1101));
}

TEST_F(SpikeTest, EndsWhenTheRateHasFallenBack) {
  watched().players().Set(BaselineWaves());
  for (const int32_t code : kRisingCodes) watched().Await(InEu(kActive, code), 0);
  watched().Await(kIncidents, 0);
  watched().Await(CodeSeries(kLoop, "1101", "client", "us", "one"), 0);
  const Samples samples = Scrape();
  EXPECT_EQ(ValueOf(samples, InEu("gme_spike_score", 1005)), -1) << "only active spikes have one";
  EXPECT_TRUE(watched().daemon().process().AwaitError("incident ended id="));
  const std::string log = watched().daemon().process().error();
  EXPECT_THAT(log, HasSubstr("spike ended where=\"1005 in eu of all\" name=AV_ERR_TIMEOUT"));
  EXPECT_THAT(log, ContainsRegex("incident ended id=[0-9]{6}00001 "));
  for (const StubAnnotation& annotation : watched().AwaitAnnotations(/*lasting=*/false)) {
    EXPECT_NEAR(static_cast<double>(annotation.time_ms) / 1000, rise_begin_s_, 3);
    EXPECT_GT(annotation.time_end_ms, annotation.time_ms + 10'000);
  }
}

// In a place without outages before: on the first day they would hide how much its reports usually
// vary.
TEST_F(SpikeTest, ReportsThatStopAreShownUntilTheyComeAgain) {
  SpikeSite site;
  ASSERT_NO_FATAL_FAILURE(site.Start());
  ASSERT_TRUE(
      AwaitTrue([&] { return site.players().Acknowledged(kSteadyCode) >= 100 * kSteadyRate; },
                absl::Seconds(240)));
  const std::string stopped = "gme_reports_stopped{region=\"all\",app=\"all\"}";
  EXPECT_EQ(ValueOf(site.daemon().Scrape(), stopped), -1) << "has not stopped before";
  site.players().Set({});
  site.Await(stopped, 1);
  const auto top = HttpFetch(site.daemon().admin_address(), "/api/v1/top");
  ASSERT_TRUE(top.ok());
  EXPECT_THAT(top->body, ContainsRegex("\"silences\": ?\\[ *\n? *\\{"));
  EXPECT_TRUE(site.daemon().process().AwaitError("reports stopped app=all region=all usual="));
  site.players().Set(BaselineWaves());
  site.Await(stopped, 0);
}

void SpikeTest::GoesOn(size_t which) {
  SpikeSite& site = *sites_[which];
  const char* start = "gme_spike_start_timestamp_seconds";
  // What was saved is shown at once.
  EXPECT_EQ(ValueOf(after_[which], kIncidents), 1);
  for (const int32_t code : kRisingCodes) {
    EXPECT_EQ(ValueOf(after_[which], InEu(kActive, code)), 1) << code;
    EXPECT_EQ(ValueOf(after_[which], InEu(start, code)), ValueOf(before_[which], InEu(start, code)))
        << code;
  }
  // The first tick ends a minute after the start.
  const std::string rate = InEu("gme_spike_observed_rate", 1005);
  ASSERT_TRUE(AwaitTrue(
      [&] { return ValueOf(site.daemon().Scrape(), rate) != ValueOf(after_[which], rate); },
      absl::Seconds(120), absl::Milliseconds(200)));
  const uint64_t seen = site.players().Acknowledged(kSteadyCode);
  ASSERT_TRUE(
      AwaitTrue([&] { return site.players().Acknowledged(kSteadyCode) >= seen + 4 * kSteadyRate; },
                absl::Seconds(60)));
  const Samples samples = site.daemon().Scrape();
  EXPECT_EQ(SeriesOf(samples, kActive), SeriesOf(before_[which], kActive));
  EXPECT_TRUE(AllActive(samples));
  EXPECT_EQ(SeriesOf(samples, start).size(), std::size(kRisingCodes));
  for (const int32_t code : kRisingCodes) {
    EXPECT_EQ(ValueOf(samples, InEu(start, code)), ValueOf(before_[which], InEu(start, code)))
        << code;
  }
  EXPECT_EQ(ValueOf(samples, kIncidents), 1);
  for (const StubAnnotation& annotation : site.AwaitAnnotations(/*lasting=*/true)) {
    EXPECT_NEAR(static_cast<double>(annotation.time_ms) / 1000, rise_begin_s_, 3);
  }
  const std::string log = site.daemon().process().error();
  EXPECT_THAT(log, Not(HasSubstr("state reset"))) << "its state was lost";
  EXPECT_THAT(log, Not(HasSubstr("spike started")));
  EXPECT_THAT(log, Not(HasSubstr("incident ")));
  // Nothing was lost, and nothing was counted twice.
  site.players().Set({});
  const auto counted = [&site](int32_t code) {
    const Samples all = site.daemon().Scrape();
    double sum = 0;
    for (const std::string& series : SeriesOf(all, "gme_error_events_total")) {
      if (absl::StrContains(series, absl::StrCat("code=\"", code, "\""))) sum += all.at(series);
    }
    return sum;
  };
  for (const int32_t code : kBaselineCodes) {
    EXPECT_TRUE(AwaitTrue([&] { return site.players().Kept(code) == 0; }, absl::Seconds(30)));
    EXPECT_EQ(counted(code), static_cast<double>(site.players().Acknowledged(code))) << code;
  }
}

TEST_F(SpikeTest, GoesOnOverAKill) { ASSERT_NO_FATAL_FAILURE(GoesOn(kKilled)); }

TEST_F(SpikeTest, GoesOnOverATermination) { ASSERT_NO_FATAL_FAILURE(GoesOn(kTerminated)); }

}  // namespace
}  // namespace gmewatch
