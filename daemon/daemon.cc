#include "daemon/daemon.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/log.h"
#include "daemon/base/yaml_message.h"
#include "daemon/clock_check.h"
#include "daemon/log/memory_log.h"
#include "daemon/log/sqlite_log.h"

namespace gmewatch {

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Start(DaemonOptions options, Clock& clock) {
  std::unique_ptr<Daemon> self(new Daemon(std::move(options), clock));
  absl::Status loaded = self->core_.Load();
  if (!loaded.ok()) return loaded;
  for (const auto step : {&Daemon::OpenLog, &Daemon::Recover, &Daemon::StartCommitter,
                          &Daemon::StartAdmin, &Daemon::StartServing}) {
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
  const std::string& state_dir = core_.options().state_dir;
  if (state_dir.empty()) {
    log_ = std::make_unique<MemoryLog>();
  } else {
    absl::StatusOr<StateLock> lock = StateLock::Acquire(state_dir);
    if (!lock.ok()) return lock.status();
    lock_.emplace(*std::move(lock));
    absl::StatusOr<std::unique_ptr<SqliteLog>> log = SqliteLog::Open(state_dir);
    if (!log.ok()) return log.status();
    log_ = *std::move(log);
  }
  if (core_.options().wrap_log) log_ = core_.options().wrap_log(std::move(log_));
  return absl::OkStatus();
}

absl::Status Daemon::Recover() {
  const absl::Duration begin = core_.clock().Monotonic();
  CountReaderParts parts;
  parts.rejected = [this] { return kept_.AddTo(aggregate_).rejected; };
  parts.intake = [this] { return IntakeOf(kept_.AddTo(aggregate_), committer_->stats()); };
  parts.show = [this](std::vector<Place> places, std::vector<int32_t> codes) {
    committer_->Show(std::move(places), std::move(codes));
  };
  parts.add_stats = [this](SelfStats* stats) { AddStats(stats); };
  parts.add_state = [this](DaemonState* state) {
    core_.AddTo(state);
    state->ready = Ready().ok();
  };
  readers_ = std::make_unique<CountReaders>(
      aggregate_, core_.clock(), DetectSettings(core_.files().settings.detect()), std::move(parts));
  const absl::StatusOr<uint64_t> replayed = Replay();
  if (!replayed.ok()) return replayed.status();
  core_.CountStart(log_->CountStart());
  const absl::Duration took = core_.clock().Monotonic() - begin;
  core_.SetRecovery(took);
  LogInfo("recovered", {{"epoch", absl::StrCat(recovered_epoch_)},
                        {"replayed", absl::StrCat(*replayed)},
                        {"sessions", absl::StrCat(aggregate_.session_count())},
                        {"app_regions", absl::StrCat(aggregate_.counters().places())},
                        {"took", absl::FormatDuration(took)}});
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Daemon::Replay() {
  const std::string& state_dir = core_.options().state_dir;
  absl::StatusOr<std::optional<Checkpoint>> checkpoint = log_->LoadCheckpoint();
  if (!checkpoint.ok()) return checkpoint.status();
  absl::Time checkpoint_time = absl::InfinitePast();
  if (checkpoint->has_value()) {
    recovered_epoch_ = (*checkpoint)->epoch;
    recovered_time_ms_ = (*checkpoint)->time_ms;
    recovered_steady_ms_ = (*checkpoint)->steady_ms;
    checkpoint_time = absl::FromUnixMillis(recovered_time_ms_);
    const absl::Status restored = readers_->Restore(**std::move(checkpoint));
    if (!restored.ok()) {
      return absl::DataLossError(absl::StrCat(state_dir, "/state.db: ", restored.message()));
    }
  }
  const uint64_t covered = recovered_epoch_;
  std::vector<Verdict> verdicts;
  absl::Status status = log_->Replay(covered, [this, &verdicts](uint64_t number, const Epoch& e) {
    aggregate_.Apply(number, e, &verdicts);
    readers_->Replayed(number, e, verdicts, absl::FromUnixMillis(e.time_ms));
    recovered_epoch_ = number;
    recovered_time_ms_ = e.time_ms;
    recovered_steady_ms_ = e.steady_ms != 0 ? e.steady_ms : e.time_ms;
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  if (recovered_epoch_ == 0) {
    // For who expected otherwise: another directory, a volume that is not mounted.
    LogInfo("all counters start at zero",
            {{"state_dir", state_dir.empty() ? "in memory" : state_dir}});
  } else {
    const absl::Time time = absl::FromUnixMillis(recovered_time_ms_);
    readers_->Recovered(time);
    WarnIfClockIsOdd(core_.clock().Now(), time, checkpoint_time);
  }
  return recovered_epoch_ - covered;
}

absl::Status Daemon::StartCommitter() {
  const Settings& settings = core_.files().settings;
  committer_ = std::make_unique<Committer>(
      *log_, core_.clock(),
      CommitterOptions{ToDuration(settings.log().commit_interval()),
                       settings.limits().max_pending_bytes()},
      recovered_epoch_, recovered_steady_ms_,
      [this](uint64_t number, const Epoch& epoch, std::vector<Verdict>* verdicts) {
        kept_.Apply([&] { aggregate_.Apply(number, epoch, verdicts); });
        WatchSessionRoom();
        readers_->Observe(number, epoch, *verdicts);
      },
      [this](const absl::Status& status) { core_.Fail(status); },
      [this](const RejectedByReason& kept) { kept_.Set(kept); });
  const absl::StatusOr<RejectedByReason> kept = log_->LoadRejected(recovered_epoch_ + 1);
  if (!kept.ok()) return kept.status();
  committer_->Inherit(*kept);
  committer_->SetPolicy(core_.files().Policy());
  // The epochs to come say whether sessions are scarce.
  committer_->SetOnceHorizon(absl::ZeroDuration());
  return committer_->Flush();
}

absl::Status Daemon::StartAdmin() {
  readers_->LoadDetectors();
  // Nothing would read the checkpoint of a log in memory.
  if (!core_.options().state_dir.empty()) {
    readers_->StartCheckpoints(*log_,
                               ToDuration(core_.files().settings.log().checkpoint_interval()));
  }
  AdminServerOptions admin;
  admin.address = core_.options().admin_address;
  admin.guard = &core_.guard();
  admin_ = std::make_unique<AdminServer>(
      admin, core_.clock(),
      [this](const ScrapeRequest& request, ChunkSink sink) {
        return readers_->Render(request, sink);
      },
      [this] { return Ready(); });
  readers_->AddTo(admin_.get());
  absl::Status status = admin_->Start();
  if (!status.ok()) return status;
  Use(core_.files());
  readers_->Start(core_.files(), ServiceCore::UrlOf(core_.files().settings, admin_address()));
  return absl::OkStatus();
}

absl::Status Daemon::StartServing() {
  absl::Status status = entrance_.Start(core_.options(), core_.files().settings, core_.clock(),
                                        Lanes({committer_.get()}, {}), &aggregate_,
                                        [this](const absl::Status& error) { core_.Fail(error); });
  if (!status.ok()) return status;
  readers_->StartSilence();
  core_.SetReady(true);
  return absl::OkStatus();
}

void Daemon::WatchSessionRoom() {
  const uint64_t limit = sessions_limit_.load(std::memory_order_relaxed);
  if (!session_room_.Watch(aggregate_.session_count(), limit)) return;
  committer_->SetOnceHorizon(session_room_.is_scarce() ? SessionRoom::kOnceHorizon
                                                       : absl::ZeroDuration());
}

void Daemon::Use(const DaemonFiles& files) {
  core_.Use(files.settings, ServiceCore::UrlOf(files.settings, admin_address()));
  sessions_limit_.store(files.settings.limits().max_sessions(), std::memory_order_relaxed);
}

void Daemon::Reload() {
  core_.Reload([this](const DaemonFiles& files) {
    committer_->SetPolicy(files.Policy());
    entrance_.Update(files.settings);
    Use(files);
    readers_->Use(files, ServiceCore::UrlOf(files.settings, admin_address()));
  });
}

absl::Status Daemon::Stop() {
  if (!std::exchange(stopped_, true)) StopParts();
  return core_.fatal();
}

void Daemon::StopParts() {
  core_.SetReady(false);
  // Draining is no stop of reports.
  if (readers_ != nullptr) readers_->StopSilence();
  // From the entrance to the exit; metrics can be read until everything is counted. The committer
  // ends after ingest, because what ingest still takes is rejected, and that is counted too.
  if (committer_ != nullptr) committer_->Drain();
  entrance_.Shutdown();
  if (committer_ != nullptr) committer_->Stop();
  if (readers_ != nullptr) readers_->Stop();
  if (admin_ != nullptr) admin_->Stop();
}

absl::Status Daemon::Ready() const {
  absl::Status status = core_.fatal();
  if (!status.ok()) return status;
  if (!core_.is_ready()) return absl::UnavailableError("no batches are accepted at present");
  status = entrance_.CheckNewClients();
  return status.ok() ? committer_->Check() : status;
}

void Daemon::AddStats(SelfStats* stats) const {
  stats->committer = committer_->stats();
  stats->journal_size_bytes = log_->SizeBytes();
  stats->daemon = core_.Stats(Ready().ok());
  entrance_.AddTo(&stats->ingest, &stats->daemon);
}

}  // namespace gmewatch
