// allow(length): one class of tests, with the misuse of every call beside its promise
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/base/printable.h"
#include "tests/client/c/client_world.h"
#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(CoreTest, ARequestIsAConnectPost) {
  ClientWorld world;
  world.options().url = "https://gmewatch.example.com/games/";
  world.options().key = "secret";
  world.Start();
  gmewatch_report(world.watch(), 1005, 1);
  world.Pass(10000);
  EXPECT_EQ(world.url(), "https://gmewatch.example.com/games/gmewatch.v1.ErrorReporting/Report");
  EXPECT_THAT(world.headers(), ElementsAre(Pair("Content-Type", "application/proto"),
                                           Pair("Connect-Protocol-Version", "1"),
                                           Pair("Authorization", "Bearer secret")));
}

std::string KeyOf(const ClientWorld& world) {
  return world.headers().size() < 3 ? "" : world.headers()[2].second;
}

TEST(CoreTest, AKeyThatIsRejectedIsReplacedWhileItRunsAndNothingIsLost) {
  static int asked;
  asked = 0;
  ClientWorld world;
  world.options().key = "old-token";
  world.options().key_rejected = [](void* /*user*/) { ++asked; };
  world.Start();
  gmewatch_report(world.watch(), 1005, 7);
  world.Pass(10000);
  EXPECT_EQ(KeyOf(world), "Bearer old-token");
  const std::string rejected = *world.request();
  world.Answer(401, R"({"code":"unauthenticated","message":"the token ended 5s ago"})");
  const int64_t later = world.Tick();
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(world.Stats().last_code, 16);
  EXPECT_EQ(world.Stats().pending_events, 7U);
  EXPECT_GE(later, world.now() + 450'000) << "an operator would be needed";

  EXPECT_EQ(gmewatch_set_key(world.watch(), "with a blank"), 0);
  EXPECT_EQ(gmewatch_set_key(world.watch(), "new-token"), 1);
  world.Tick();
  ASSERT_TRUE(world.request().has_value());
  EXPECT_EQ(KeyOf(world), "Bearer new-token");
  world.Serve();
  world.Tick();
  EXPECT_EQ(world.server().EventsOf(1005), 7U);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(gmewatch_set_key(world.watch(), nullptr), 1);
  gmewatch_report(world.watch(), 1005, 1);
  ASSERT_TRUE(world.Deliver());
  EXPECT_EQ(KeyOf(world), "");
}

TEST(CoreTest, ASecondNewKeyWaitsForTheBackOff) {
  ClientWorld world;
  world.options().key = "old-token";
  world.Start();
  gmewatch_report(world.watch(), 1005, 7);
  world.Pass(10000);
  for (int key = 0; key < 2; ++key) {
    ASSERT_TRUE(world.request().has_value());
    world.Answer(401, R"({"code":"unauthenticated","message":"the token ended 5s ago"})");
    world.Tick();
    EXPECT_EQ(gmewatch_set_key(world.watch(), "cached-token"), 1);
    const int64_t next = world.Tick();
    if (key == 0) continue;
    EXPECT_FALSE(world.request().has_value());
    EXPECT_GT(next, world.now());
  }
}

TEST(CoreTest, AKeyThatComesWhileTheOldOneIsOnItsWayIsUsedNext) {
  ClientWorld world;
  world.options().key = "old-token";
  world.options().key_rejected = [](void* /*user*/) { FAIL() << "there is a new one"; };
  world.Start();
  gmewatch_report(world.watch(), 1005, 1);
  world.Pass(10000);
  EXPECT_EQ(gmewatch_set_key(world.watch(), "new-token"), 1);
  world.Tick();
  EXPECT_EQ(KeyOf(world), "Bearer old-token") << "its pointers are in use";
  world.Answer(401, R"({"code":"unauthenticated","message":"the token ended 5s ago"})");
  world.Tick();
  ASSERT_TRUE(world.request().has_value());
  EXPECT_EQ(KeyOf(world), "Bearer new-token");
  world.Serve();
  world.Tick();
  EXPECT_EQ(world.server().total(), 1U);
}

std::string ErrorOf(void (*change)(gmewatch_options*)) {
  ClientWorld world;
  change(&world.options());
  world.Start();
  return world.error();
}

TEST(CoreTest, AWrongOptionIsNamedAndCountsNothing) {
  EXPECT_EQ(ErrorOf([](gmewatch_options*) {}), "");
  EXPECT_EQ(ErrorOf([](gmewatch_options* o) { o->url = "gmewatch.example.com"; }),
            "url is \"gmewatch.example.com\"; allowed: http[s]://HOST[:PORT][/PREFIX] of up to 512 "
            "characters; nothing is counted");
  EXPECT_THAT(ErrorOf([](gmewatch_options* o) { o->url = nullptr; }), HasSubstr("url is \"\""));
  EXPECT_THAT(ErrorOf([](gmewatch_options* o) { o->app = "my game"; }),
              HasSubstr("app is \"my game\""));
  EXPECT_THAT(ErrorOf([](gmewatch_options* o) { o->region = "all"; }), HasSubstr("reserved"));
  EXPECT_THAT(ErrorOf([](gmewatch_options* o) { o->key = "a b"; }), HasSubstr("key is \"***\""));
  EXPECT_THAT(ErrorOf([](gmewatch_options* o) { o->post = nullptr; }),
              HasSubstr("post is \"null\""));

  ClientWorld world;
  world.options().app = "";
  world.Start();
  gmewatch_report(world.watch(), 1005, 1);
  EXPECT_EQ(world.Tick(), GMEWATCH_NEVER);
  EXPECT_EQ(world.Stats().reported_events, 0U);
}

TEST(CoreTest, AVersionInAWrongEncodingOrADurationOutOfRangeIsCorrectedAndCountingGoesOn) {
  ClientWorld world;
  world.options().app_version = "1.0\xFF";
  world.options().sdk_version =
      "a very long version, which is longer than the sixty-four bytes that fit";
  world.options().flush_ms = 5;
  world.Start();
  EXPECT_EQ(world.error(),
            "app_version is not printable UTF-8; it is sent as \"1.0?\"; sdk_version is longer "
            "than 64 bytes or is not "
            "printable UTF-8; it is sent as \"a very long version, which is longer than the "
            "sixty-four bytes t\"; "
            "flush_ms is 5; allowed: 10 to 3600000; it is taken as 10");
  gmewatch_report(world.watch(), 1005, 1);
  ASSERT_TRUE(world.Deliver());
  EXPECT_EQ(world.server().total(), 1U);
}

// The bytes of any number as UTF-8 has them, also those that UTF-8 does not allow.
std::string Encoded(uint32_t point) {
  const auto tail = [point](int shift) {
    return static_cast<char>(0x80U | ((point >> shift) & 0x3FU));
  };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xC0U | (point >> 6)), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xE0U | (point >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xF0U | (point >> 18)), tail(12), tail(6), tail(0)};
}

