// One gmewatchd for all tests of the wire. Each test has an app of its own, so that no test sees
// the counts of another.
#ifndef GMEWATCH_TESTS_INTEGRATION_WIRE_FIXTURE_H_
#define GMEWATCH_TESTS_INTEGRATION_WIRE_FIXTURE_H_

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/wire_client.h"

namespace gmewatch {

inline constexpr char kEvents[] = "gme_error_events_total";

class WireTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = new TempDir;
    std::string config = "apps:\n";
    for (int i = 0; i < 16; ++i)
      absl::StrAppend(&config, "- {name: app", i, ", regions: [eu, us]}\n");
    absl::StrAppend(&config, "- {name: keyed, regions: [eu], keys: [first-key, second-key]}\n");
    auto daemon = GmewatchdProcess::Start(
        {"--config=" + dir_->Write("settings.yaml", config), "--state_dir=" + dir_->File("state")});
    ASSERT_TRUE(daemon.ok()) << daemon.status();
    daemon_ = daemon->release();
    WireClient probe(daemon_->ingest_address());
    ASSERT_TRUE(probe.Report(MakeRequest(MakeSession("app0", "us"), 1, {{1005, 1}})).ok());
    ASSERT_EQ(daemon_->AwaitValue(CodeSeries(kEvents, "1005", "client", "us", "app0"), 1), 1);
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(daemon_->Terminate(), 0);
    delete daemon_;
    delete dir_;
  }

  static double Events(const std::string& app, int32_t code, const char* category = "client",
                       const char* region = "eu") {
    return ValueOf(daemon_->Scrape(),
                   CodeSeries(kEvents, absl::StrCat(code), category, region, app));
  }
  static double RejectedBatches(const char* reason) {
    return ValueOf(daemon_->Scrape(),
                   absl::StrCat("gmewatch_rejected_batches_total{reason=\"", reason, "\"}"));
  }
  static double RejectedEvents(const char* reason) {
    return ValueOf(daemon_->Scrape(),
                   absl::StrCat("gmewatch_rejected_events_total{reason=\"", reason, "\"}"));
  }

  inline static TempDir* dir_ = nullptr;
  inline static GmewatchdProcess* daemon_ = nullptr;
  WireClient client_{daemon_->ingest_address()};
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_INTEGRATION_WIRE_FIXTURE_H_
