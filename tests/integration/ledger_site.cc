#include "tests/integration/ledger_site.h"

#include <gtest/gtest.h>

#include <csignal>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace gmewatch {
namespace {

constexpr std::pair<const char*, const char*> kPlaces[] = {
    {"demo", "eu"}, {"demo", "us"}, {"second", "eu"}};
// Some batches pass before most cuts, and most cuts are inside one.
constexpr uint64_t kCutBytesMax = 12'000;

}  // namespace

std::string Findings::Summary() const {
  return absl::StrCat(ledger.batches(), " batches counted, ", ledger.rejected(), " rejected, ",
                      ledger.unanswered(), " attempts without an answer, ", ledger.answered_retry(),
                      " to be sent again, ", cuts, " cuts, ", scrapes, " scrapes, ", lowered,
                      " steps back; ", differences.Text());
}

LedgerSite::LedgerSite(const LedgerSiteOptions& options)
    : options_(options), random_(options.seed) {}

LedgerSite::~LedgerSite() { JoinClients(ClientPhase::kGiveUp); }

bool LedgerSite::Start() {
  arguments_ = {
      // A daemon that is killed again and again has no time to learn the interval of a scraper.
      "--config=" +
          dir_.Write("settings.yaml",
                     absl::StrCat(kLedgerApps, "expose: {zero_for: 15s}\n", options_.settings)),
      "--state_dir=" + StateDir(), "--connect_address=127.0.0.1:0"};
  if (!StartDaemon()) return false;
  // From here on the ports stay the same.
  arguments_.back() = "--connect_address=" + daemon_->connect_address();
  arguments_.push_back("--ingest_address=" + daemon_->ingest_address());
  arguments_.push_back("--admin_address=" + daemon_->admin_address());
  if (options_.prometheus) {
    prometheus_ = PrometheusProcess::Start(dir_, daemon_->admin_address());
    if (prometheus_ == nullptr ||
        prometheus_->AwaitAtLeast("count(gme_error_events_total)", 1, absl::Seconds(60)) < 1) {
      ADD_FAILURE() << "Prometheus does not start; the Debian package must be installed";
      return false;
    }
  }
  if (!ShowCounts()) return false;
  watch_ = std::make_unique<ScrapeWatch>(daemon_->admin_address());
  CuttingProxyOptions proxy;
  proxy.cut_bytes_max = options_.cuts ? kCutBytesMax : 0;
  proxy.hold_answers = options_.hold_answers;
  proxy.seed = static_cast<uint32_t>(random_());
  proxy_ = std::make_unique<CuttingProxy>(daemon_->ingest_address(), proxy);
  for (int i = 0; i < options_.clients; ++i) {
    LedgerClientOptions client;
    client.address = options_.hold_answers > absl::ZeroDuration() ? proxy_->address()
                                                                  : daemon_->ingest_address();
    client.connect_address = daemon_->connect_address();
    if (options_.cuts) client.cutting_address = proxy_->address();
    const auto& [app, region] = kPlaces[static_cast<size_t>(i) % std::size(kPlaces)];
    client.app = app;
    client.region = region;
    client.seed = static_cast<uint32_t>(random_());
    client.pause = options_.client_pause;
    clients_.push_back(std::make_unique<LedgerClient>(client));
    threads_.emplace_back([this, one = clients_.back().get()] { one->Run(phase_); });
  }
  return true;
}

bool LedgerSite::StartDaemon() {
  ChildOptions child;
  child.environment = kill_point_.environment();
  child.environment.insert(child.environment.end(), options_.environment.begin(),
                           options_.environment.end());
  auto daemon = GmewatchdProcess::Start(arguments_, options_.program, child);
  if (!daemon.ok()) {
    if (!kill_point_.reached()) ADD_FAILURE() << daemon.status();
    return false;
  }
  daemon_ = *std::move(daemon);
  return true;
}

bool LedgerSite::ShowCounts() {
  daemon_->Scrape();
  WireClient client(daemon_->ingest_address());
  v1::ReportRequest batch;
  batch.set_sequence(1);
  for (const LedgerCode& known : kLedgerCodes) {
    batch.add_codes(known.code);
    batch.add_counts(1);
  }
  for (const auto& [app, region] : kPlaces) {
    const v1::Session session = MakeSession(app, region);
    v1::ReportRequest request = batch;
    *request.mutable_session() = session;
    const grpc::Status status = client.Report(request);
    if (!status.ok()) {
      ADD_FAILURE() << status.error_message();
      return false;
    }
    first_.Acknowledged(session, batch);
    first_.AnsweredAcknowledged();
  }
  for (const auto& [series, events] : first_.Events()) {
    const auto least = static_cast<double>(events);
    if (daemon_->AwaitValue(series, least) != least) {
      ADD_FAILURE() << series << " does not show its count";
      return false;
    }
  }
  return true;
}

bool LedgerSite::KillAndRestart() {
  watch_->Scrape();
  daemon_->process().Signal(SIGKILL);
  EXPECT_EQ(daemon_->process().Wait(), 128 + SIGKILL);
  return Restart();
}

bool LedgerSite::Restart() {
  killed_ = true;
  bool started = StartDaemon();
  if (!started && kill_point_.reached()) {
    kill_point_.Clear();
    started = StartDaemon();
  }
  if (started) watch_->Scrape();
  return started;
}

void LedgerSite::JoinClients(ClientPhase phase) {
  phase_ = phase;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Findings LedgerSite::Finish() {
  Findings findings;
  // A daemon that cannot be started would let the clients wait for ever.
  JoinClients(::testing::Test::HasFailure() ? ClientPhase::kGiveUp : ClientPhase::kFinish);
  findings.ledger = first_;
  for (const auto& client : clients_) findings.ledger.Add(client->ledger());
  // What rejected batches had is committed by then.
  findings.differences =
      findings.ledger.Compare(daemon_->Scrape(), killed_ ? LedgerLog::kOwnKilled : LedgerLog::kOwn);
  watch_->Scrape();
  findings.cuts = proxy_->cuts();
  findings.scrapes = watch_->scrapes();
  findings.lowered = watch_->lowered();
  for (const std::string& line : watch_->lines()) findings.differences.wrong.push_back(line);
  if (prometheus_ == nullptr) findings.exit_status = daemon_->Terminate();
  return findings;
}

}  // namespace gmewatch