TEST(CoreTest, SendsOfATextWhatTheServerAccepts) {
  constexpr uint32_t kAtOnce = 16;  // their bytes are what a version may have
  for (uint32_t first = 0; first < 0x120000; first += kAtOnce) {
    std::string text;
    std::string accepted;
    for (uint32_t point = std::max(first, 1U); point < first + kAtOnce; ++point) {
      const std::string bytes = Encoded(point);
      text += bytes;
      accepted += IsPrintableCodePoint(point) ? bytes : std::string(bytes.size(), '?');
    }
    ClientWorld world;
    world.options().app_version = text.c_str();
    world.Start();
    gmewatch_report(world.watch(), 1005, 1);
    world.Pass(10000);
    v1::ReportRequest request;
    ASSERT_TRUE(world.request().has_value() && request.ParseFromString(*world.request()));
    ASSERT_EQ(request.session().app_version(), accepted) << std::hex << first;
  }
}

TEST(CoreTest, ANullHandleIsHarmless) {
  gmewatch_stats stats;
  gmewatch_report(nullptr, 1, 1);
  gmewatch_detail(nullptr, 1, "EnterRoom", 1);
  EXPECT_EQ(gmewatch_tick(nullptr), GMEWATCH_NEVER);
  gmewatch_on_response(nullptr, 1, 200, "", 0);
  gmewatch_flush(nullptr);
  gmewatch_pause(nullptr);
  gmewatch_set_consent(nullptr, GMEWATCH_CONSENT_DENIED);
  gmewatch_set_network(nullptr, 0);
  gmewatch_get_stats(nullptr, &stats);
  gmewatch_destroy(nullptr);
  EXPECT_EQ(stats.reported_events, 0U);
  EXPECT_THAT(gmewatch_error(nullptr), HasSubstr("the handle is null"));
}

