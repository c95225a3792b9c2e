#include "daemon/entrance.h"

#include <utility>

namespace gmewatch {
namespace {

// The shipped service unit kills after six times as long.
constexpr absl::Duration kDrainTime = absl::Seconds(5);

}  // namespace

absl::Status Entrance::Start(const DaemonOptions& options, const Settings& settings, Clock& clock,
                             Lanes lanes, const KnownSessions* sessions,
                             IngestServer::DeadFn on_dead) {
  absl::StatusOr<std::unique_ptr<IngestServer>> ingest =
      IngestServer::Start(options.ingest_address, settings, clock, std::move(lanes), sessions,
                          std::move(on_dead), options.on_alive);
  if (!ingest.ok()) return ingest.status();
  std::unique_ptr<ConnectServer> connect;
  if (!options.connect_address.empty()) {
    absl::StatusOr<std::unique_ptr<ConnectServer>> started =
        ConnectServer::Start(options.connect_address, settings, clock, (*ingest)->reports());
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
  return absl::OkStatus();
}

void Entrance::Update(const Settings& settings) {
  ingest_->Update(settings);
  if (connect_ != nullptr) connect_->Update(settings);
}

absl::Status Entrance::CheckNewClients() const {
  absl::MutexLock lock(&mutex_);
  return ingest_->CheckNewClients();
}

void Entrance::Shutdown() {
  if (connect_ != nullptr) connect_->Shutdown(kDrainTime);
  if (ingest_ == nullptr) return;
  ingest_->Drain();
  ingest_->Shutdown(kDrainTime);
}

void Entrance::AddTo(IngestStats* ingest, DaemonStats* daemon) const {
  absl::MutexLock lock(&mutex_);
  if (ingest_ == nullptr) return;
  ingest->streams = ingest_->streams();
  ingest->calls_without_message = ingest_->calls_without_message();
  SetDanger(Danger::kSharedAddress, ingest_->HasSharedAddresses(), &daemon->dangers);
  if (connect_ == nullptr) return;
  ingest->connect_connections = connect_->connections();
  ingest->connect_connections_limit = connect_->connections_max();
}

}  // namespace gmewatch
