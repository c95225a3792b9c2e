// Clients keep a ledger of the events that gmewatchd says it has rejected. Whatever ends the
// daemon, after the next start the counters agree with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/http_client.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

constexpr uint64_t kBatchEvents = 3;

std::string EventsFor(absl::string_view reason) {
  return absl::StrCat("gmewatch_rejected_events_total{reason=\"", reason, "\"}");
}

// The answers that clients got.
struct Ledger {
  uint64_t counted = 0;     // batches
  uint64_t rejected = 0;    // events, by an answer that has RetryInfo
  uint64_t unanswered = 0;  // events: the connection ended before an answer
  uint64_t cancelled = 0;   // calls that gRPC ended before the daemon saw them
  uint64_t wrong = 0;       // answers that the wire does not promise
  std::string wrong_answer;
};

// Clients that send one batch after the other and never wait, whatever the answer says.
class HastyClients {
 public:
  HastyClients(const std::string& address, int clients, int codes = 1)
      : address_(address), codes_(codes) {
    for (int i = 0; i < clients; ++i) threads_.emplace_back([this] { Run(); });
  }
  HastyClients(const HastyClients&) = delete;
  HastyClients& operator=(const HastyClients&) = delete;
  ~HastyClients() { Join(); }

  uint64_t counted() {
    absl::MutexLock lock(&mutex_);
    return ledger_.counted;
  }
  uint64_t rejected() {
    absl::MutexLock lock(&mutex_);
    return ledger_.rejected;
  }
  void Stop() { stop_.store(true); }
  // The daemon must have ended, or Stop have been called.
  Ledger Join() {
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
    absl::MutexLock lock(&mutex_);
    return ledger_;
  }

 private:
  void Run() {
    WireClient client(address_);
    const v1::Session session = MakeSession("demo", "eu");
    uint64_t sequence = 1;
    while (!stop_.load()) {
      v1::ReportRequest request = MakeRequest(session, sequence, {});
      for (int i = 0; i < codes_; ++i) request.add_codes(1005), request.add_counts(kBatchEvents);
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
      v1::ReportResponse response;
      const grpc::Status status = client.stub().Report(&context, request, &response);
      if (status.ok()) ++sequence;
      if (!Note(status)) return;
    }
  }

  // False if the daemon is gone.
  bool Note(const grpc::Status& status) {
    const uint64_t events = kBatchEvents * static_cast<uint64_t>(codes_);
    absl::MutexLock lock(&mutex_);
    if (status.ok()) {
      ++ledger_.counted;
      return true;
    }
    const bool again = status.error_code() == StatusCode::UNAVAILABLE ||
                       status.error_code() == StatusCode::RESOURCE_EXHAUSTED;
    if (again && RetryDelayOf(status) > absl::ZeroDuration()) {
      ledger_.rejected += events;
      return true;
    }
    if (status.error_code() == StatusCode::UNAVAILABLE) {
      ledger_.unanswered += events;
      return false;
    }
    if (status.error_code() == StatusCode::CANCELLED) {
      ++ledger_.cancelled;
      return true;
    }
    ++ledger_.wrong;
    ledger_.wrong_answer = absl::StrCat(status.error_code(), " ", status.error_message());
    return true;
  }

  const std::string address_;
  const int codes_;
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
  absl::Mutex mutex_;
  Ledger ledger_ ABSL_GUARDED_BY(mutex_);
};

class RejectedLedgerTest : public ::testing::Test {
 protected:
  std::unique_ptr<GmewatchdProcess> Start(const ChildOptions& options = {},
                                          const std::string& settings = "") {
    std::vector<std::string> arguments = {"--state_dir=" + dir_.File("state")};
    if (!settings.empty()) {
      arguments.push_back("--config=" + dir_.Write("settings.yaml", settings));
    }
    auto daemon = GmewatchdProcess::Start(std::move(arguments), "", options);
    if (!daemon.ok()) {
      ADD_FAILURE() << daemon.status();
      return nullptr;
    }
    return *std::move(daemon);
  }

