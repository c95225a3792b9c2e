// The readers of SpikeWatch, over HTTP, during a tick that does not end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "daemon/expose/admin_server.h"
#include "daemon/expose/metrics_page.h"
#include "daemon/spike_watch.h"
#include "daemon/triage_pages.h"
#include "tests/daemon/detect/detector_run.h"
#include "tests/support/http_client.h"

namespace gmewatch {
namespace {

// A clock that holds one thread still each time that thread reads it, until Release.
class HoldingClock final : public Clock {
 public:
  explicit HoldingClock(Clock& clock) : clock_(clock) {}

  absl::Time Now() override {
    Hold();
    return clock_.Now();
  }
  absl::Duration Monotonic() override {
    Hold();
    return clock_.Monotonic();
  }

  // Called by the thread to hold, before and after.
  void HoldThisThread() {
    absl::MutexLock lock(&mutex_);
    thread_ = std::this_thread::get_id();
  }
  void End() {
    absl::MutexLock lock(&mutex_);
    ended_ = true;
  }

  // Waits until the thread is held; returns false if it has ended instead.
  bool AwaitHeld() {
    absl::MutexLock lock(&mutex_);
    const auto held_or_ended = [this]()
                                   ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return held_ || ended_; };
    mutex_.Await(absl::Condition(&held_or_ended));
    return held_;
  }
  void Release() {
    absl::MutexLock lock(&mutex_);
    held_ = false;
  }

 private:
  void Hold() {
    absl::MutexLock lock(&mutex_);
    if (std::this_thread::get_id() != thread_) return;
    held_ = true;
    const auto released = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !held_; };
    mutex_.Await(absl::Condition(&released));
  }

  Clock& clock_;
  absl::Mutex mutex_;
  std::thread::id thread_ ABSL_GUARDED_BY(mutex_);
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

class SpikeWatchReadersTest : public testing::Test {
 protected:
  SpikeWatchReadersTest() {
    counters_.AddCode(1005, true);
    counters_.AddPlace({"shooter", "eu"}, true)->mutable_cell(1)->events.Add(3);
    triage_.AddTo(&server_);
  }

  SelfStats Stats() const {
    SelfStats stats;
    stats.detector = watch_.stats();
    return stats;
  }

  // Empty if all of these answer.
  std::string FirstWithoutAnswer() const {
    for (const char* path : {"/metrics", "/", "/codes/1005", "/api/v1/spikes", "/api/v1/top"}) {
      const absl::StatusOr<HttpReply> reply = HttpFetch(server_.address(), path);
      if (!reply.ok() || reply->status != 200) return path;
    }
    return "";
  }

  Counters counters_;
  ManualClock manual_{absl::FromUnixSeconds(int64_t{kFirstTick} * 10 + 3)};
  HoldingClock clock_{manual_};
  SpikeWatch watch_{StrictSettings(), counters_, clock_};
  TriagePages triage_{counters_,
                      clock_,
                      [this] { return watch_.Report(); },
                      [this](int32_t code, bool other) { return watch_.Explain(code, other); },
                      [] { return std::make_shared<const SilenceReport>(); },
                      [] { return RejectedByReason{}; },
                      [] { return DaemonState{}; }};
  MetricsPage metrics_{counters_,
                       clock_,
                       [](const std::vector<Place>&, const std::vector<int32_t>&) {},
                       [this] { return watch_.Report(); },
                       [] { return std::make_shared<const SilenceReport>(); },
                       [this] { return Stats(); }};
  AdminServer server_{AdminServerOptions{"127.0.0.1:0"}, clock_,
                      [this](const ScrapeRequest& request, ChunkSink sink) {
                        return metrics_.Render(request, sink);
                      },
                      [] { return absl::OkStatus(); }};
};

TEST_F(SpikeWatchReadersTest, PagesAndMetricsAnswerDuringATickThatIsHeldStill) {
  ASSERT_TRUE(server_.Start().ok());
  watch_.RunOnce();
  manual_.Advance(absl::Seconds(20));  // the current tick, which began before, and a whole one
  EXPECT_EQ(watch_.Report()->time_s, 0);
  std::thread ticker([this] {
    clock_.HoldThisThread();
    watch_.RunOnce();
    clock_.End();
  });
  // The tick reads the clock before it runs the detector, and again when it has run.
  int times_held = 0;
  std::string without_answer;
  while (clock_.AwaitHeld()) {
    ++times_held;
    if (without_answer.empty()) without_answer = FirstWithoutAnswer();
    clock_.Release();
  }
  ticker.join();
  EXPECT_EQ(without_answer, "");
  EXPECT_GE(times_held, 3);
  EXPECT_GT(watch_.Report()->time_s, 0);
}

TEST_F(SpikeWatchReadersTest, WhatTheDetectorKnowsOfACodeIsJson) {
  ASSERT_TRUE(server_.Start().ok());
  const auto get = [this](const char* path) { return *HttpFetch(server_.address(), path); };
  watch_.RunOnce();
  EXPECT_EQ(get("/api/v1/detector/1005").status, 404) << "no tick yet";
  counters_.mutable_place(0)->mutable_cell(1)->CountInTime({1, 2}, 7);
  manual_.Advance(absl::Seconds(20));
  watch_.RunOnce();
  const HttpReply known = get("/api/v1/detector/1005");
  EXPECT_EQ(known.status, 200);
  EXPECT_THAT(known.body, testing::HasSubstr("\"region\":\"eu\",\"phase\":\"new\""));
  EXPECT_EQ(get("/api/v1/detector/other").status, 200);
  EXPECT_EQ(get("/api/v1/detector/777").status, 404);
  EXPECT_EQ(get("/api/v1/detector/").status, 404);
}

}  // namespace
}  // namespace gmewatch
