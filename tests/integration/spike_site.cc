#include "tests/integration/spike_site.h"

#include <gtest/gtest.h>

#include <csignal>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

constexpr char kSettings[] =
    "apps: [{name: one, regions: [eu, us]}, {name: two, regions: [eu, us]}]\n"
    "log: {commit_interval: 0s, checkpoint_interval: 1s}\n";

constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr absl::Duration kPause = absl::Milliseconds(200);

}  // namespace

std::vector<Wave> Usual() {
  std::vector<Wave> waves;
  for (const char* app : {"one", "two"}) {
    for (const char* region : {"eu", "us"}) {
      for (const int32_t code : kUsualCodes) waves.push_back({app, region, code});
    }
  }
  return waves;
}

std::vector<Wave> Rise(std::vector<Wave> waves) {
  for (const char* app : {"one", "two"}) {
    for (const int32_t code : kRisingCodes) {
      waves.push_back({.app = app, .region = "eu", .code = code, .events = 2, .players = 10});
    }
  }
  return waves;
}

std::string InEu(absl::string_view family, int32_t code) {
  return CodeSeries(family, absl::StrCat(code), code < 10'000 ? "client" : "server", "eu", "all");
}

std::set<std::string> SeriesOf(const Samples& samples, absl::string_view family) {
  std::set<std::string> found;
  for (const auto& [series, value] : samples) {
    if (absl::StartsWith(series, absl::StrCat(family, "{"))) found.insert(series);
  }
  return found;
}

bool Tells(const Samples& samples, absl::string_view family, int32_t code) {
  for (const std::string& series : SeriesOf(samples, family)) {
    if (absl::StrContains(series, absl::StrCat("code=\"", code, "\""))) return true;
  }
  return false;
}

bool AllActive(const Samples& samples) {
  for (const int32_t code : kRisingCodes) {
    if (ValueOf(samples, InEu(kActive, code)) != 1) return false;
  }
  return true;
}

void SpikeSite::Start() {
  settings_ = dir_.Write("settings.yaml", absl::StrCat(kSettings, kDetect));
  ASSERT_NO_FATAL_FAILURE(StartDaemon({}));
  players_ = std::make_unique<SimulatedPlayers>(daemon_->ingest_address());
  players_->Set(Usual());
}

void SpikeSite::StartDaemon(std::vector<std::string> more) {
  more.insert(more.end(), {"--state_dir=" + dir_.File("state"), "--config=" + settings_});
  auto daemon = GmewatchdProcess::Start(std::move(more));
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  daemon_ = *std::move(daemon);
}

void SpikeSite::GoOn(int exit_status, uint64_t kept) {
  EXPECT_EQ(daemon_->process().Wait(), exit_status);
  ASSERT_TRUE(AwaitTrue([&] { return players_->Kept(kSteadyCode) >= kept; }, kPatience));
  ASSERT_NO_FATAL_FAILURE(StartDaemon({"--ingest_address=" + daemon_->ingest_address(),
                                       "--admin_address=" + daemon_->admin_address()}));
}

void SpikeSite::Reload(const std::string& detect, const std::string& result) {
  dir_.Write("settings.yaml", absl::StrCat(kSettings, detect));
  const std::string series = "gmewatch_config_reloads_total{result=\"" + result + "\"}";
  const double before = ValueOf(daemon_->Scrape(), series);
  daemon_->process().Signal(SIGHUP);
  ASSERT_EQ(daemon_->AwaitValue(series, before + 1), before + 1);
}

void SpikeSite::Await(const std::string& series, double value) {
  EXPECT_TRUE(
      AwaitTrue([&] { return ValueOf(daemon_->Scrape(), series) == value; }, kPatience, kPause))
      << series << " is " << ValueOf(daemon_->Scrape(), series);
}

void SpikeSite::AwaitAllActive() {
  ASSERT_TRUE(AwaitTrue([&] { return AllActive(daemon_->Scrape()); }, kPatience, kPause))
      << daemon_->process().error();
}

}  // namespace gmewatch
