// What the daemon tells of itself: to Prometheus, and to those who read the triage page.
#include "daemon/daemon.h"

namespace gmewatch {

SelfStats Daemon::ReadSelfStats() {
  SelfStats out;
  out.batches_counted = aggregate_.batches_counted();
  out.batches_duplicate = aggregate_.batches_duplicate();
  out.rejected = ReadRejected();
  out.sessions = aggregate_.session_count();
  out.app_regions = aggregate_.counters().places();
  out.committer = committer_->stats();
  out.journal_size_bytes = log_->SizeBytes();
  out.recovery_duration = recovery_duration_;
  const SpikeWatch::Stats spikes = spikes_->stats();
  out.detector_tick_duration = spikes.last_duration;
  out.watched_series = spikes.series;
  out.incidents = spikes.incidents;
  out.annotate = annotations_->stats();
  Checkpointer::Stats checkpoints;
  if (checkpointer_ != nullptr) checkpoints = checkpointer_->stats();
  out.checkpoints = checkpoints.saved;
  out.failed_checkpoints = checkpoints.failed;
  out.checkpoint_last_failed = checkpoints.last_failed;
  out.checkpoint_last_success = checkpoints.last_success;
  out.checkpoint_duration = checkpoints.last_duration;
  absl::MutexLock lock(&mutex_);
  out.streams = ingest_ == nullptr ? 0 : ingest_->streams();
  out.sessions_limit = sessions_limit_;
  out.app_regions_limit = app_regions_limit_;
  out.config_reloads = reloads_;
  out.failed_config_reloads = failed_reloads_;
  out.config_last_reload_successful = last_reload_ok_;
  out.ready = ready_;
  return out;
}

RejectedByReason Daemon::ReadRejected() const {
  RejectedByReason out{};
  for (size_t i = 0; i < kRejectReasons; ++i) {
    const auto reason = static_cast<RejectReason>(i);
    out[i] = {aggregate_.rejected_batches(reason), aggregate_.rejected_events(reason)};
  }
  return out;
}

DaemonState Daemon::ReadState() const {
  DaemonState out;
  out.sessions = aggregate_.session_count();
  out.app_regions = aggregate_.counters().places();
  out.checkpoint_failed = checkpointer_ != nullptr && checkpointer_->stats().last_failed;
  absl::MutexLock lock(&mutex_);
  out.ready = ready_;
  out.reload_failed = !last_reload_ok_;
  out.sessions_limit = sessions_limit_;
  out.app_regions_limit = app_regions_limit_;
  return out;
}

}  // namespace gmewatch