TEST(CoreTest, EveryCodeHasItsCount) {
  ClientWorld world;
  world.Start();
  const std::vector<std::pair<int32_t, uint64_t>> codes = {
      {0, 1}, {-1, 2}, {1, 3}, {INT32_MAX, 4}, {INT32_MIN, 5}, {INT32_MIN + 1, 6}};
  for (const auto& [code, count] : codes)
    gmewatch_report(world.watch(), code, static_cast<uint32_t>(count));
  ASSERT_TRUE(world.Deliver());
  for (const auto& [code, count] : codes) EXPECT_EQ(world.server().EventsOf(code), count) << code;
}

TEST(CoreTest, CountsBeyondThirtyTwoBitsAreExact) {
  ClientWorld world;
  world.Start();
  for (int i = 0; i < 5; ++i) gmewatch_report(world.watch(), 1005, UINT32_MAX);
  EXPECT_EQ(world.Stats().pending_events, 5ULL * UINT32_MAX);
  world.Pass(10000);
  EXPECT_EQ(world.Stats().pending_events, 5ULL * UINT32_MAX);
}

TEST(CoreTest, TheSumsOfStatsAreRight) {
  ClientWorld world;
  world.Start();
  for (int code = 0; code < 600; ++code) gmewatch_report(world.watch(), code, 1);
  const auto check = [&world] {
    const gmewatch_stats stats = world.Stats();
    EXPECT_EQ(stats.reported_events, 600U);
    EXPECT_EQ(stats.acknowledged_events + stats.rejected_events + stats.lost_events +
                  stats.pending_events,
              600U);
  };
  check();
  world.Pass(10000);
  check();
  world.Answer(503, "");
  check();
  ASSERT_TRUE(world.Deliver());
  check();
  EXPECT_EQ(world.Stats().acknowledged_events, 512U);
  EXPECT_EQ(world.Stats().lost_events, 88U);
  EXPECT_EQ(world.server().LostOf(v1::ClientLoss::TOO_MANY_CODES), 88U);
}

TEST(CoreTest, ALateAnswerToAnotherRequestIsIgnored) {
  ClientWorld world;
  world.Start();
  gmewatch_report(world.watch(), 1005, 1);
  world.Pass(10000);
  const uint32_t first = world.request_id();
  world.Pass(20000);
  EXPECT_EQ(world.cancels(), 1U);
  ASSERT_NE(world.request_id(), first);
  gmewatch_on_response(world.watch(), first, 400,
                       "{\"code\":\"invalid_argument\",\"details\":[{\"type\":\"google.rpc."
                       "BadRequest\",\"value\":\"CgA\"}]}",
                       84);
  world.Tick();
  EXPECT_EQ(world.Stats().rejected_events, 0U);
  ASSERT_TRUE(world.Deliver());
  EXPECT_EQ(world.server().total(), 1U);
}

