// The core in C over libcurl against a real gmewatchd. GMEWATCH_CONNECT_PROGRAM is another build of
// gmewatchd.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/c/gmewatch.h"
#include "tests/support/gmewatchd_process.h"

namespace gmewatch {
namespace {

constexpr char kEvents[] = "gme_error_events_total";

class CoreClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets it
    const char* program = std::getenv("GMEWATCH_CONNECT_PROGRAM");
    auto daemon = GmewatchdProcess::Start(
        {"--connect_address=127.0.0.1:0", "--state_dir=" + dir_.File("state")},
        program == nullptr ? "" : program);
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    daemon_ = std::move(*daemon);
    url_ = absl::StrCat("http://", daemon_->connect_address());
  }

  double Counted(int code) const {
    return ValueOf(daemon_->Scrape(),
                   CodeSeries(kEvents, absl::StrCat(code), "unknown", "eu", "demo"));
  }

  const TempDir dir_;
  std::unique_ptr<GmewatchdProcess> daemon_;
  std::string url_;
};

TEST_F(CoreClientTest, ReportsAreCountedOnce) {
  gmewatch_options options = gmewatch_defaults();
  options.url = url_.c_str();
  options.app = "demo";
  options.region = "eu";
  options.consent = GMEWATCH_CONSENT_GRANTED;
  gmewatch_client* watch = gmewatch_start(&options);
  ASSERT_STREQ(gmewatch_error(watch), "");
  gmewatch_report(watch, 1005, 3);
  gmewatch_report(watch, 0, 40);
  gmewatch_detail(watch, 1005, "EnterRoom", 70001);
  EXPECT_EQ(gmewatch_stop(watch, 20000), 1);
  EXPECT_EQ(daemon_->AwaitValue(CodeSeries(kEvents, "1005", "client", "eu", "demo"), 3), 3);
}

// The number behind the last `word` of a client's output.
double LastOf(const std::string& output, absl::string_view word) {
  const size_t at = output.rfind(std::string(word));
  double number = 0;
  if (at == std::string::npos) return 0;
  const size_t begin = at + word.size();
  const size_t end = output.find('\n', begin);
  return end != std::string::npos && absl::SimpleAtod(output.substr(begin, end - begin), &number)
             ? number
             : 0;
}

TEST_F(CoreClientTest, AGameKilledAtAnyMomentLosesNothingStoredAndDoublesNothing) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  constexpr int kLives = 20;
  constexpr int kFirstCode = 500000;
  const std::string spool = dir_.File("spool");
  double stored[kLives] = {};
  double reported[kLives] = {};
  for (int life = 0; life < kLives; ++life) {
    auto game = ChildProcess::Start(CORE_CLIENT_PATH,
                                    {url_, spool, absl::StrCat(kFirstCode + life), "1000000"});
    ASSERT_TRUE(game.ok()) << game.status();
    const auto lines = absl::StrCat("stored ", 10 * (1 + random() % 400), "\n");
    EXPECT_TRUE((*game)->AwaitOutput(lines)) << (*game)->error();
    (*game)->Signal(SIGKILL);
    EXPECT_EQ((*game)->Wait(), 128 + SIGKILL);
    stored[life] = LastOf((*game)->output(), "stored ");
    reported[life] = LastOf((*game)->output(), "reported ");
  }
  const Ended last = RunToEnd(CORE_CLIENT_PATH, {url_, spool, "1", "0"});
  EXPECT_EQ(last.status, 0) << last.error;
  for (int life = 0; life < kLives; ++life) {
    const double counted = Counted(kFirstCode + life);
    EXPECT_TRUE(counted == stored[life] || counted == reported[life])
        << "life " << life << ": counted " << counted << ", stored " << stored[life]
        << ", reported " << reported[life];
  }
}

}  // namespace
}  // namespace gmewatch
