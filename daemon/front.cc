#include "daemon/front.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/log.h"
#include "daemon/base/thread_check.h"
#include "daemon/base/yaml_message.h"
#include "daemon/expose/front_metrics.h"
#include "daemon/log/kafka/kafka_topic.h"

namespace gmewatch {
namespace {

// A stop gives up what the log does not confirm in this time; clients send it again elsewhere.
constexpr absl::Duration kLastWriteTime = absl::Seconds(8);

constexpr absl::Duration kWatchInterval = absl::Seconds(60);

// How long a check waits for each answer: a stop waits for a check that is running.
constexpr absl::Duration kWatchAnswerTime = absl::Seconds(5);

}  // namespace

absl::StatusOr<std::unique_ptr<Front>> Front::Start(DaemonOptions options, Clock& clock) {
  std::unique_ptr<Front> self(new Front(std::move(options), clock));
  absl::Status loaded = self->core_.Load();
  if (!loaded.ok()) return loaded;
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
  absl::StatusOr<KafkaSettings> kafka = KafkaSettingsOf(core_.files().settings.log().kafka());
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
  options.commit_interval = ToDuration(core_.files().settings.log().commit_interval());
  options.max_pending_bytes = core_.files().settings.limits().max_pending_bytes();
  sessions_ = std::make_unique<FrontSessions>(options.lanes, index_of, core_.clock());
  lanes_ = std::make_unique<FrontLanes>(options, *producer_, *sessions_, core_.clock(),
                                        [this](const absl::Status& status) { core_.Fail(status); });
  markers_ = std::make_unique<MarkerReader>(
      [this](uint64_t sessions) { sessions_->SetKnownToCounters(sessions); });
  return markers_->Start(kafka_);
}

absl::Status Front::StartServing() {
  const Settings& settings = core_.files().settings;
  AdminServerOptions admin;
  admin.address = core_.options().admin_address;
  admin.guard = &core_.guard();
  admin_ = std::make_unique<AdminServer>(
      admin, core_.clock(),
      [this](const ScrapeRequest& request, ChunkSink sink) {
        return RenderFront(ReadStats(), request, sink);
      },
      [this] { return Ready(); });
  absl::Status status = admin_->Start();
  if (!status.ok()) return status;
  Use(settings);
  status = entrance_.Start(
      core_.options(), settings, core_.clock(),
      Lanes(lanes_->committers(),
            [this](const SessionId& id) { return static_cast<size_t>(layout_->PartitionOf(id)); }),
      sessions_.get(), [this](const absl::Status& error) { core_.Fail(error); });
  if (!status.ok()) return status;
  watch_.Start(kWatchInterval);
  core_.SetReady(true);
  return absl::OkStatus();
}

void Front::Use(const Settings& settings) {
  core_.Use(settings, ServiceCore::UrlOf(settings, admin_address()));
  absl::MutexLock lock(&mutex_);
  horizon_ = ToDuration(settings.limits().session_horizon());
}

void Front::Reload() {
  core_.Reload([this](const DaemonFiles& files) {
    entrance_.Update(files.settings);
    Use(files.settings);
  });
}

absl::Duration Front::Watch() {
  const DaemonStats stats = core_.Stats(true);
  if (!core_.is_ready()) return kWatchInterval;  // it stops
  absl::Duration horizon;
  {
    absl::MutexLock lock(&mutex_);
    horizon = horizon_;
  }
  session_room_.Watch(sessions_->written(), stats.sessions_limit);
  sessions_->Sweep(horizon, session_room_.is_scarce() ? SessionRoom::kOnceHorizon : horizon);
  // While brokers are away, asking them would only take long.
  if (lanes_->IsOneStalled()) return kWatchInterval;
  core_.AcceptsTopic(CheckKafkaTopicIs(kafka_, *layout_, kWatchAnswerTime));
  return kWatchInterval;
}

absl::Status Front::Stop() {
  if (!std::exchange(stopped_, true)) StopParts();
  return core_.fatal();
}

void Front::StopParts() {
  core_.SetReady(false);
  // From the entrance to the exit, as the daemon does.
  if (lanes_ != nullptr) lanes_->Drain();
  if (producer_ != nullptr) producer_->GiveUpAfter(kLastWriteTime);
  entrance_.Shutdown();
  if (lanes_ != nullptr) lanes_->Stop();
  if (markers_ != nullptr) markers_->Stop();
  watch_.Stop();
  if (admin_ != nullptr) admin_->Stop();
}

absl::Status Front::Ready() const {
  absl::Status status = core_.fatal();
  if (!status.ok()) return status;
  if (!core_.is_ready()) return absl::UnavailableError("no batches are accepted at present");
  status = entrance_.CheckNewClients();
  return status.ok() ? lanes_->Check() : status;
}

FrontStats Front::ReadStats() const {
  FrontStats out;
  lanes_->AddTo(&out);
  out.sessions = sessions_->written();
  out.daemon = core_.Stats(Ready().ok());
  entrance_.AddTo(&out.ingest, &out.daemon);
  return out;
}

}  // namespace gmewatch
