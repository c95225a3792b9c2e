#include "tests/cluster/kafka_brokers.h"

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "daemon/log/kafka/kafka_topic.h"
#include "tests/cluster/raw_kafka.h"
#include "tests/support/child_process.h"

namespace gmewatch {
namespace {

std::string Directory() { return GMEWATCH_BROKERS_DIR; }

[[noreturn]] void Die(const std::string& why) {
  std::cerr << why << "\n";
  std::abort();
}

}  // namespace

std::string KafkaBrokers::WhySkipped() {
  const std::string why = ReadFile(Directory() + "/skipped");
  return why.empty() ? "" : absl::StrCat("no brokers: ", why);
}

std::string KafkaBrokers::Addresses() {
  std::string addresses = ReadFile(Directory() + "/addresses");
  if (addresses.empty()) {
    Die("the brokers do not run; ctest starts them, by hand: deploy/kafka/brokers up " +
        Directory());
  }
  return addresses;
}

std::string KafkaBrokers::SecureAddresses() { return ReadFile(Directory() + "/secure_addresses"); }
std::string KafkaBrokers::Links() { return ReadFile(Directory() + "/links"); }
std::string KafkaBrokers::AuthorityFile() { return Directory() + "/ca.pem"; }
std::string KafkaBrokers::PasswordFile() { return Directory() + "/password"; }

std::string KafkaBrokers::Home(int broker) { return absl::StrCat(Directory(), "/", broker); }

KafkaSettings KafkaBrokers::NewTopic() {
  static std::atomic<int> made{0};
  KafkaSettings settings;
  settings.brokers = Addresses();
  settings.topic = absl::StrCat("test.", std::random_device()(), ".", ++made);
  settings.compression = "lz4";
  return settings;
}

absl::StatusOr<KafkaLayout> KafkaBrokers::MakeTopic(int partitions, KafkaSettings* settings) {
  absl::StatusOr<KafkaLayout> layout = absl::UnavailableError("the three brokers do not serve");
  if (!AwaitAll()) return layout;
  AwaitTrue(
      [&] {
        *settings = NewTopic();
        layout = CreateKafkaTopic(*settings, {.partitions = partitions});
        return layout.ok();
      },
      absl::Minutes(1), absl::Milliseconds(100));
  if (layout.ok() && !AwaitAll(settings->topic)) {
    return absl::UnavailableError("the topic has too few replicas in sync");
  }
  return layout;
}

bool KafkaBrokers::AwaitAll(const std::string& topic) {
  KafkaSettings settings;
  settings.brokers = Addresses();
  return AwaitTrue(
      [&] {
        const raw_kafka::Sync sync = raw_kafka::SyncOf(settings, topic);
        return sync.brokers == kBrokers && (topic.empty() || sync.in_sync_min == kBrokers);
      },
      absl::Minutes(1), absl::Milliseconds(100));
}

void KafkaBrokers::Run(const std::string& command, const std::vector<int>& brokers) {
  std::vector<std::string> arguments = {command, Directory()};
  for (const int broker : brokers) arguments.push_back(absl::StrCat(broker));
  const absl::StatusOr<std::unique_ptr<ChildProcess>> script =
      ChildProcess::Start(GMEWATCH_BROKERS_SCRIPT, arguments);
  if (!script.ok()) Die(script.status().ToString());
  // On a busy machine a broker takes a minute to start.
  const int status = (*script)->Wait(absl::Minutes(3));
  if (status != 0) Die(absl::StrCat("brokers ", command, ": ", status, " ", (*script)->error()));
}

}  // namespace gmewatch
