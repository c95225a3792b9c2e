// allow(length): the composition root has a few lines for each part
#include "daemon/daemon.h"

#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/base/log.h"
#include "daemon/base/yaml_message.h"
#include "daemon/clock_check.h"
#include "daemon/dangers.h"
#include "daemon/log/memory_log.h"
#include "daemon/log/sqlite_log.h"

namespace gmewatch {
namespace {

// Calls that are open at a drain end after this time. The shipped service unit kills after six
// times as long.
constexpr absl::Duration kDrainTime = absl::Seconds(5);

}  // namespace

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Start(DaemonOptions options, Clock& clock) {
  std::unique_ptr<Daemon> self(new Daemon(std::move(options), clock));
  absl::StatusOr<DaemonFiles> files = LoadFiles(self->options_);
  if (!files.ok()) return files.status();
  self->guard_.SetToken(files->admin_token);
  self->files_ = *std::move(files);
  self->started_with_ = self->files_.settings;
  for (const auto step :
       {&Daemon::OpenLog, &Daemon::Recover, &Daemon::StartCommitter, &Daemon::StartServing}) {
    absl::Status status = (self.get()->*step)();
    if (!status.ok()) {
      self->Stop().IgnoreError();  // the error of the start is the one to return
      return status;
    }
  }
  return self;
}

Daemon::~Daemon() { Stop().IgnoreError(); }

absl::Status Daemon::OpenLog() {
  if (options_.state_dir.empty()) {
    log_ = std::make_unique<MemoryLog>();
  } else {
    absl::StatusOr<StateLock> lock = StateLock::Acquire(options_.state_dir);
    if (!lock.ok()) return lock.status();
    lock_.emplace(*std::move(lock));
    absl::StatusOr<std::unique_ptr<SqliteLog>> log = SqliteLog::Open(options_.state_dir);
    if (!log.ok()) return log.status();
    log_ = *std::move(log);
  }
  if (options_.wrap_log) log_ = options_.wrap_log(std::move(log_));
  return absl::OkStatus();
}

absl::Status Daemon::Recover() {
  const absl::Duration begin = clock_.Monotonic();
  triage_ = std::make_unique<TriagePages>(
      aggregate_.counters(), clock_, [this] { return spikes_->Report(); },
      [this](int32_t code, bool other) { return spikes_->Explain(code, other); },
      [this] { return silence_->Report(); }, [this] { return kept_.AddTo(aggregate_).rejected; },
      [this] { return ReadState(); });
  absl::StatusOr<std::optional<Checkpoint>> checkpoint = log_->LoadCheckpoint();
  if (!checkpoint.ok()) return checkpoint.status();
  absl::Time checkpoint_time = absl::InfinitePast();
  if (checkpoint->has_value()) {
    recovered_epoch_ = (*checkpoint)->epoch;
    recovered_time_ms_ = (*checkpoint)->time_ms;
    recovered_steady_ms_ = (*checkpoint)->steady_ms;
    checkpoint_time = absl::FromUnixMillis(recovered_time_ms_);
    recovered_detector_ = std::move((*checkpoint)->detector);
    recovered_silence_ = std::move((*checkpoint)->silence);
    absl::Status restored = aggregate_.Restore(**checkpoint);
    if (!restored.ok()) {
      return absl::DataLossError(
          absl::StrCat(options_.state_dir, "/state.db: ", restored.message()));
    }
    triage_->Load((*checkpoint)->triage, absl::FromUnixMillis(recovered_time_ms_));
  }
  uint64_t replayed = 0;
  std::vector<Verdict> verdicts;
  absl::Status status =
      log_->Replay(recovered_epoch_, [this, &replayed, &verdicts](uint64_t number, const Epoch& e) {
        aggregate_.Apply(number, e, &verdicts);
        triage_->Replayed(number, e, verdicts);
        recovered_epoch_ = number;
        recovered_time_ms_ = e.time_ms;
        recovered_steady_ms_ = e.steady_ms != 0 ? e.steady_ms : e.time_ms;
        ++replayed;
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  if (recovered_epoch_ == 0) {
    // For who expected otherwise: another directory, a volume that is not mounted.
    LogInfo("all counters start at zero",
            {{"state_dir", options_.state_dir.empty() ? "in memory" : options_.state_dir}});
  } else {
    triage_->Recovered(absl::FromUnixMillis(recovered_time_ms_));
    WarnIfClockIsOdd(clock_.Now(), absl::FromUnixMillis(recovered_time_ms_), checkpoint_time);
  }
  CountStart();
  const absl::Duration took = clock_.Monotonic() - begin;
  {
    absl::MutexLock lock(&mutex_);
    stats_.recovery_duration = took;
  }
  LogInfo("recovered", {{"epoch", absl::StrCat(recovered_epoch_)},
                        {"replayed", absl::StrCat(replayed)},
                        {"sessions", absl::StrCat(aggregate_.session_count())},
                        {"app_regions", absl::StrCat(aggregate_.counters().places())},
                        {"took", absl::FormatDuration(took)}});
  return absl::OkStatus();
}

void Daemon::CountStart() {
  const absl::StatusOr<uint64_t> starts = log_->CountStart();
  if (!starts.ok()) {
    LogWarning("this start was not counted", {{"error", std::string(starts.status().message())}});
    return;
  }
  absl::MutexLock lock(&mutex_);
  stats_.starts = *starts;
}

absl::Status Daemon::StartCommitter() {
  const Settings& settings = files_.settings;
  committer_ = std::make_unique<Committer>(
      *log_, clock_,
      CommitterOptions{ToDuration(settings.log().commit_interval()),
                       settings.limits().max_pending_bytes()},
      recovered_epoch_, recovered_steady_ms_,
      [this](uint64_t number, const Epoch& epoch, std::vector<Verdict>* verdicts) {
        kept_.Apply([&] { aggregate_.Apply(number, epoch, verdicts); });
        WatchSessionRoom();
        shared_sessions_.Observe(epoch, *verdicts);
        triage_->Observe(number, epoch, *verdicts);
      },
      [this](const absl::Status& status) { Fail(status); },
      [this](const RejectedByReason& kept) { kept_.Set(kept); });
  const absl::StatusOr<RejectedByReason> kept = log_->LoadRejected(recovered_epoch_ + 1);
  if (!kept.ok()) return kept.status();
  committer_->Inherit(*kept);
  committer_->SetPolicy(files_.Policy());
  // The epochs to come say whether sessions are scarce.
  committer_->SetOnceHorizon(absl::ZeroDuration());
  return committer_->Flush();
}

void Daemon::Fail(const absl::Status& status) {
  {
    absl::MutexLock lock(&mutex_);
    fatal_ = status;
  }
  options_.on_fatal();
}

absl::Status Daemon::StartServing() {
  const Settings& settings = files_.settings;
  spikes_ = std::make_unique<SpikeWatch>(DetectSettings(settings.detect()), aggregate_.counters(),
                                         clock_);
  spikes_->Load(std::exchange(recovered_detector_, {}));
  silence_ = std::make_unique<SilenceWatch>(
      DetectSettings(settings.detect()), aggregate_.counters(), aggregate_.versions(), clock_,
      [this] { return IntakeOf(kept_.AddTo(aggregate_), committer_->stats()); });
  silence_->Load(std::exchange(recovered_silence_, {}));
  annotations_ = std::make_unique<AnnotationPusher>(
      clock_, [this] { return spikes_->Report(); }, std::random_device()());
  StartCheckpoints();
  metrics_ = std::make_unique<MetricsPage>(
      aggregate_.counters(), clock_,
      [this](std::vector<Place> places, std::vector<int32_t> codes) {
        committer_->Show(std::move(places), std::move(codes));
      },
      [this] { return spikes_->Report(); }, [this] { return silence_->Report(); },
      [this] { return ReadSelfStats(); });
  AdminServerOptions admin;
  admin.address = options_.admin_address;
  admin.guard = &guard_;
  admin_ = std::make_unique<AdminServer>(
      admin, clock_,
      [this](const ScrapeRequest& request, ChunkSink sink) {
        return metrics_->Render(request, sink);
      },
      [this] { return Ready(); });
  triage_->AddTo(admin_.get());
  triage_->Start();
  absl::Status status = admin_->Start();
  if (!status.ok()) return status;
  UseCatalog(files_.catalog, settings);
  spikes_->Start();
  annotations_->Start();

  absl::StatusOr<std::unique_ptr<IngestServer>> ingest = IngestServer::Start(
      options_.ingest_address, settings, clock_, Lanes({committer_.get()}, {}), &aggregate_,
      [this](const absl::Status& error) { Fail(error); }, options_.on_alive);
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
  absl::MutexLock lock(&mutex_);
  connect_ = std::move(connect);
  ingest_ = *std::move(ingest);
  ingest_->SetServing(true);
  silence_->Start();
  stats_.ready = true;
  return absl::OkStatus();
}

void Daemon::WatchSessionRoom() {
  const uint64_t limit = sessions_limit_.load(std::memory_order_relaxed);
  if (!session_room_.Watch(aggregate_.session_count(), limit)) return;
  committer_->SetOnceHorizon(session_room_.is_scarce() ? SessionRoom::kOnceHorizon
                                                       : absl::ZeroDuration());
}

void Daemon::StartCheckpoints() {
  // Nothing would read the checkpoint of a log in memory.
  if (options_.state_dir.empty()) return;
  checkpointer_ = std::make_unique<Checkpointer>(
      aggregate_, *log_, clock_, ToDuration(files_.settings.log().checkpoint_interval()),
      [this](bool changed_only, Checkpoint* checkpoint) {
        SpikeWatch::Saved saved = spikes_->Save(changed_only);
        checkpoint->detector = std::move(saved.pages);
        checkpoint->detector_whole = saved.whole;
        checkpoint->triage = triage_->Save();
        checkpoint->silence = silence_->Save();
      });
  checkpointer_->Start();
}

void Daemon::UseCatalog(const Catalog& catalog, const Settings& settings) {
  const std::string url = settings.expose().public_url().empty()
                              ? absl::StrCat("http://", admin_address())
                              : settings.expose().public_url();
  guard_.SetPublicUrl(url);
  metrics_->SetCatalog(catalog.codes(), {url, settings.expose().hide_solution_info()});
  metrics_->SetZeroFor(ToDuration(settings.expose().zero_for()));
  triage_->SetCatalog(catalog,
                      {url, settings.expose().grafana_url(), settings.expose().prometheus_url()});
  spikes_->SetCatalog(catalog);
  annotations_->Use(settings.annotations(), catalog, url);
  const Dangers dangers = FindDangers(settings, options_.ingest_address, options_.connect_address,
                                      options_.admin_address, !options_.admin_token_file.empty());
  absl::MutexLock lock(&mutex_);
  LogDangers(stats_.dangers, dangers);
  stats_.dangers = dangers;
  stats_.app_regions_limit = settings.limits().max_app_regions();
  stats_.sessions_limit = settings.limits().max_sessions();
  sessions_limit_.store(settings.limits().max_sessions(), std::memory_order_relaxed);
}

void Daemon::Reload() {
  absl::StatusOr<DaemonFiles> files = LoadFiles(options_);
  if (files.ok()) {
    absl::Status allowed = CheckReload(files_.settings, files->settings, options_.config_file);
    if (!allowed.ok()) files = allowed;
  }
  if (!files.ok()) {
    {
      absl::MutexLock lock(&mutex_);
      ++stats_.failed_reloads;
      stats_.last_reload_ok = false;
    }
    LogError("reload failed: the settings and the catalogue stay as they were",
             {{"error", std::string(files.status().message())}});
    return;
  }
  guard_.SetToken(files->admin_token);
  committer_->SetPolicy(files->Policy());
  ingest_->Update(files->settings);
  if (connect_ != nullptr) connect_->Update(files->settings);
  spikes_->SetSettings(DetectSettings(files->settings.detect()));
  silence_->SetSettings(DetectSettings(files->settings.detect()));
  UseCatalog(files->catalog, files->settings);
  files_ = *std::move(files);
  const std::vector<std::string> waiting = ChangedForRestart(started_with_, files_.settings);
  if (!waiting.empty()) {
    LogWarning("some settings change with the next start only",
               {{"settings", absl::StrJoin(waiting, " ")}});
  }
  LogInfo("reloaded", {{"apps", absl::StrCat(files_.settings.apps_size())},
                       {"codes", absl::StrCat(files_.catalog.codes().size())}});
  // Last, so that the count says that the new settings are in effect.
  absl::MutexLock lock(&mutex_);
  ++stats_.reloads;
  stats_.last_reload_ok = true;
}

absl::Status Daemon::Stop() {
  if (!std::exchange(stopped_, true)) StopParts();
  absl::MutexLock lock(&mutex_);
  return fatal_;
}

void Daemon::StopParts() {
  {
    absl::MutexLock lock(&mutex_);
    stats_.ready = false;
  }
  // Draining is no stop of reports.
  if (silence_ != nullptr) silence_->Stop();
  // From the entrance to the exit; metrics can be read until everything is counted. The committer
  // ends after ingest, because what ingest still takes is rejected, and that is counted too.
  if (committer_ != nullptr) committer_->Drain();
  if (connect_ != nullptr) connect_->Shutdown(kDrainTime);
  if (ingest_ != nullptr) {
    ingest_->Drain();
    ingest_->Shutdown(kDrainTime);
  }
  if (committer_ != nullptr) committer_->Stop();
  if (annotations_ != nullptr) annotations_->Stop();
  if (spikes_ != nullptr) spikes_->Stop();
  if (checkpointer_ != nullptr) checkpointer_->Stop();
  if (triage_ != nullptr) triage_->Stop();
  if (admin_ != nullptr) admin_->Stop();
}

absl::Status Daemon::Ready() const {
  {
    absl::MutexLock lock(&mutex_);
    if (!fatal_.ok()) return fatal_;
    if (!stats_.ready) return absl::UnavailableError("no batches are accepted at present");
    absl::Status status = ingest_->CheckNewClients();
    if (!status.ok()) return status;
  }
  return committer_->Check();
}

SelfStats Daemon::ReadSelfStats() {
  SelfStats out;
  out.aggregate = kept_.AddTo(aggregate_);
  out.committer = committer_->stats();
  out.detector = spikes_->stats();
  out.annotate = annotations_->stats();
  if (checkpointer_ != nullptr) out.checkpoints = checkpointer_->stats();
  out.journal_size_bytes = log_->SizeBytes();
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
  out.daemon.shared_sessions = shared_sessions_.sessions();
  out.daemon.largest_series_events = aggregate_.counters().LargestSeries();
  return out;
}

DaemonState Daemon::ReadState() const {
  DaemonState out;
  out.sessions = aggregate_.session_count();
  out.app_regions = aggregate_.counters().places();
  out.checkpoint_failed = checkpointer_ != nullptr && checkpointer_->stats().last_failed;
  out.ready = Ready().ok();
  absl::MutexLock lock(&mutex_);
  out.reload_failed = !stats_.last_reload_ok;
  out.sessions_limit = stats_.sessions_limit;
  out.app_regions_limit = stats_.app_regions_limit;
  return out;
}

}  // namespace gmewatch
