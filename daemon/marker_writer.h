// What a counter itself writes to the shared log: markers, with what counters say to each other and
// to fronts; requests for columns and the grants that follow; and which series may be shown.
//
// All of it may be lost, be late or land twice: markers are written again, requests and grants as
// long as they are missing, and a series that is not shown is asked for again (zero_first.h).
//
// Thread safety: any thread. What it is given must outlive it.
#ifndef GMEWATCH_DAEMON_MARKER_WRITER_H_
#define GMEWATCH_DAEMON_MARKER_WRITER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "daemon/aggregate/aggregate.h"
#include "daemon/log/kafka/kafka_producer.h"
#include "daemon/model/epoch.h"
#include "daemon/model/shared_log_parts.h"

namespace gmewatch {

class MarkerWriter {
 public:
  // `fail`: the producer has failed permanently.
  MarkerWriter(KafkaProducer& producer, Aggregate& aggregate, int32_t partitions,
               std::function<void(const absl::Status&)> fail);
  MarkerWriter(const MarkerWriter&) = delete;
  MarkerWriter& operator=(const MarkerWriter&) = delete;

  // Begins to write a marker to each partition. `sessions_scarce`: sessions of one batch are to be
  // forgotten sooner from there on.
  void WriteMarkers(uint64_t sequence, bool sessions_scarce);
  void Show(const std::vector<Place>& places, const std::vector<int32_t>& codes);

  const WriterId& id() const { return id_; }

 private:
  void Write(int32_t partition, Epoch* epoch);
  void Note(const absl::Status& status);

  KafkaProducer& producer_;
  Aggregate& aggregate_;
  const int32_t partitions_;
  const std::function<void(const absl::Status&)> fail_;
  const WriterId id_;
  std::atomic<bool> said_failed_{false};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MARKER_WRITER_H_
