#include "daemon/log/kafka/kafka_producer.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "daemon/base/clock.h"
#include "daemon/log/kafka/kafka_client.h"
#include "daemon/log/kafka/kafka_record.h"

namespace gmewatch {
namespace {

// How long the thread waits for reports before it looks whether it is to stop.
constexpr int kPollMs = 100;

// One that was not confirmed may still have been written, so the code is that of a later attempt.
absl::Status NotConfirmed(int32_t partition, rd_kafka_resp_err_t error) {
  return absl::ResourceExhaustedError(
      absl::StrCat("partition ", partition, " of the log: ", rd_kafka_err2str(error)));
}

// Called once for each record that librdkafka took; the record's opaque is its DoneFn.
void OnReport(rd_kafka_t* handle, const rd_kafka_message_t* message, void* /*opaque*/) {
  const std::unique_ptr<KafkaProducer::DoneFn> done(
      static_cast<KafkaProducer::DoneFn*>(message->_private));
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    (*done)(message->offset);
    return;
  }
  std::array<char, 256> why{};
  if (rd_kafka_fatal_error(handle, why.data(), why.size()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    (*done)(absl::InternalError(why.data()));
    return;
  }
  (*done)(NotConfirmed(message->partition, message->err));
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaProducer>> KafkaProducer::Start(const KafkaSettings& settings) {
  std::unique_ptr<KafkaProducer> self(new KafkaProducer(settings));
  absl::StatusOr<KafkaHandle> handle = MakeKafkaClient(
      RD_KAFKA_PRODUCER, settings,
      {{"acks", "all"},
       // What is written together is decided by the committer, not here.
       {"linger.ms", "0"},
       // Order comes from one record under way for each lane, and who reads drops duplicates. An
       // idempotent producer fails for good when a record times out.
       {"enable.idempotence", "false"},
       {"compression.codec", settings.compression},
       {"message.timeout.ms", absl::StrCat(absl::ToInt64Milliseconds(settings.write_timeout))},
       {"request.timeout.ms", "6000"},
       {"retry.backoff.ms", "50"},
       {"message.send.max.retries", "2147483647"},
       {"message.max.bytes", absl::StrCat(kKafkaMessageBytesMax)}},
      &OnReport);
  if (!handle.ok()) return handle.status();
  self->handle_ = *std::move(handle);
  self->topic_ = rd_kafka_topic_new(self->handle_.get(), settings.topic.c_str(), nullptr);
  if (self->topic_ == nullptr) {
    return KafkaStatus(rd_kafka_last_error(), absl::StrCat("topic ", settings.topic));
  }
  self->reports_ = std::thread(&KafkaProducer::Run, self.get());
  return self;
}

KafkaProducer::~KafkaProducer() {
  stopping_ = true;
  if (reports_.joinable()) reports_.join();
  if (handle_ != nullptr) {
    rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (rd_kafka_outq_len(handle_.get()) > 0) rd_kafka_poll(handle_.get(), kPollMs);
  }
  if (topic_ != nullptr) rd_kafka_topic_destroy(topic_);
}

void KafkaProducer::Run() {
  RealClock clock;
  while (!stopping_) {
    rd_kafka_poll(handle_.get(), kPollMs);
    if (clock.Monotonic() < absl::Nanoseconds(give_up_at_ns_.load())) continue;
    // Each time: Produce may have seen it as false and have put its record behind the purge.
    given_up_ = true;
    rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }
}

void KafkaProducer::GiveUpAfter(absl::Duration most) {
  give_up_at_ns_ = absl::ToInt64Nanoseconds(RealClock().Monotonic() + most);
}

void KafkaProducer::Produce(int32_t partition, absl::string_view record, DoneFn done) {
  if (given_up_) {
    done(NotConfirmed(partition, RD_KAFKA_RESP_ERR__PURGE_QUEUE));
    return;
  }
  auto opaque = std::make_unique<DoneFn>(std::move(done));
  const std::string version = absl::StrCat(kKafkaVersion);
  std::array<rd_kafka_vu_t, 6> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_RKT;
  parts[0].u.rkt = topic_;
  parts[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  parts[1].u.i32 = partition;
  parts[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[2].u.i = RD_KAFKA_MSG_F_COPY;
  parts[3].vtype = RD_KAFKA_VTYPE_VALUE;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): librdkafka copies it and changes nothing
  parts[3].u.mem.ptr = const_cast<char*>(record.data());
  parts[3].u.mem.size = record.size();
  parts[4].vtype = RD_KAFKA_VTYPE_HEADER;
  parts[4].u.header.name = kKafkaVersionHeader.data();
  parts[4].u.header.val = version.data();
  parts[4].u.header.size = static_cast<ssize_t>(version.size());
  parts[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
  parts[5].u.ptr = opaque.get();
  rd_kafka_error_t* error = rd_kafka_produceva(handle_.get(), parts.data(), parts.size());
  if (error == nullptr) {
    static_cast<void>(opaque.release());  // OnReport has it now
    return;
  }
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  (*opaque)(NotConfirmed(partition, code));
}

absl::StatusOr<int64_t> KafkaProducer::Write(int32_t partition, absl::string_view record) {
  absl::Notification reported;
  absl::StatusOr<int64_t> result = absl::UnknownError("");
  Produce(partition, record, [&](absl::StatusOr<int64_t> offset) {
    result = std::move(offset);
    reported.Notify();
  });
  reported.WaitForNotification();
  return result;
}

}  // namespace gmewatch
