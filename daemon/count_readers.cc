#include "daemon/count_readers.h"

#include <random>
#include <utility>

#include "daemon/base/yaml_message.h"
#include "daemon/config/settings.h"

namespace gmewatch {

CountReaders::CountReaders(Aggregate& aggregate, Clock& clock, const DetectSettings& detect,
                           CountReaderParts parts)
    : aggregate_(aggregate),
      clock_(clock),
      parts_(std::move(parts)),
      spikes_(detect, aggregate.counters(), clock),
      silence_(detect, aggregate.counters(), aggregate.versions(), clock, parts_.intake),
      triage_(
          aggregate.counters(), clock, [this] { return spikes_.Report(); },
          [this](int32_t code, bool other) { return spikes_.Explain(code, other); },
          [this] { return silence_.Report(); }, parts_.rejected, [this] { return ReadState(); }),
      annotations_(
          clock, [this] { return spikes_.Report(); }, std::random_device()()) {
  spikes_.AskBeforeTicks(parts_.complete);
  annotations_.PushWhile(parts_.pushes);
}

CountReaders::~CountReaders() { Stop(); }

absl::Status CountReaders::Restore(Checkpoint checkpoint) {
  absl::Status restored = aggregate_.Restore(checkpoint);
  if (!restored.ok()) return restored;
  triage_.Load(checkpoint.triage, absl::FromUnixMillis(checkpoint.time_ms));
  restored_detector_ = std::move(checkpoint.detector);
  restored_silence_ = std::move(checkpoint.silence);
  return absl::OkStatus();
}

void CountReaders::LoadDetectors() {
  spikes_.Load(std::exchange(restored_detector_, {}));
  silence_.Load(std::exchange(restored_silence_, {}));
}

void CountReaders::Use(const DaemonFiles& files, const std::string& url) {
  const internal::Expose& expose = files.settings.expose();
  if (metrics_ != nullptr) {
    metrics_->SetCatalog(files.catalog.codes(), {url, expose.hide_solution_info()});
    metrics_->SetZeroFor(ToDuration(expose.zero_for()));
  }
  triage_.SetCatalog(files.catalog, {url, expose.grafana_url(), expose.prometheus_url()});
  spikes_.SetSettings(DetectSettings(files.settings.detect()));
  spikes_.SetCatalog(files.catalog);
  silence_.SetSettings(DetectSettings(files.settings.detect()));
  annotations_.Use(files.settings.annotations(), files.catalog, url);
}

void CountReaders::AddTo(AdminServer* server) {
  triage_.AddTo(server);
  // Without a wait for the log: it is asked, too, when that does not answer.
  server->AddHandler("/metrics/self", [this](const IncomingRequest& request) {
    return OwnMetrics(ReadStats(), request);
  });
}

void CountReaders::StartCheckpoints(CheckpointStore& store, absl::Duration interval) {
  checkpointer_ = std::make_unique<Checkpointer>(aggregate_, store, clock_, interval,
                                                 [this](bool changed_only, Checkpoint* checkpoint) {
                                                   AddToCheckpoint(changed_only, checkpoint);
                                                 });
  checkpointer_->Start();
  running_checkpointer_ = checkpointer_.get();
}

void CountReaders::Start(const DaemonFiles& files, const std::string& url) {
  metrics_ = std::make_unique<MetricsPage>(
      aggregate_.counters(), clock_, parts_.show, [this] { return spikes_.Report(); },
      [this] { return silence_.Report(); }, [this] { return ReadStats(); }, parts_.shared);
  Use(files, url);
  started_ = true;
  triage_.Start();
  spikes_.Start();
  annotations_.Start();
}

absl::Status CountReaders::Render(const ScrapeRequest& request, ChunkSink sink) {
  if (!started_) return absl::UnavailableError("the counts are not up to date yet");
  return metrics_->Render(request, sink);
}

void CountReaders::Stop() {
  silence_.Stop();
  annotations_.Stop();
  spikes_.Stop();
  if (checkpointer_ != nullptr) checkpointer_->Stop();
  triage_.Stop();
}

CheckpointStats CountReaders::checkpoints() const {
  const Checkpointer* const running = running_checkpointer_;
  return running == nullptr ? CheckpointStats() : running->stats();
}

void CountReaders::AddToCheckpoint(bool changed_only, Checkpoint* checkpoint) {
  SpikeWatch::Saved saved = spikes_.Save(changed_only);
  checkpoint->detector = std::move(saved.pages);
  checkpoint->detector_whole = saved.whole;
  checkpoint->triage = triage_.Save();
  checkpoint->silence = silence_.Save();
}

DaemonState CountReaders::ReadState() const {
  DaemonState out;
  out.sessions = aggregate_.session_count();
  out.app_regions = aggregate_.counters().present_places();
  out.checkpoint_failed = checkpoints().last_failed;
  parts_.add_state(&out);
  return out;
}

SelfStats CountReaders::ReadStats() const {
  SelfStats out;
  out.aggregate = aggregate_.stats();
  out.aggregate.rejected = parts_.rejected();
  out.detector = spikes_.stats();
  out.annotate = annotations_.stats();
  out.checkpoints = checkpoints();
  parts_.add_stats(&out);
  out.daemon.shared_sessions = shared_sessions_.sessions();
  out.daemon.largest_series_events = aggregate_.counters().LargestSeries();
  return out;
}

}  // namespace gmewatch
