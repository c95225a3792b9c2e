// A site with two partitions, a front and counters, each a process, for the tests of counters.
#ifndef GMEWATCH_TESTS_CLUSTER_COUNTER_FIXTURE_H_
#define GMEWATCH_TESTS_CLUSTER_COUNTER_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/cluster/brokers_fixture.h"
#include "tests/cluster/front_site.h"
#include "tests/support/http_client.h"
#include "tests/support/wire_client.h"

namespace gmewatch {

inline constexpr absl::Duration kPatience = absl::Seconds(60);

inline std::string Fetch(const GmewatchdProcess& process, const std::string& path) {
  const auto answer = HttpFetch(process.admin_address(), path);
  return answer.ok() ? absl::StrCat(answer->status, " ", answer->body) : "no answer";
}

inline bool AwaitReady(const GmewatchdProcess& process) {
  return AwaitTrue([&] { return absl::StartsWith(Fetch(process, "/readyz"), "200"); }, kPatience);
}

inline double EventsOf(const Samples& samples, absl::string_view code, absl::string_view category) {
  return ValueOf(samples, CodeSeries("gme_error_events_total", code, category, "eu", "demo"));
}

class CounterTest : public BrokersTest {
 protected:
  // Two partitions, a front, and counter 0 once it is ready.
  void StartSite(const std::string& more = "") {
    site_.emplace(2, 1, absl::Seconds(30), "");
    ASSERT_TRUE(site_->StartFront(0).ok());
    ASSERT_TRUE(site_->StartCounter(0, more).ok());
    ASSERT_TRUE(AwaitReady(site_->counter(0)));
  }
  // Reports `events` in a session of their own and returns when they are acknowledged.
  void Report(uint32_t events, int32_t code = 1005) {
    WireClient client(site_->ingest_address(0));
    ASSERT_TRUE(client.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{code, events}})).ok());
  }
  // Expects that the counter's start, or its run, ends with these words.
  void ExpectEnd(const std::string& where, const std::string& what_to_do) {
    const Ended ended = RunToEnd(GmewatchdPath(), site_->CounterArguments(0));
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.error,
                ::testing::AllOf(::testing::HasSubstr(where), ::testing::HasSubstr(what_to_do)));
  }

  std::optional<FrontSite> site_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_CLUSTER_COUNTER_FIXTURE_H_
