// gmewatchd is killed at random moments while clients report and retry: every acknowledged batch is
// counted exactly once, and no counter is lower after a restart than before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

constexpr int kClients = 8;
constexpr std::array<int32_t, 3> kCodes = {1005, 10001, 8195};
constexpr std::array<const char*, 3> kCategories = {"client", "server", "voice_message"};
using Ledger = std::array<uint64_t, kCodes.size()>;

// The result of a run.
struct Findings {
  int kills = 0;
  uint64_t batches = 0;  // acknowledged
  int64_t missing = 0;   // events acknowledged but not counted
  int64_t surplus = 0;   // events counted more than once
  int lowered = 0;       // series that were lower after a restart
};

// A session that sends one batch after the other and repeats each until it is acknowledged, in turn
// by the unary call and on a stream.
class RetryingClient {
 public:
  RetryingClient(std::string address, uint32_t seed) : random_(seed), client_(address) {}

  void Run(const std::atomic<bool>& stop) {
    while (!stop) SendOne();
  }
  const Ledger& acknowledged() const { return acknowledged_; }
  uint64_t batches() const { return sequence_; }

 private:
  void SendOne() {
    Ledger batch{};
    std::vector<std::pair<int32_t, uint32_t>> counts;
    for (size_t i = 0; i < kCodes.size(); ++i) {
      batch[i] = random_() % 5;
      if (batch[i] > 0) counts.emplace_back(kCodes[i], static_cast<uint32_t>(batch[i]));
    }
    ++sequence_;
    const v1::ReportRequest request = MakeRequest(session_, sequence_, counts);
    while (!(sequence_ % 2 == 0 ? SendUnary(request) : SendStream(request))) {
    }
    for (size_t i = 0; i < kCodes.size(); ++i) acknowledged_[i] += batch[i];
  }
  bool SendUnary(const v1::ReportRequest& request) {
    uint64_t acknowledged = 0;
    return client_.Report(request, &acknowledged).ok() && acknowledged >= request.sequence();
  }
  bool SendStream(const v1::ReportRequest& request) {
    WireStream stream(&client_);
    const bool sent = stream.Write(request) && stream.AwaitAcknowledged(request.sequence());
    stream.Finish();
    return sent;
  }

  std::mt19937 random_;
  WireClient client_;
  const v1::Session session_ = MakeSession("demo", "eu");
  uint64_t sequence_ = 0;
  Ledger acknowledged_{};
};

// The counters of events. The daemon's own metrics are left out: they start again with its process.
Samples GameCounters(const Samples& all) {
  Samples out;
  for (const auto& [series, value] : all) {
    if (absl::StartsWith(series, "gme_") && absl::StrContains(series, "_total{"))
      out[series] = value;
  }
  return out;
}

int CountLowered(const Samples& before, const Samples& after) {
  int lowered = 0;
  for (const auto& [series, value] : before) lowered += ValueOf(after, series) < value ? 1 : 0;
  return lowered;
}

uint32_t Seed() {
  const char* text = std::getenv("GMEWATCH_KILL_SEED");
  uint32_t seed = 0;
  return text != nullptr && absl::SimpleAtoi(text, &seed) ? seed : std::random_device()();
}

class KillRun {
 public:
  KillRun(std::string program, uint32_t seed) : program_(std::move(program)), random_(seed) {}

  Findings Run(int kills) {
    const std::string config = dir_.Write(
        "settings.yaml", "apps: [{name: demo, regions: [eu]}]\nlog: {checkpoint_interval: 1s}\n");
    arguments_ = {"--config=" + config, "--state_dir=" + dir_.File("state")};
    if (!Restart()) return findings_;
    // From here on the ports stay the same.
    arguments_.push_back("--ingest_address=" + daemon_->ingest_address());
    arguments_.push_back("--admin_address=" + daemon_->admin_address());
    ShowCounts();
    std::atomic<bool> stop = false;
    std::vector<std::unique_ptr<RetryingClient>> clients;
    std::vector<std::thread> threads;
    for (int i = 0; i < kClients; ++i) {
      clients.push_back(std::make_unique<RetryingClient>(daemon_->ingest_address(), random_()));
      threads.emplace_back([client = clients.back().get(), &stop] { client->Run(stop); });
    }
    for (int i = 0; i < kills && !::testing::Test::HasFatalFailure(); ++i) KillOnce();
    stop = true;
    for (std::thread& thread : threads) thread.join();
    Compare(clients);
    EXPECT_EQ(daemon_->Terminate(), 0);
    return findings_;
  }

