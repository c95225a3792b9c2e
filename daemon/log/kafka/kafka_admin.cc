#include "daemon/log/kafka/kafka_admin.h"

#include <array>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/base/clock.h"
#include "daemon/base/timed_wait.h"
#include "daemon/log/kafka/kafka_client.h"
#include "daemon/log/kafka/kafka_consumer.h"
#include "daemon/log/kafka/kafka_record.h"

namespace gmewatch {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(100);

int Milliseconds(absl::Duration time) { return static_cast<int>(absl::ToInt64Milliseconds(time)); }

template <typename T, void (*destroy)(T*)>
struct Destroy {
  void operator()(T* object) const { destroy(object); }
};
template <typename T, void (*destroy)(T*)>
using Owned = std::unique_ptr<T, Destroy<T, destroy>>;

void DestroyMetadata(const rd_kafka_metadata_t* metadata) { rd_kafka_metadata_destroy(metadata); }
using Metadata = Owned<const rd_kafka_metadata_t, DestroyMetadata>;
using Queue = Owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Event = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;
using AdminOptions = Owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using NewTopic = Owned<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using Resource = Owned<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;

AdminOptions MakeOptions(rd_kafka_t* handle, rd_kafka_admin_op_t operation, absl::Duration most) {
  AdminOptions options(rd_kafka_AdminOptions_new(handle, operation));
  std::array<char, 256> why{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), Milliseconds(most), why.data(),
                                            why.size());
  return options;
}

// Says which right is missing if one is.
absl::Status WithRight(absl::string_view right, const absl::Status& status) {
  if (!absl::IsPermissionDenied(status)) return status;
  return absl::PermissionDeniedError(
      absl::StrCat(status.message(), "; it needs the right ", right, " on the topic"));
}

// Waits for the answer. librdkafka gives one within the request's time, an error if need be.
absl::StatusOr<Event> Await(rd_kafka_queue_t* queue, absl::Duration most, const std::string& what) {
  Event event(rd_kafka_queue_poll(queue, Milliseconds(2 * most)));
  if (event == nullptr) return KafkaStatus(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
  const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return KafkaStatus(error, what);
  return event;
}

}  // namespace

absl::StatusOr<KafkaAdmin> KafkaAdmin::Connect(const KafkaSettings& settings, absl::Duration most) {
  // A consumer, because a producer that asks for a topic may make it.
  absl::StatusOr<KafkaHandle> handle =
      MakeKafkaConsumer(settings, {{"auto.offset.reset", "error"},
                                   {"enable.partition.eof", "true"},
                                   {"fetch.wait.max.ms", "50"}});
  if (!handle.ok()) return handle.status();
  return KafkaAdmin(settings.brokers, most, *std::move(handle));
}

absl::StatusOr<KafkaTopicShape> KafkaAdmin::Shape(const std::string& topic) {
  const std::string what = absl::StrCat("topic ", topic);
  rd_kafka_topic_t* asked = rd_kafka_topic_new(handle_.get(), topic.c_str(), nullptr);
  if (asked == nullptr) return KafkaStatus(rd_kafka_last_error(), what);
  const rd_kafka_metadata_t* answer = nullptr;
  const rd_kafka_resp_err_t error =
      rd_kafka_metadata(handle_.get(), /*all_topics=*/0, asked, &answer, Milliseconds(most_));
  rd_kafka_topic_destroy(asked);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return KafkaStatus(error, absl::StrCat("log.kafka.brokers ", brokers_));
  }
  const Metadata metadata(answer);
  if (metadata->topic_cnt != 1) return absl::UnavailableError(absl::StrCat(what, ": no answer"));
  const rd_kafka_metadata_topic& found = metadata->topics[0];
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return WithRight("Describe", KafkaStatus(found.err, what));
  }
  KafkaTopicShape shape;
  shape.partitions = found.partition_cnt;
  shape.has_leaders = true;
  for (int i = 0; i < found.partition_cnt; ++i) {
    const rd_kafka_metadata_partition& partition = found.partitions[i];
    if (i == 0 || partition.replica_cnt < shape.replicas_min) {
      shape.replicas_min = partition.replica_cnt;
    }
    if (partition.leader < 0) shape.has_leaders = false;
  }
  return shape;
}

