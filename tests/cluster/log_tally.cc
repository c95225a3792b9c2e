#include "tests/cluster/log_tally.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "daemon/log/kafka/kafka_producer.h"
#include "daemon/log/kafka/kafka_reader.h"
#include "gmewatch/internal/log_record.pb.h"
#include "tests/support/child_process.h"

namespace gmewatch {

absl::Status LogTally::ReadAll() {
  const absl::StatusOr<std::unique_ptr<KafkaProducer>> producer = KafkaProducer::Start(settings_);
  if (!producer.ok()) return producer.status();
  internal::EpochRecord end;
  end.set_writer("the end of tests");  // 16 bytes, as a writer has
  std::vector<int64_t> ends;
  for (int32_t i = 0; i < layout_.partitions(); ++i) {
    const absl::StatusOr<int64_t> offset = (*producer)->Write(i, end.SerializeAsString());
    if (!offset.ok()) return offset.status();
    ends.push_back(*offset);
  }
  const absl::StatusOr<std::unique_ptr<KafkaReader>> reader =
      KafkaReader::Start(settings_, std::vector<int64_t>(ends.size(), 0));
  if (!reader.ok()) return reader.status();
  absl::Status status;
  const bool all = AwaitTrue(
      [&] {
        status = (*reader)->Poll(absl::Milliseconds(100),
                                 [this](const KafkaRecord& record) { return Count(record); });
        if (!status.ok()) return true;
        for (size_t i = 0; i < ends.size(); ++i) {
          if ((*reader)->next_offsets()[i] <= ends[i]) return false;
        }
        return true;
      },
      absl::Minutes(2), absl::ZeroDuration());
  if (!status.ok()) return status;
  return all ? absl::OkStatus() : absl::DeadlineExceededError("the log could not be read");
}

absl::Status LogTally::Count(const KafkaRecord& record) {
  ++records_;
  const absl::StatusOr<Epoch> epoch = Epoch::Parse(record.bytes);
  if (!epoch.ok()) return epoch.status();
  internal::EpochRecord message;
  message.ParseFromArray(record.bytes.data(), static_cast<int>(record.bytes.size()));
  if (message.writer().empty()) {
    wrong_.push_back(absl::StrCat("no writer at ", record.partition, "/", record.offset));
  }
  RejectedByReason& most = rejected_[message.writer()];
  for (size_t i = 0; i < kRejectReasons; ++i) {
    most[i].batches = std::max(most[i].batches, epoch->rejected[i].batches);
    if (epoch->rejected[i].batches > 0) rejected_in_[i].insert(record.partition);
  }
  size_t offset = 0;
  for (BatchView batch; epoch->Next(&offset, &batch);) {
    const SessionId& id = batch.header.session;
    if (layout_.PartitionOf(id) != record.partition) {
      wrong_.push_back(absl::StrCat("a session's batch is in partition ", record.partition));
    }
    uint64_t& last = last_sequences_[{id.a, id.b}];
    if (batch.header.sequence <= last) {
      ++duplicates_;
      continue;
    }
    last = batch.header.sequence;
    const Origin& origin = epoch->origins()[batch.header.origin];
    for (const Entry& entry : batch.entries) {
      events_[{origin.app, origin.region, entry.code}] += entry.count;
    }
  }
  return absl::OkStatus();
}

uint64_t LogTally::sum() const {
  uint64_t sum = 0;
  for (const auto& [key, events] : events_) sum += events;
  return sum;
}

uint64_t LogTally::rejected_batches(RejectReason reason) const {
  uint64_t sum = 0;
  for (const auto& [writer, rejected] : rejected_) {
    sum += rejected[static_cast<size_t>(reason)].batches;
  }
  return sum;
}

}  // namespace gmewatch
