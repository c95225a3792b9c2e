#include "daemon/log/kafka/kafka_topic.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/clock.h"
#include "daemon/base/timed_wait.h"
#include "daemon/log/kafka/kafka_admin.h"
#include "daemon/log/kafka/kafka_producer.h"
#include "daemon/log/kafka/kafka_record.h"

namespace gmewatch {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(100);

using Config = std::map<std::string, std::string>;

// What may be larger than the smallest that is safe, and what must be as it is.
struct Wanted {
  const char* name;
  int64_t least = 0;
  const char* exactly = nullptr;
};

absl::Status CheckSetting(const std::string& topic, const Config& config, const Wanted& wanted) {
  const auto found = config.find(wanted.name);
  const std::string value = found == config.end() ? "" : found->second;
  const std::string set_back =
      absl::StrCat("; set it back, as with kafka-configs --alter --topic ", topic);
  if (wanted.exactly != nullptr) {
    if (value == wanted.exactly) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat("topic ", topic, ": ", wanted.name, " is \"",
                                                      value, "\"; it must be \"", wanted.exactly,
                                                      "\"", set_back));
  }
  int64_t number = 0;
  if (absl::SimpleAtoi(value, &number) && number >= wanted.least) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("topic ", topic, ": ", wanted.name, " is \"",
                                                    value, "\"; it must be at least ", wanted.least,
                                                    set_back));
}

absl::Status CheckReplicas(const std::string& topic, const KafkaTopicShape& shape,
                           const KafkaLayout& layout) {
  if (shape.replicas_min >= layout.replicas()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "topic ", topic, ": a partition has ", shape.replicas_min, " replicas; the layout says ",
      layout.replicas(), "; give it back the others, as with kafka-reassign-partitions"));
}

// How gmectl log create makes the topic; CheckTopic accepts no less.
Config ConfigOf(const KafkaLayout& layout, absl::Duration retention) {
  return {{"min.insync.replicas", absl::StrCat(layout.min_insync_replicas())},
          {"unclean.leader.election.enable", "false"},
          {"message.timestamp.type", "LogAppendTime"},
          {"cleanup.policy", "delete"},
          {"retention.ms", absl::StrCat(absl::ToInt64Milliseconds(retention))},
          {"max.message.bytes", absl::StrCat(kKafkaMessageBytesMax)}};
}