 private:
  bool Restart() {
    auto daemon = GmewatchdProcess::Start(arguments_, program_);
    EXPECT_TRUE(daemon.ok()) << daemon.status();
    if (daemon.ok()) daemon_ = *std::move(daemon);
    return daemon.ok();
  }

  // Sends a first event and waits until the counts of its app are shown.
  void ShowCounts() {
    daemon_->Scrape();
    WireClient client(daemon_->ingest_address());
    EXPECT_TRUE(client.Report(MakeRequest(MakeSession("demo", "eu"), 1, {{kCodes[0], 1}})).ok());
    first_ = 1;
    EXPECT_EQ(daemon_->AwaitValue(
                  CodeSeries("gme_error_events_total", "1005", "client", "eu", "demo"), 1),
              1);
  }

  void KillOnce() {
    const absl::Duration pause = absl::Milliseconds(static_cast<int64_t>(random_() % 300));
    const Deadline deadline(pause, absl::Milliseconds(1));
    Samples seen = GameCounters(daemon_->Scrape());
    while (deadline.PauseUnlessPassed()) {
    }
    const Samples later = GameCounters(daemon_->Scrape());
    if (!later.empty()) seen = later;
    daemon_->process().Signal(SIGKILL);
    EXPECT_EQ(daemon_->process().Wait(), 128 + SIGKILL);
    if (!Restart()) return;
    findings_.lowered += CountLowered(seen, GameCounters(daemon_->Scrape()));
    ++findings_.kills;
  }

  void Compare(const std::vector<std::unique_ptr<RetryingClient>>& clients) {
    const Samples samples = daemon_->Scrape();
    for (size_t i = 0; i < kCodes.size(); ++i) {
      uint64_t expected = i == 0 ? first_ : 0;
      for (const auto& client : clients) expected += client->acknowledged()[i];
      const double counted =
          ValueOf(samples, CodeSeries("gme_error_events_total", absl::StrCat(kCodes[i]),
                                      kCategories[i], "eu", "demo"));
      const int64_t difference = static_cast<int64_t>(counted) - static_cast<int64_t>(expected);
      (difference < 0 ? findings_.missing : findings_.surplus) += std::abs(difference);
    }
    for (const auto& client : clients) findings_.batches += client->batches();
  }

  const std::string program_;
  std::mt19937 random_;
  TempDir dir_;
  std::vector<std::string> arguments_;
  std::unique_ptr<GmewatchdProcess> daemon_;
  uint64_t first_ = 0;
  Findings findings_;
};

TEST(KillTest, AcknowledgedBatchesAreCountedExactlyOnceOverThirtyKills) {
  const uint32_t seed = Seed();
  SCOPED_TRACE(absl::StrCat("GMEWATCH_KILL_SEED=", seed));
  const Findings found = KillRun(GmewatchdPath(), seed).Run(30);
  std::cout << "seed " << seed << ": " << found.kills << " kills, " << found.batches
            << " batches acknowledged\n";
  EXPECT_EQ(found.kills, 30);
  EXPECT_GT(found.batches, 1000U);
  EXPECT_EQ(found.missing, 0);
  EXPECT_EQ(found.surplus, 0);
  EXPECT_EQ(found.lowered, 0);
}

// The test above is worth nothing if it does not fail with a log that acknowledges too early.
TEST(KillTest, ALogThatAcknowledgesBeforeTheCommitIsFound) {
  const uint32_t seed = Seed();
  SCOPED_TRACE(absl::StrCat("GMEWATCH_KILL_SEED=", seed));
  const Findings found = KillRun(HASTY_GMEWATCHD_PATH, seed).Run(10);
  EXPECT_EQ(found.kills, 10);
  EXPECT_GT(found.missing, 0);
  EXPECT_GT(found.lowered, 0);
}

}  // namespace
}  // namespace gmewatch