  // Fills the disk, then ends the daemon with `signal` while everything is rejected.
  void EndOnAFullDisk(int signal) {
    ChildOptions options;
    options.file_bytes_max = 600'000;
    auto daemon = Start(options);
    ASSERT_NE(daemon, nullptr);
    HastyClients clients(daemon->ingest_address(), 4, /*codes=*/500);
    ASSERT_TRUE(AwaitTrue([&] { return clients.rejected() > 20'000; }, absl::Seconds(60)));
    const absl::StatusOr<HttpReply> ready = HttpFetch(daemon->admin_address(), "/readyz");
    ASSERT_TRUE(ready.ok());
    const uint64_t rejected = clients.rejected();
    const double shown = ValueOf(daemon->Scrape(), EventsFor("log_failed"));
    EXPECT_GE(shown, static_cast<double>(rejected));
    clients.Stop();
    const Ledger ledger = clients.Join();
    daemon->process().Signal(signal);
    daemon->process().Wait();
    EXPECT_EQ(ledger.wrong, 0U) << ledger.wrong_answer;
    EXPECT_EQ(ledger.unanswered, 0U);
    daemon = Start();
    ASSERT_NE(daemon, nullptr);
    const Samples samples = daemon->Scrape();
    EXPECT_EQ(ValueOf(samples, EventsFor("log_failed")), static_cast<double>(ledger.rejected));
    EXPECT_EQ(ValueOf(samples, "gmewatch_batches_total{result=\"counted\"}"),
              static_cast<double>(ledger.counted));
    EXPECT_EQ(HttpFetch(daemon->admin_address(), "/readyz")->status, 200);
  }

  TempDir dir_;
};

TEST_F(RejectedLedgerTest, EveryRejectionOfAStopIsCountedAndHasRetryInfo) {
  uint64_t rejected = 0;
  uint64_t counted = 0;
  uint64_t cancelled = 0;
  auto daemon = Start();
  for (int stop = 0; stop < 10; ++stop) {
    ASSERT_NE(daemon, nullptr);
    HastyClients clients(daemon->ingest_address(), 8);
    const uint64_t before = clients.counted();
    ASSERT_TRUE(AwaitTrue([&] { return clients.counted() >= before + 50; }, absl::Seconds(30)));
    EXPECT_EQ(daemon->Terminate(), 0);
    const Ledger ledger = clients.Join();
    EXPECT_EQ(ledger.wrong, 0U) << ledger.wrong_answer;
    cancelled += ledger.cancelled;
    rejected += ledger.rejected;
    counted += ledger.counted;
    daemon = Start();
    ASSERT_NE(daemon, nullptr);
    const Samples samples = daemon->Scrape();
    EXPECT_EQ(ValueOf(samples, EventsFor("stopping")), static_cast<double>(rejected));
    EXPECT_EQ(ValueOf(samples, "gmewatch_batches_total{result=\"counted\"}"),
              static_cast<double>(counted));
  }
  // Otherwise no client was there when a daemon stopped.
  EXPECT_GT(rejected, 0U);
  // Of 80 clients; on a busy machine one may first call in the moment of the shutdown.
  EXPECT_LE(cancelled, 2U);
}

TEST_F(RejectedLedgerTest, ASigtermOnAFullDiskKeepsWhatWasRejected) { EndOnAFullDisk(SIGTERM); }

TEST_F(RejectedLedgerTest, AKillOnAFullDiskKeepsWhatWasRejected) { EndOnAFullDisk(SIGKILL); }

TEST_F(RejectedLedgerTest, AKillUnderOverloadKeepsWhatWasRejected) {
  // Room for one batch of 500 codes at a time.
  auto daemon = Start({}, "limits: {max_pending_bytes: 65536}\nlog: {commit_interval: 200ms}\n");
  ASSERT_NE(daemon, nullptr);
  HastyClients clients(daemon->ingest_address(), 40, /*codes=*/500);
  ASSERT_TRUE(AwaitTrue([&] { return clients.rejected() > 20'000; }, absl::Seconds(60)));
  daemon->process().Signal(SIGKILL);
  daemon->process().Wait();
  const Ledger ledger = clients.Join();
  EXPECT_EQ(ledger.wrong, 0U) << ledger.wrong_answer;
  daemon = Start();
  ASSERT_NE(daemon, nullptr);
  const double counted = ValueOf(daemon->Scrape(), EventsFor("overloaded"));
  EXPECT_GE(counted, static_cast<double>(ledger.rejected));
  EXPECT_LE(counted, static_cast<double>(ledger.rejected + ledger.unanswered));
}

TEST_F(RejectedLedgerTest, NotReadyWhileTheLogCannotBeWrittenAndReadyAgainAfterwards) {
  // Another program's lock keeps the log from being written, as a full disk does.
  auto daemon = Start();
  ASSERT_NE(daemon, nullptr);
  ASSERT_EQ(HttpFetch(daemon->admin_address(), "/readyz")->status, 200);
  auto shell = ChildProcess::Start("sqlite3", {dir_.File("state/journal.db"), "BEGIN EXCLUSIVE",
                                               ".system echo locked; exec sleep 30"});
  ASSERT_TRUE(shell.ok());
  ASSERT_TRUE((*shell)->AwaitOutput("locked"));
  HastyClients clients(daemon->ingest_address(), 1);
  ASSERT_TRUE(AwaitTrue([&] { return clients.rejected() > 0; }, absl::Seconds(60)));
  absl::StatusOr<HttpReply> reply = HttpFetch(daemon->admin_address(), "/readyz");
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->status, 503);
  EXPECT_THAT(reply->body, HasSubstr("journal.db: database is locked"));
  EXPECT_EQ(HttpFetch(daemon->admin_address(), "/healthz")->status, 200);
  EXPECT_EQ(ValueOf(daemon->Scrape(), "gmewatch_ready"), 0);
  (*shell)->Signal(SIGKILL);
  EXPECT_TRUE(
      AwaitTrue([&] { return HttpFetch(daemon->admin_address(), "/readyz")->status == 200; },
                absl::Seconds(60)));
  clients.Stop();
  const Ledger ledger = clients.Join();
  EXPECT_EQ(daemon->AwaitValue(EventsFor("log_failed"), static_cast<double>(ledger.rejected)),
            static_cast<double>(ledger.rejected));
}

}  // namespace
}  // namespace gmewatch
