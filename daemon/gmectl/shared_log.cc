#include "daemon/gmectl/shared_log.h"

#include <cmath>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/base/flags.h"
#include "daemon/config/settings.h"
#include "daemon/gmectl/command.h"
#include "daemon/log/kafka/kafka_topic.h"

namespace gmewatch {
namespace {

struct LogFlags {
  std::string config;
  double partitions = KafkaTopicOptions().partitions;
  double replicas = KafkaTopicOptions().replicas;
  absl::Duration retention = KafkaTopicOptions().retention;
  bool help = false;
};

constexpr absl::Duration kRetentionMin = absl::Hours(1);

Flags MakeFlags(LogFlags* to) {
  Flags flags;
  flags.Add("config", &to->config, "the settings file of gmewatchd, with log.kafka");
  flags.Add("partitions", &to->partitions,
            "create: for the life of the topic; each takes a request\nof every front in each "
            "log.commit_interval");
  flags.Add("replicas", &to->replicas,
            "create: brokers that have each record; one of them may be\naway. 1: for trying out, "
            "as a lost broker loses counts");
  flags.Add("retention", &to->retention,
            "create: how long records are kept, and so how long a\ncounter may be away");
  flags.Add("help", &to->help, "print this text");
  return flags;
}

void PrintHelp(const Flags& flags, std::ostream& out) {
  out << "Usage: gmectl log create --config=FILE [--partitions=N] [--replicas=N]\n"
         "       gmectl log check --config=FILE\n"
         "create makes the topic log.kafka.topic and its second one, TOPIC.layout, which says how\n"
         "sessions are placed; it finishes what was interrupted and changes nothing that is "
         "there.\n"
         "check says whether both are as create makes them; every start of gmewatchd checks "
         "too.\n\n"
      << flags.Help()
      << "\nExit status: 0 good, 1 not as it must be, 2 wrong usage or settings, 3 no broker "
         "answers.\n";
}

bool IsWhole(double number, int max) {
  return number >= 1 && number <= max && number == std::floor(number);
}

absl::Status Check(const LogFlags& flags, const std::vector<std::string>& rest) {
  if (rest.size() != 1 || (rest[0] != "create" && rest[0] != "check")) {
    return absl::InvalidArgumentError("say what to do: create or check");
  }
  if (flags.config.empty()) return absl::InvalidArgumentError("--config is missing");
  if (!IsWhole(flags.partitions, KafkaLayout::kPartitionsMax)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--partitions is ", flags.partitions, "; allowed: 1 to ", KafkaLayout::kPartitionsMax));
  }
  if (!IsWhole(flags.replicas, KafkaLayout::kReplicasMax)) {
    return absl::InvalidArgumentError(absl::StrCat("--replicas is ", flags.replicas,
                                                   "; allowed: 1 to ", KafkaLayout::kReplicasMax));
  }
  if (flags.retention < kRetentionMin) {
    return absl::InvalidArgumentError(
        absl::StrCat("--retention is ", absl::FormatDuration(flags.retention),
                     "; allowed: ", absl::FormatDuration(kRetentionMin), " and more"));
  }
  return absl::OkStatus();
}

absl::StatusOr<KafkaSettings> LoadKafka(const std::string& path) {
  const absl::StatusOr<Settings> settings = LoadSettings(path);
  if (!settings.ok()) return settings.status();
  if (settings->log().kafka().brokers_size() == 0) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": has no log.kafka.brokers"));
  }
  return KafkaSettingsOf(settings->log().kafka());
}

}  // namespace

absl::StatusOr<SharedTopic> CheckSharedTopic(const std::string& config) {
  const absl::StatusOr<KafkaSettings> settings = LoadKafka(config);
  if (!settings.ok()) return settings.status();
  const absl::StatusOr<KafkaLayout> layout = CheckKafkaTopic(*settings);
  if (!layout.ok()) return layout.status();
  return SharedTopic{settings->topic, layout->partitions()};
}

int RunLog(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  LogFlags flags;
  Flags parser = MakeFlags(&flags);
  std::vector<std::string> rest;
  absl::Status status = parser.Parse(arguments, &rest);
  if (status.ok() && flags.help) {
    PrintHelp(parser, out);
    return kExitGood;
  }
  if (status.ok()) status = Check(flags, rest);
  if (!status.ok()) {
    err << "gmectl log: " << status.message() << "\nSee gmectl log --help.\n";
    return kExitUsage;
  }
  const absl::StatusOr<KafkaSettings> settings = LoadKafka(flags.config);
  if (!settings.ok()) {
    err << "gmectl log: " << settings.status().message() << "\n";
    return kExitUsage;
  }
  const bool creates = rest[0] == "create";
  const KafkaTopicOptions options = {static_cast<int>(flags.partitions),
                                     static_cast<int>(flags.replicas), flags.retention};
  const absl::StatusOr<KafkaLayout> layout =
      creates ? CreateKafkaTopic(*settings, options) : CheckKafkaTopic(*settings);
  if (!layout.ok()) {
    err << "gmectl log " << rest[0] << ": " << layout.status().message() << "\n";
    return absl::IsUnavailable(layout.status()) ? kExitUnreachable : kExitBad;
  }
  out << "topic " << settings->topic << " is good: " << layout->partitions() << " partitions, "
      << layout->replicas() << " replicas, layout " << layout->id() << "\n";
  return kExitGood;
}

}  // namespace gmewatch
