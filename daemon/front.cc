#include "daemon/front.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/base/log.h"
#include "daemon/base/thread_check.h"
#include "daemon/base/yaml_message.h"
#include "daemon/dangers.h"
#include "daemon/expose/front_metrics.h"
#include "daemon/log/kafka/kafka_topic.h"

namespace gmewatch {
namespace {

// Calls that are open at a drain end after this time.
constexpr absl::Duration kDrainTime = absl::Seconds(5);

// A stop gives up what the log does not confirm in this time; clients send it again elsewhere.
constexpr absl::Duration kLastWriteTime = absl::Seconds(8);

constexpr absl::Duration kWatchInterval = absl::Seconds(60);

// How long a check waits for each answer: a stop waits for a check that is running.
constexpr absl::Duration kWatchAnswerTime = absl::Seconds(5);

}  // namespace

absl::StatusOr<std::unique_ptr<Front>> Front::Start(DaemonOptions options, Clock& clock) {
  std::unique_ptr<Front> self(new Front(std::move(options), clock));
  absl::StatusOr<DaemonFiles> files = LoadFiles(self->options_);
  if (!files.ok()) return files.status();
  self->guard_.SetToken(files->admin_token);
  self->files_ = *std::move(files);
  self->started_with_ = self->files_.settings;
  for (const auto step : {&Front::OpenLog, &Front::StartLanes, &Front::StartServing}) {
    absl::Status status = (self.get()->*step)();
    if (!status.ok()) {
      self->Stop().IgnoreError();  // the error of the start is the one to return
      return status;
    }
  }
  return self;
}

Front::~Front() { Stop().IgnoreError(); }

absl::Status Front::OpenLog() {
  absl::StatusOr<KafkaSettings> kafka = KafkaSettingsOf(files_.settings.log().kafka());
  if (!kafka.ok()) return kafka.status();
  kafka_ = *std::move(kafka);
  absl::StatusOr<KafkaLayout> layout = CheckKafkaTopic(kafka_);
  if (!layout.ok()) return layout.status();
  layout_.emplace(*std::move(layout));
  // Each partition has a committer's thread.
  absl::Status threads = CheckThreads(IngestServer::Threads() + kOtherThreads +
                                      static_cast<unsigned>(layout_->partitions()));
  if (!threads.ok()) return threads;
  absl::StatusOr<std::unique_ptr<KafkaProducer>> producer = KafkaProducer::Start(kafka_);
  if (!producer.ok()) return producer.status();
  producer_ = *std::move(producer);
  LogInfo("writes to the shared log", {{"topic", kafka_.topic},
                                       {"partitions", absl::StrCat(layout_->partitions())},
                                       {"layout", layout_->id()}});
  return absl::OkStatus();
}

absl::Status Front::StartLanes() {
  const auto index_of = [this](const SessionId& id) {
    return static_cast<size_t>(layout_->PartitionOf(id));
  };
  FrontLanesOptions options;
  options.lanes = static_cast<size_t>(layout_->partitions());
  options.commit_interval = ToDuration(files_.settings.log().commit_interval());
  options.max_pending_bytes = files_.settings.limits().max_pending_bytes();
  sessions_ = std::make_unique<FrontSessions>(options.lanes, index_of, clock_);
  lanes_ = std::make_unique<FrontLanes>(options, *producer_, *sessions_, clock_,
                                        [this](const absl::Status& status) { Fail(status); });
  return absl::OkStatus();
}

absl::Status Front::StartServing() {
  const Settings& settings = files_.settings;
  AdminServerOptions admin;
  admin.address = options_.admin_address;
  admin.guard = &guard_;
  admin_ = std::make_unique<AdminServer>(
      admin, clock_,
      [this](const ScrapeRequest& request, ChunkSink sink) {
        return RenderFront(ReadStats(), request, sink);
      },
      [this] { return Ready(); });
  absl::Status status = admin_->Start();
  if (!status.ok()) return status;
  UseSettings(settings);
  absl::StatusOr<std::unique_ptr<IngestServer>> ingest = IngestServer::Start(
      options_.ingest_address, settings, clock_,
      Lanes(lanes_->committers(),
            [this](const SessionId& id) { return static_cast<size_t>(layout_->PartitionOf(id)); }),
      sessions_.get(), [this](const absl::Status& error) { Fail(error); }, options_.on_alive);
  if (!ingest.ok()) return ingest.status();
  std::unique_ptr<ConnectServer> connect;
  if (!options_.connect_address.empty()) {
    absl::StatusOr<std::unique_ptr<ConnectServer>> started =
        ConnectServer::Start(options_.connect_address, settings, clock_, (*ingest)->reports());
    if (!started.ok()) {
      (*ingest)->Shutdown(absl::ZeroDuration());
      return started.status();
    }
    connect = *std::move(started);
  }
  watch_.Start(kWatchInterval);
  absl::MutexLock lock(&mutex_);
  connect_ = std::move(connect);
  ingest_ = *std::move(ingest);
  ingest_->SetServing(true);
  stats_.ready = true;
  return absl::OkStatus();
}

void Front::UseSettings(const Settings& settings) {
  guard_.SetPublicUrl(settings.expose().public_url().empty()
                          ? absl::StrCat("http://", admin_address())
                          : settings.expose().public_url());
  const Dangers dangers = FindDangers(settings, options_.ingest_address, options_.connect_address,
                                      options_.admin_address, !options_.admin_token_file.empty());
  absl::MutexLock lock(&mutex_);
  LogDangers(stats_.dangers, dangers);
  stats_.dangers = dangers;
  stats_.sessions_limit = settings.limits().max_sessions();
  horizon_ = ToDuration(settings.limits().session_horizon());
}

void Front::Reload() {
  absl::StatusOr<DaemonFiles> files = LoadFiles(options_);
  if (files.ok()) {
    absl::Status allowed = CheckReload(files_.settings, files->settings, options_.config_file);
    if (!allowed.ok()) files = allowed;
  }
  if (!files.ok()) {
    LogError("reload failed: the settings stay as they were",
             {{"error", std::string(files.status().message())}});
    absl::MutexLock lock(&mutex_);
    ++stats_.failed_reloads;
    stats_.last_reload_ok = false;
    return;
  }
  guard_.SetToken(files->admin_token);
  ingest_->Update(files->settings);
  if (connect_ != nullptr) connect_->Update(files->settings);
  UseSettings(files->settings);
  files_ = *std::move(files);
  const std::vector<std::string> waiting = ChangedForRestart(started_with_, files_.settings);
  if (!waiting.empty()) {
    LogWarning("some settings change with the next start only",
               {{"settings", absl::StrJoin(waiting, " ")}});
  }
  LogInfo("reloaded", {{"apps", absl::StrCat(files_.settings.apps_size())}});
  absl::MutexLock lock(&mutex_);
  ++stats_.reloads;
  stats_.last_reload_ok = true;
}

absl::Duration Front::Watch() {
  absl::Duration horizon;
  uint64_t limit = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (!stats_.ready) return kWatchInterval;  // it stops
    horizon = horizon_;
    limit = stats_.sessions_limit;
  }
  session_room_.Watch(sessions_->session_count(), limit);
  sessions_->Sweep(horizon, session_room_.is_scarce() ? SessionRoom::kOnceHorizon : horizon);
  // While brokers are away, asking them would only take long.
  if (lanes_->IsOneStalled()) return kWatchInterval;
  const absl::StatusOr<KafkaLayout> layout = CheckKafkaTopic(kafka_, kWatchAnswerTime);
  if (layout.ok() && layout->id() != layout_->id()) {
    Fail(absl::FailedPreconditionError(
        absl::StrCat("topic ", kafka_.layout_topic(), ": the layout is another one: the topic was ",
                     "made again; start the fronts and counters again")));
  } else if (absl::IsFailedPrecondition(layout.status()) || absl::IsDataLoss(layout.status())) {
    Fail(layout.status());
  } else if (!layout.ok()) {
    LogWarning("the topic cannot be checked at present",
               {{"error", std::string(layout.status().message())}});
  }
  return kWatchInterval;
}

