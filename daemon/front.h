// The role front: takes batches as a daemon does and writes them to the log that counters read. It
// keeps nothing: one that ends loses no batch that was acknowledged, and its clients go to another.
//
// Each partition has a lane of its own, a committer with a KafkaLane, so a partition that cannot be
// written delays no other.
//
// Thread safety: that of Service. Errors of Start: InvalidArgument and FailedPrecondition, wrong
// usage or settings, or a topic that is not as gmectl log create makes it; Unavailable, the brokers
// do not answer, or the system gives too few threads.
#ifndef GMEWATCH_DAEMON_FRONT_H_
#define GMEWATCH_DAEMON_FRONT_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "daemon/base/clock.h"
#include "daemon/base/periodic_task.h"
#include "daemon/daemon_options.h"
#include "daemon/entrance.h"
#include "daemon/expose/admin_server.h"
#include "daemon/front_lanes.h"
#include "daemon/front_sessions.h"
#include "daemon/log/kafka/kafka_layout.h"
#include "daemon/log/kafka/kafka_producer.h"
#include "daemon/log/kafka/kafka_settings.h"
#include "daemon/marker_reader.h"
#include "daemon/model/front_stats.h"
#include "daemon/service.h"
#include "daemon/service_core.h"
#include "daemon/session_room.h"

namespace gmewatch {

class Front final : public Service {
 public:
  // Returns when it has read the layout of the topic and accepts batches.
  static absl::StatusOr<std::unique_ptr<Front>> Start(DaemonOptions options, Clock& clock);
  ~Front() override;

  std::string ingest_address() const override { return entrance_.ingest_address(); }
  std::string admin_address() const override { return admin_->address(); }
  std::string connect_address() const override { return entrance_.connect_address(); }
  void Reload() override;
  // Accepts no more batches, writes those that were accepted and acknowledges them.
  absl::Status Stop() override;

 private:
  Front(DaemonOptions options, Clock& clock)
      : core_(std::move(options), clock), watch_([this] { return Watch(); }) {}

  absl::Status OpenLog();
  absl::Status StartLanes();
  absl::Status StartServing();
  void StopParts();
  void Use(const Settings& settings);
  // Whether the topic still is what it was; forgets old sessions.
  absl::Duration Watch();
  absl::Status Ready() const;
  FrontStats ReadStats() const;

  ServiceCore core_;

  // In the order of dependence: each part uses those above it.
  KafkaSettings kafka_;
  std::optional<KafkaLayout> layout_;
  std::unique_ptr<KafkaProducer> producer_;
  std::unique_ptr<FrontSessions> sessions_;
  std::unique_ptr<FrontLanes> lanes_;
  std::unique_ptr<MarkerReader> markers_;
  std::unique_ptr<AdminServer> admin_;
  Entrance entrance_;
  SessionRoom session_room_;  // for the watch
  PeriodicTask watch_;
  bool stopped_ = false;

  mutable absl::Mutex mutex_;
  absl::Duration horizon_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_FRONT_H_