TEST(CoreTest, WithoutRandomBytesNothingIsSentAndNothingLost) {
  ClientWorld world;
  world.set_random_works(false);
  world.Start();
  gmewatch_report(world.watch(), 1005, 3);
  world.Pass(60000);
  EXPECT_EQ(world.requests(), 0U);
  EXPECT_THAT(world.Stats().last_error, HasSubstr("no random bytes"));
  world.set_random_works(true);
  world.set_random_byte(0);
  world.Pass(600000);
  EXPECT_EQ(world.requests(), 0U);
  world.set_random_byte(-1);
  ASSERT_TRUE(world.Deliver());
  EXPECT_EQ(world.server().EventsOf(1005), 3U);
}

TEST(CoreTest, AnEngineThatCannotSendIsTriedAgain) {
  ClientWorld world;
  world.set_post_works(false);
  world.Start();
  gmewatch_report(world.watch(), 1005, 3);
  world.Pass(60000);
  EXPECT_THAT(world.Stats().last_error, HasSubstr("could not be started"));
  world.set_post_works(true);
  ASSERT_TRUE(world.Deliver());
  EXPECT_EQ(world.server().EventsOf(1005), 3U);
}

TEST(CoreTest, ATransportMayAnswerBeforePostReturns) {
  struct Direct {
    gmewatch_client* watch = nullptr;
    CountingServer server;
    int64_t now = 0;
  } direct;
  gmewatch_options options = gmewatch_defaults();
  options.url = "http://127.0.0.1:1";
  options.app = "demo";
  options.region = "eu";
  options.consent = GMEWATCH_CONSENT_GRANTED;
  options.user = &direct;
  options.clock = [](void* user) { return static_cast<Direct*>(user)->now; };
  options.post = [](void* user, const gmewatch_request* request) {
    auto* to = static_cast<Direct*>(user);
    const std::string answer =
        to->server.Take(std::string(static_cast<const char*>(request->body), request->body_size));
    gmewatch_on_response(to->watch, request->id, 200, answer.data(), answer.size());
    return 1;
  };
  direct.watch = gmewatch_create(&options);
  gmewatch_report(direct.watch, 1005, 2500000);
  gmewatch_flush(direct.watch);
  gmewatch_tick(direct.watch);
  EXPECT_EQ(direct.server.EventsOf(1005), 2500000U);
  gmewatch_destroy(direct.watch);
}

constexpr int kReportsOfAThread = 20000;

void ReportFromAThread(gmewatch_client* watch, size_t thread) {
  for (int i = 0; i < kReportsOfAThread; ++i) {
    gmewatch_report(watch, i % 700, 1 + (i == 0 ? UINT32_MAX - 5 : 0));
    if (i % 500 == 0) gmewatch_detail(watch, i, "EnterRoom", static_cast<int64_t>(thread));
    if (i % 1000 == 0) gmewatch_flush(watch);
    if (i % 64 == 0) {
      gmewatch_stats stats;
      gmewatch_get_stats(watch, &stats);
    }
  }
}

// Reports, ticks, answers, flushes and reads from several threads; nothing may be lost or doubled.
TEST(CoreTest, ThreadsLoseAndDoubleNothing) {
  ClientWorld world;
  world.options().first_flush_ms = 10;
  world.options().flush_ms = 10;
  world.options().clock = nullptr;
  world.options().wall_clock = nullptr;
  world.Start();
  std::array<std::thread, 4> threads;
  std::atomic<size_t> running = threads.size();
  for (size_t t = 0; t < threads.size(); ++t) {
    threads.at(t) = std::thread([&world, &running, t] {
      ReportFromAThread(world.watch(), t);
      --running;
    });
  }
  while (running > 0 || world.request().has_value()) {
    gmewatch_tick(world.watch());
    if (!world.request().has_value()) continue;
    const std::string answer = world.server().Take(*world.request());
    // A transport has a thread of its own.
    std::thread([&world, answer] {
      gmewatch_on_response(world.watch(), world.request_id(), 200, answer.data(), answer.size());
    }).join();
    world.ForgetRequest();
  }
  for (std::thread& thread : threads) thread.join();
  const gmewatch_stats stats = world.Stats();
  EXPECT_EQ(stats.reported_events, 4ULL * (kReportsOfAThread + uint64_t{UINT32_MAX} - 5));
  EXPECT_EQ(stats.acknowledged_events + stats.lost_events + stats.pending_events,
            stats.reported_events);
}