absl::StatusOr<std::map<std::string, std::string>> KafkaAdmin::Config(const std::string& topic) {
  const std::string what = absl::StrCat("configuration of topic ", topic);
  const Queue queue(rd_kafka_queue_new(handle_.get()));
  const AdminOptions options = MakeOptions(handle_.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, most_);
  const Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  rd_kafka_ConfigResource_t* resources[] = {resource.get()};
  rd_kafka_DescribeConfigs(handle_.get(), resources, 1, options.get(), queue.get());
  const absl::StatusOr<Event> event = Await(queue.get(), most_, what);
  if (!event.ok()) return event.status();
  size_t count = 0;
  const rd_kafka_ConfigResource_t** answers = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event->get()), &count);
  if (count != 1) return absl::UnavailableError(absl::StrCat(what, ": no answer"));
  const rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(answers[0]);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return WithRight("DescribeConfigs", KafkaStatus(error, what));
  }
  std::map<std::string, std::string> out;
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(answers[0], &count);
  for (size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    out[rd_kafka_ConfigEntry_name(entries[i])] = value == nullptr ? "" : value;
  }
  return out;
}

absl::Status KafkaAdmin::Create(const std::string& topic, int partitions, int replicas,
                                const std::map<std::string, std::string>& config) {
  const std::string what = absl::StrCat("making topic ", topic);
  std::array<char, 512> why{};
  const NewTopic made(
      rd_kafka_NewTopic_new(topic.c_str(), partitions, replicas, why.data(), why.size()));
  if (made == nullptr) return absl::InvalidArgumentError(absl::StrCat(what, ": ", why.data()));
  for (const auto& [name, value] : config) {
    rd_kafka_NewTopic_set_config(made.get(), name.c_str(), value.c_str());
  }
  const Queue queue(rd_kafka_queue_new(handle_.get()));
  const AdminOptions options = MakeOptions(handle_.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS, most_);
  rd_kafka_NewTopic_t* topics[] = {made.get()};
  rd_kafka_CreateTopics(handle_.get(), topics, 1, options.get(), queue.get());
  const absl::StatusOr<Event> event = Await(queue.get(), most_, what);
  if (!event.ok()) return event.status();
  size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event->get()), &count);
  if (count != 1) return absl::UnavailableError(absl::StrCat(what, ": no answer"));
  const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[0]);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR && error != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
    const char* text = rd_kafka_topic_result_error_string(results[0]);
    return KafkaStatus(error, text == nullptr ? what : absl::StrCat(what, ": ", text));
  }
  return AwaitLeaders(topic, partitions);
}

absl::Status KafkaAdmin::AwaitLeaders(const std::string& topic, int partitions) {
  RealClock clock;
  TimedWait pause;
  const absl::Duration end = clock.Monotonic() + most_;
  while (true) {
    const absl::StatusOr<KafkaTopicShape> shape = Shape(topic);
    if (shape.ok() && shape->has_leaders && shape->partitions >= partitions) break;
    if (!shape.ok() && !absl::IsNotFound(shape.status())) return shape.status();
    if (clock.Monotonic() > end) {
      return absl::UnavailableError(absl::StrCat("topic ", topic,
                                                 ": it was made, but not each of "
                                                 "its partitions has a leader yet"));
    }
    pause.For(kPause);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> KafkaAdmin::FirstRecord(const std::string& topic) {
  const absl::Status assigned = AssignKafkaPartitions(handle_.get(), topic, {{0, 0}});
  if (!assigned.ok()) return assigned;
  const std::string what = absl::StrCat("topic ", topic);
  absl::StatusOr<std::optional<std::string>> out = KafkaStatus(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
  RealClock clock;
  for (const absl::Duration end = clock.Monotonic() + most_; clock.Monotonic() < end;) {
    const KafkaMessage message = PollKafka(handle_.get(), kPause);
    if (message == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      out = std::string(static_cast<const char*>(message->payload), message->len);
      break;
    }
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      out = std::nullopt;
      break;
    }
    const absl::Status status = KafkaStatus(message->err, what);
    if (absl::IsUnavailable(status) || IsGroupError(message->err)) continue;
    out = WithRight("Read", status);
    break;
  }
  rd_kafka_assign(handle_.get(), nullptr);
  return out;
}

}  // namespace gmewatch
