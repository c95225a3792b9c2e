#include "tests/support/attacked_site.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/free_port.h"
#include "tests/support/front_configuration.h"

namespace gmewatch {
namespace {

constexpr size_t kGood = 4;
constexpr absl::Duration kPace = absl::Milliseconds(40);
constexpr int kAttackers = 2;
constexpr char kGoodKey[] = "Bearer key-of-the-good-app";
constexpr char kBadKey[] = "Bearer key-of-the-bad-app";
constexpr char kSettings[] =
    "apps:\n- {name: good, regions: [eu], keys: [key-of-the-good-app]}\n"
    "- {name: bad, regions: [eu], keys: [key-of-the-bad-app]}\n"
    "ingest: {fronts: [127.0.0.1]}\n";

uint64_t EventsOf(const Samples& samples, absl::string_view app) {
  double events = 0;
  for (const auto& [series, value] : samples) {
    const bool is_of = absl::StartsWith(series, "gme_error_events_total{") &&
                       absl::StrContains(series, absl::StrCat("app=\"", app, "\""));
    if (is_of) events += value;
  }
  return static_cast<uint64_t>(events);
}

}  // namespace

absl::Duration GoodReports::Quantile(double share) {
  if (answered.empty()) return absl::InfiniteDuration();
  std::sort(answered.begin(), answered.end());
  return answered[static_cast<size_t>(share * static_cast<double>(answered.size() - 1))];
}

void GoodReports::Add(const GoodReports& more) {
  answered.insert(answered.end(), more.answered.begin(), more.answered.end());
  failed += more.failed;
  if (more.failed > 0) failure = more.failure;
}

absl::StatusOr<std::unique_ptr<AttackedSite>> AttackedSite::Start(const std::string& front) {
  std::unique_ptr<AttackedSite> site(new AttackedSite);
  auto daemon = GmewatchdProcess::Start(
      {"--state_dir=" + site->dir_.File("state"), "--connect_address=127.0.0.1:0",
       "--config=" + site->dir_.Write("settings.yaml", kSettings)});
  if (!daemon.ok()) return daemon.status();
  site->daemon_ = *std::move(daemon);
  site->target_.grpc = site->daemon_->ingest_address();
  site->target_.connect = site->daemon_->connect_address();
  site->target_.admin = site->daemon_->admin_address();
  site->target_.key = kBadKey;
  std::string used = site->target_.grpc;
  if (!front.empty()) {
    absl::Status started = site->StartFront(front);
    if (!started.ok()) return started;
    // Another address than those who attack.
    used = absl::StrReplaceAll(site->target_.grpc, {{"127.0.0.1", "[::1]"}});
  }
  for (size_t i = 0; i < kGood; ++i) {
    site->good_.push_back(std::make_unique<WireClient>(used));
    site->sessions_.push_back(MakeSession("good", "eu"));
  }
  site->acknowledged_.resize(kGood);
  return site;
}

absl::Status AttackedSite::StartFront(const std::string& file) {
  const std::string port = absl::StrCat(FreePort());
  const std::string configuration =
      FrontConfiguration(file, absl::StrCat("127.0.0.1:", port, ",[::1]:", port), target_.grpc,
                         target_.connect, "9000");
  auto front =
      ChildProcess::Start("haproxy", {"-db", "-f", dir_.Write("haproxy.cfg", configuration)});
  if (!front.ok()) return front.status();
  front_ = *std::move(front);
  target_.grpc = target_.connect = absl::StrCat("127.0.0.1:", port);
  target_.source = 1;
  return absl::OkStatus();
}

double AttackedSite::ResidentMiB() const {
  std::ifstream statm(absl::StrCat("/proc/", daemon_->process().pid(), "/statm"));
  uint64_t all = 0;
  uint64_t resident = 0;
  statm >> all >> resident;
  return static_cast<double>(resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE))) / (1 << 20);
}

void AttackedSite::WatchMemory(const std::atomic<bool>& stop) {
  while (!stop) {
    most_mib_ = std::max(most_mib_, ResidentMiB());
    Pause(absl::Milliseconds(50));
  }
}

void AttackedSite::ReportUntil(absl::Time end, size_t number, GoodReports* reports) {
  while (absl::Now() < end) {
    const absl::Time begin = absl::Now();
    const grpc::Status status = good_[number]->Report(
        MakeRequest(sessions_[number], acknowledged_[number] + 1, {{1005, 1}}), nullptr, kGoodKey);
    if (status.ok()) {
      reports->answered.push_back(absl::Now() - begin);
      ++acknowledged_[number];
    } else {
      ++reports->failed;
      reports->failure = absl::StrCat(status.error_code(), " ", status.error_message());
    }
    Pause(kPace);
  }
}

GoodReports AttackedSite::Measure(const Attack* attack, absl::Duration time) {
  std::atomic<bool> stop{false};
  std::vector<AttackRun> runs(attack == nullptr ? 0 : kAttackers, target_);
  std::vector<std::thread> others;
  for (size_t i = 0; i < runs.size(); ++i) {
    runs[i].stop = &stop;
    if (runs[i].source != 0) runs[i].source += static_cast<int>(i) * 20;
    others.emplace_back([&run = runs[i], attack] {
      setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 19);
      attack->run(&run);
    });
  }
  others.emplace_back([&] { WatchMemory(stop); });
  const absl::Time end = absl::Now() + time;
  std::vector<GoodReports> reports(kGood);
  std::vector<std::thread> good;
  good.reserve(kGood);
  for (size_t i = 0; i < kGood; ++i) {
    good.emplace_back([&, i] { ReportUntil(end, i, &reports[i]); });
  }
  for (std::thread& thread : good) thread.join();
  stop = true;
  for (std::thread& thread : others) thread.join();
  for (const AttackRun& run : runs) {
    bad_sent_ += run.sent;
    bad_acknowledged_ += run.acknowledged;
  }
  GoodReports all;
  for (const GoodReports& each : reports) all.Add(each);
  return all;
}

std::string AttackedSite::WrongCounts() const {
  uint64_t acknowledged = 0;
  for (const uint64_t each : acknowledged_) acknowledged += each;
  Samples samples;
  AwaitTrue(
      [&] {
        samples = daemon_->Scrape();
        return !samples.empty();
      },
      absl::Seconds(30), absl::Milliseconds(100));
  const uint64_t good = EventsOf(samples, "good");
  const uint64_t bad = EventsOf(samples, "bad");
  std::string wrong;
  if (good != acknowledged) {
    absl::StrAppend(&wrong, "of the good app ", good, " counted, ", acknowledged, " acknowledged");
  }
  if (bad < bad_acknowledged_ || bad > bad_sent_) {
    absl::StrAppend(&wrong, " of the bad app ", bad, " counted, ", bad_acknowledged_,
                    " acknowledged of ", bad_sent_);
  }
  return wrong;
}

}  // namespace gmewatch