// Whoever waits until nothing is pending must not take events for sent that are on their way from
// the table into a batch.
TEST(CoreTest, WhatIsReportedNeverSeemsLessToAnotherThread) {
  ClientWorld world;
  world.Start();
  std::atomic<bool> ends = false;
  std::atomic<uint64_t> missed = 0;
  std::thread reader([&world, &ends, &missed] {
    for (uint64_t before = 0; !ends;) {
      const gmewatch_stats stats = world.Stats();
      if (stats.reported_events < before) missed += before - stats.reported_events;
      before = stats.reported_events;
    }
  });
  for (int i = 0; i < 4000; ++i) {
    gmewatch_report(world.watch(), i % 500, 1);
    gmewatch_flush(world.watch());
    gmewatch_tick(world.watch());
    if (world.request().has_value()) world.Serve();
  }
  ends = true;
  reader.join();
  EXPECT_EQ(missed, 0U);
}

TEST(CoreTest, AForkedChildSendsAndStoresNothing) {
  const TempDir dir;
  const std::string path = dir.File("spool");
  ClientWorld world;
  world.options().spool_path = path.c_str();
  world.Start();
  gmewatch_report(world.watch(), 1005, 3);
  gmewatch_pause(world.watch());
  const std::string before = ReadFile(path);
  ASSERT_NE(before, "");
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    gmewatch_report(world.watch(), 7, 1);
    const size_t requests = world.requests();
    world.set_now(world.now() + 100000);
    gmewatch_pause(world.watch());
    gmewatch_destroy(world.watch());
    _exit(world.requests() == requests && ReadFile(path) == before ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ASSERT_TRUE(world.Deliver());
  EXPECT_EQ(world.server().EventsOf(7), 0U);
  world.Destroy();
}

TEST(CoreTest, OneProcessAtATimeHasTheSpoolFile) {
  const TempDir dir;
  const std::string path = dir.File("spool");
  ClientWorld first;
  first.options().spool_path = path.c_str();
  first.Start();
  gmewatch_report(first.watch(), 1005, 3);
  gmewatch_pause(first.watch());
  ClientWorld second;
  second.options().spool_path = path.c_str();
  second.Start();
  EXPECT_THAT(second.Stats().last_error, HasSubstr("in use by another process"));
  EXPECT_EQ(second.Stats().restored_events, 0U);
  gmewatch_report(second.watch(), 1005, 1);
  ASSERT_TRUE(second.Deliver());
  EXPECT_EQ(second.server().total(), 1U);
  ClientWorld third;
  third.options().spool_path = path.c_str();
  third.Start();
  gmewatch_set_consent(third.watch(), GMEWATCH_CONSENT_DENIED);
  EXPECT_NE(ReadFile(path), "") << "the file is the first one's";
  // Nor later: it has not read what the first one left, and would write over it.
  first.Destroy();
  gmewatch_report(second.watch(), 7, 5);
  gmewatch_pause(second.watch());
  second.Destroy();
  second.Start();
  EXPECT_EQ(second.Stats().restored_events, 3U);
}

TEST(CoreTest, AnOlderProgramsShorterOptionsAreTaken) {
  ClientWorld world;
  world.options().size = offsetof(gmewatch_options, seed);
  world.Start();
  gmewatch_report(world.watch(), 1005, 1);
  ASSERT_TRUE(world.Deliver());
}

}  // namespace
}  // namespace gmewatch
