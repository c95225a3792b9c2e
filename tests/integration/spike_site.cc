#include "tests/integration/spike_site.h"

#include <gtest/gtest.h>

#include <iterator>
#include <string_view>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

constexpr char kApps[] = "{name: one, regions: [eu, us]}, {name: two, regions: [eu, us]}";
constexpr char kLog[] = "log: {commit_interval: 0s, checkpoint_interval: 1s}\n";

// The more there is in the other region, the clearer it is where codes rise.
constexpr uint32_t kClearly = 4;

constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr absl::Duration kPause = absl::Milliseconds(200);

bool HasTag(const StubAnnotation& annotation, absl::string_view tag) {
  return absl::c_linear_search(annotation.tags, tag);
}

}  // namespace

std::vector<Wave> BaselineWaves(uint32_t in_us) {
  std::vector<Wave> waves;
  for (const char* app : {"one", "two"}) {
    for (const char* region : {"eu", "us"}) {
      for (const int32_t code : kBaselineCodes) {
        const bool more = region == std::string_view("us") && code != kSteadyCode;
        waves.push_back({.app = app, .region = region, .code = code, .events = more ? in_us : 1});
      }
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

bool HasCode(const Samples& samples, absl::string_view family, int32_t code) {
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

void SpikeSite::Start(std::vector<std::string> more_apps) {
  more_apps_ = std::move(more_apps);
  dir_.Write("token", "glsa_token");
  WriteSettings(kDetect);
  ASSERT_NO_FATAL_FAILURE(StartDaemon({}));
  std::vector<std::pair<std::string, std::string>> places;
  std::vector<Wave> waves = BaselineWaves(more_apps_.empty() ? 1 : kClearly);
  for (const std::string& app : more_apps_) {
    places.emplace_back(app, app);
    for (const int32_t code : kRisingCodes) waves.push_back({app, app, code});
  }
  players_ = std::make_unique<SimulatedPlayers>(daemon_->ingest_address(), places);
  players_->Set(std::move(waves));
}

void SpikeSite::AwaitQuiet() {
  ASSERT_TRUE(AwaitTrue([this] { return players_->Acknowledged(kSteadyCode) >= 32 * kSteadyRate; },
                        absl::Seconds(120), kPause));
}

void SpikeSite::StartInOutage(std::vector<std::string> more_apps) {
  ASSERT_NO_FATAL_FAILURE(Start(std::move(more_apps)));
  ASSERT_NO_FATAL_FAILURE(AwaitQuiet());
  std::vector<Wave> waves = Rise(BaselineWaves(kClearly));
  for (const std::string& app : more_apps_) {
    for (const int32_t code : kRisingCodes) {
      waves.push_back({.app = app, .region = app, .code = code, .events = 2, .players = 10});
    }
  }
  players_->Set(std::move(waves));
  ASSERT_NO_FATAL_FAILURE(AwaitAllActive());
  ASSERT_TRUE(AwaitTrue(
      [this] {
        const Samples samples = daemon_->Scrape();
        return absl::c_all_of(more_apps_, [&samples](const std::string& app) {
          return ValueOf(samples, CodeSeries(kActive, absl::StrCat(kRisingCodes[0]), "client", app,
                                             app)) == 1;
        });
      },
      kPatience, kPause))
      << daemon_->process().error();
}

// The lines that tests change come first, so that tests know their line numbers.
void SpikeSite::WriteSettings(const std::string& detect) {
  std::string apps = kApps;
  for (const std::string& app : more_apps_) {
    absl::StrAppend(&apps, ", {name: ", app, ", regions: [", app, "]}");
  }
  settings_ =
      dir_.Write("settings.yaml",
                 absl::StrCat("apps: [", apps, "]\n", kLog, detect, "annotations: {grafana_url: '",
                              grafana_.url(), "', token_file: '", dir_.File("token"), "'}\n"));
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
  WriteSettings(detect);
  ASSERT_TRUE(daemon_->Reload(result));
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

std::vector<StubAnnotation> SpikeSite::AwaitAnnotations(bool lasting) {
  std::vector<StubAnnotation> found;
  const auto are_as_expected = [&] {
    found.clear();
    size_t as_expected = 0;
    for (const int32_t code : kRisingCodes) {
      for (const StubAnnotation& annotation : grafana_.annotations()) {
        if (!HasTag(annotation, absl::StrCat("gmewatch:", code, "/all/eu"))) continue;
        found.push_back(annotation);
        if (HasTag(annotation, "lasting") == lasting) ++as_expected;
      }
    }
    return as_expected == std::size(kRisingCodes);
  };
  EXPECT_TRUE(AwaitTrue(are_as_expected, kPatience, kPause)) << daemon_->process().error();
  EXPECT_EQ(found.size(), std::size(kRisingCodes)) << "one for each spike";
  return found;
}

}  // namespace gmewatch
