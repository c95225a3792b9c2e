// Counts a topic as any counter must: each batch of a session once, by its sequence number. It
// shares no code with the aggregate.
//
// Thread safety: none. What must not be in the log becomes a line of wrong().
#ifndef GMEWATCH_TESTS_CLUSTER_LOG_TALLY_H_
#define GMEWATCH_TESTS_CLUSTER_LOG_TALLY_H_

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "daemon/log/kafka/kafka_layout.h"
#include "daemon/log/kafka/kafka_record.h"
#include "daemon/log/kafka/kafka_settings.h"
#include "daemon/model/epoch.h"

namespace gmewatch {

class LogTally {
 public:
  LogTally(KafkaSettings settings, KafkaLayout layout)
      : settings_(std::move(settings)), layout_(std::move(layout)) {}

  // Reads the whole topic: up to a record that it appends to each partition. Once.
  absl::Status ReadAll();

  // Events by app, region, code.
  using Key = std::tuple<std::string, std::string, int32_t>;
  const std::map<Key, uint64_t>& events() const { return events_; }
  uint64_t sum() const;
  uint64_t records() const { return records_; }
  uint64_t duplicates() const { return duplicates_; }
  // The largest sum of each writer, added up.
  uint64_t rejected_batches(RejectReason reason) const;
  // The partitions that have some.
  const std::set<int32_t>& rejected_in(RejectReason reason) const {
    return rejected_in_[static_cast<size_t>(reason)];
  }
  // Batches in the wrong partition, records without a writer.
  const std::vector<std::string>& wrong() const { return wrong_; }

 private:
  absl::Status Count(const KafkaRecord& record);

  const KafkaSettings settings_;
  const KafkaLayout layout_;
  std::map<std::pair<uint64_t, uint64_t>, uint64_t> last_sequences_;
  std::map<Key, uint64_t> events_;
  std::map<std::string, RejectedByReason> rejected_;  // by writer
  std::array<std::set<int32_t>, kRejectReasons> rejected_in_;
  uint64_t records_ = 0;
  uint64_t duplicates_ = 0;
  std::vector<std::string> wrong_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_CLUSTER_LOG_TALLY_H_