absl::Status CheckTopic(KafkaAdmin* admin, const std::string& topic, const KafkaLayout& layout) {
  const absl::StatusOr<KafkaTopicShape> shape = admin->Shape(topic);
  if (!shape.ok()) return shape.status();
  if (shape->partitions != layout.partitions()) {
    return absl::FailedPreconditionError(
        absl::StrCat("topic ", topic, ": it has ", shape->partitions,
                     " partitions; the layout says ", layout.partitions(),
                     ", and sessions would change theirs: make a new topic with gmectl log "
                     "create, and set log.kafka.topic to it"));
  }
  absl::Status status = CheckReplicas(topic, *shape, layout);
  if (!status.ok()) return status;
  const absl::StatusOr<Config> config = admin->Config(topic);
  if (!config.ok()) return config.status();
  for (const Wanted& wanted :
       {Wanted{"min.insync.replicas", layout.min_insync_replicas()},
        Wanted{"unclean.leader.election.enable", 0, "false"},
        Wanted{"message.timestamp.type", 0, "LogAppendTime"}, Wanted{"cleanup.policy", 0, "delete"},
        Wanted{"max.message.bytes", kKafkaMessageBytesMax}}) {
    status = CheckSetting(topic, *config, wanted);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// Without its record a topic means nothing, so it must stay for ever.
absl::Status CheckLayoutTopic(KafkaAdmin* admin, const std::string& topic,
                              const KafkaLayout& layout) {
  const absl::StatusOr<KafkaTopicShape> shape = admin->Shape(topic);
  if (!shape.ok()) return shape.status();
  absl::Status status = CheckReplicas(topic, *shape, layout);
  if (!status.ok()) return status;
  const absl::StatusOr<Config> config = admin->Config(topic);
  if (!config.ok()) return config.status();
  for (const Wanted& wanted :
       {Wanted{"cleanup.policy", 0, "delete"}, Wanted{"retention.ms", 0, "-1"},
        Wanted{"retention.bytes", 0, "-1"}}) {
    status = CheckSetting(topic, *config, wanted);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status NotMade(const absl::Status& status) {
  if (!absl::IsNotFound(status)) return status;
  return absl::NotFoundError(
      absl::StrCat(status.message(), "; make it once with gmectl log create"));
}

// A broker learns of a new topic a moment later than another, and each question goes to any of
// them: asks again while one says that there is no such topic.
template <typename Ask>
absl::Status AwaitKnown(Ask ask) {
  RealClock clock;
  TimedWait pause;
  const absl::Duration end = clock.Monotonic() + kKafkaAdminTime;
  absl::Status status = ask();
  while (absl::IsNotFound(status) && clock.Monotonic() < end) {
    pause.For(kPause);
    status = ask();
  }
  return status;
}

// Nothing: there is no layout topic, or it is empty.
absl::StatusOr<std::optional<KafkaLayout>> FindLayout(KafkaAdmin* admin,
                                                      const KafkaSettings& settings) {
  const std::string topic = settings.layout_topic();
  const absl::StatusOr<KafkaTopicShape> shape = admin->Shape(topic);
  if (absl::IsNotFound(shape.status())) return std::nullopt;
  if (!shape.ok()) return shape.status();
  const absl::StatusOr<std::optional<std::string>> record = admin->FirstRecord(topic);
  if (!record.ok()) return record.status();
  if (!record->has_value()) return std::nullopt;
  absl::StatusOr<KafkaLayout> layout = KafkaLayout::Parse(**record);
  if (layout.ok()) return *std::move(layout);
  return absl::Status(layout.status().code(),
                      absl::StrCat("topic ", topic, ", offset 0: ", layout.status().message()));
}

// Makes the topics and writes the record that says so, last.
absl::Status Make(KafkaAdmin* admin, const KafkaSettings& settings,
                  const KafkaTopicOptions& options) {
  const KafkaLayout layout = KafkaLayout::Make(options.partitions, options.replicas);
  absl::Status status = admin->Create(settings.topic, options.partitions, options.replicas,
                                      ConfigOf(layout, options.retention));
  if (status.ok()) {
    status = AwaitKnown([&] { return CheckTopic(admin, settings.topic, layout); });
  }
  if (!status.ok()) return status;
  const std::string topic = settings.layout_topic();
  Config config = ConfigOf(layout, absl::ZeroDuration());
  config["retention.ms"] = "-1";
  config["retention.bytes"] = "-1";
  status = admin->Create(topic, 1, options.replicas, config);
  if (status.ok()) status = AwaitKnown([&] { return CheckLayoutTopic(admin, topic, layout); });
  if (!status.ok()) return status;
  KafkaSettings written = settings;
  written.topic = topic;
  const absl::StatusOr<std::unique_ptr<KafkaProducer>> producer = KafkaProducer::Start(written);
  if (!producer.ok()) return producer.status();
  return (*producer)->Write(0, layout.Serialize()).status();
}

}  // namespace

absl::StatusOr<KafkaLayout> CreateKafkaTopic(const KafkaSettings& settings,
                                             const KafkaTopicOptions& options) {
  absl::StatusOr<KafkaAdmin> admin = KafkaAdmin::Connect(settings, kKafkaAdminTime);
  if (!admin.ok()) return admin.status();
  const absl::StatusOr<std::optional<KafkaLayout>> layout = FindLayout(&*admin, settings);
  if (!layout.ok()) return layout.status();
  if (!layout->has_value()) {
    absl::Status status = Make(&*admin, settings, options);
    if (!status.ok()) return status;
  } else if ((*layout)->partitions() != options.partitions ||
             (*layout)->replicas() != options.replicas) {
    return absl::FailedPreconditionError(absl::StrCat(
        "topic ", settings.topic, " was made with ", (*layout)->partitions(), " partitions and ",
        (*layout)->replicas(), " replicas, which cannot be changed"));
  }
  // If two do this at once, the first record is the layout of both.
  absl::StatusOr<KafkaLayout> checked = absl::UnknownError("");
  AwaitKnown([&] { return (checked = CheckKafkaTopic(settings)).status(); }).IgnoreError();
  return checked;
}

absl::StatusOr<KafkaLayout> CheckKafkaTopic(const KafkaSettings& settings, absl::Duration most) {
  absl::StatusOr<KafkaAdmin> admin = KafkaAdmin::Connect(settings, most);
  if (!admin.ok()) return admin.status();
  absl::StatusOr<std::optional<KafkaLayout>> layout = FindLayout(&*admin, settings);
  if (!layout.ok()) return layout.status();
  if (!layout->has_value()) {
    return NotMade(absl::NotFoundError(
        absl::StrCat("topic ", settings.layout_topic(), " is missing or has no record")));
  }
  absl::Status status = CheckLayoutTopic(&*admin, settings.layout_topic(), **layout);
  if (status.ok()) status = CheckTopic(&*admin, settings.topic, **layout);
  if (!status.ok()) return NotMade(status);
  return **layout;
}

absl::StatusOr<absl::Duration> ReadKafkaRetention(const KafkaSettings& settings,
                                                  absl::Duration most) {
  absl::StatusOr<KafkaAdmin> admin = KafkaAdmin::Connect(settings, most);
  if (!admin.ok()) return admin.status();
  const absl::StatusOr<Config> config = admin->Config(settings.topic);
  if (!config.ok()) return config.status();
  const auto found = config->find("retention.ms");
  int64_t ms = 0;
  if (found == config->end() || !absl::SimpleAtoi(found->second, &ms) || ms < 0) {
    return absl::InfiniteDuration();
  }
  return absl::Milliseconds(ms);
}

absl::Status CheckKafkaTopicIs(const KafkaSettings& settings, const KafkaLayout& layout,
                               absl::Duration most) {
  const absl::StatusOr<KafkaLayout> now = CheckKafkaTopic(settings, most);
  if (!now.ok() || now->id() == layout.id()) return now.status();
  return absl::FailedPreconditionError(
      absl::StrCat("topic ", settings.layout_topic(),
                   ": the layout is another one: the topic was made again; start the fronts and "
                   "counters again, the counters with an empty state directory"));
}

}  // namespace gmewatch