void Front::Fail(const absl::Status& status) {
  {
    absl::MutexLock lock(&mutex_);
    fatal_ = status;
  }
  options_.on_fatal();
}

absl::Status Front::Stop() {
  if (!std::exchange(stopped_, true)) StopParts();
  absl::MutexLock lock(&mutex_);
  return fatal_;
}

void Front::StopParts() {
  {
    absl::MutexLock lock(&mutex_);
    stats_.ready = false;
  }
  // From the entrance to the exit, as the daemon does.
  if (lanes_ != nullptr) lanes_->Drain();
  if (producer_ != nullptr) producer_->GiveUpAfter(kLastWriteTime);
  if (connect_ != nullptr) connect_->Shutdown(kDrainTime);
  if (ingest_ != nullptr) {
    ingest_->Drain();
    ingest_->Shutdown(kDrainTime);
  }
  if (lanes_ != nullptr) lanes_->Stop();
  watch_.Stop();
  if (admin_ != nullptr) admin_->Stop();
}

absl::Status Front::Ready() const {
  {
    absl::MutexLock lock(&mutex_);
    if (!fatal_.ok()) return fatal_;
    if (!stats_.ready) return absl::UnavailableError("no batches are accepted at present");
    absl::Status status = ingest_->CheckNewClients();
    if (!status.ok()) return status;
  }
  return lanes_->Check();
}

FrontStats Front::ReadStats() const {
  FrontStats out;
  lanes_->AddTo(&out);
  out.sessions = sessions_->session_count();
  const bool ready = Ready().ok();
  absl::MutexLock lock(&mutex_);
  if (ingest_ != nullptr) {
    out.streams = ingest_->streams();
    out.calls_without_message = ingest_->calls_without_message();
  }
  if (connect_ != nullptr) {
    out.connect_connections = connect_->connections();
    out.connect_connections_limit = connect_->connections_max();
  }
  out.daemon = stats_;
  SetDanger(Danger::kSharedAddress, ingest_ != nullptr && ingest_->HasSharedAddresses(),
            &out.daemon.dangers);
  out.daemon.ready = ready;
  out.daemon.dropped_log_lines = DroppedLogLines();
  out.daemon.uptime = clock_.Monotonic() - started_;
  return out;
}

}  // namespace gmewatch
