// The real brokers of the label "cluster": where they are, and what a test does to them.
//
// Thread safety: none. A program that cannot reach them ends with an error, unless they cannot run
// on this machine: then its tests are skipped and say why.
#ifndef GMEWATCH_TESTS_CLUSTER_KAFKA_BROKERS_H_
#define GMEWATCH_TESTS_CLUSTER_KAFKA_BROKERS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/log/kafka/kafka_layout.h"
#include "daemon/log/kafka/kafka_settings.h"

namespace gmewatch {

class KafkaBrokers {
 public:
  static constexpr int kBrokers = 3;

  // Why the brokers cannot run on this machine; empty if they can.
  static std::string WhySkipped();

  // HOST:PORT,HOST:PORT,HOST:PORT.
  static std::string Addresses();
  // The same for TLS with a password (PLAIN); user gmewatch.
  static std::string SecureAddresses();
  // The ports of ways to the brokers that a test may cut (broker_links.h).
  static std::string Links();
  static std::string AuthorityFile();
  static std::string PasswordFile();
  // The files of a broker, such as data/TOPIC-0/00000000000000000000.log.
  static std::string Home(int broker);

  // Settings for a topic that no other test has; it is not made yet.
  static KafkaSettings NewTopic();

  // Waits for the brokers, and makes such a topic: of the partitions of all replicas in sync. On a
  // busy machine brokers that have just started miss a time limit; then it tries another topic.
  static absl::StatusOr<KafkaLayout> MakeTopic(int partitions, KafkaSettings* settings);

  // SIGKILL, SIGTERM, SIGSTOP, SIGCONT.
  static void Kill(int broker) { Run("kill", {broker}); }
  static void Terminate(int broker) { Run("term", {broker}); }
  static void Stop(int broker) { Run("stop", {broker}); }
  static void Continue(int broker) { Run("cont", {broker}); }
  // Starts brokers that were killed, and waits until they listen.
  static void Start(const std::vector<int>& brokers) { Run("start", brokers); }

  // Waits until all three serve and each partition of the topic has all its replicas in sync: a
  // test that begins with fewer would show nothing. False if that takes more than a minute.
  static bool AwaitAll(const std::string& topic = "");

 private:
  static void Run(const std::string& command, const std::vector<int>& brokers);
};

}  // namespace gmewatch

// At the begin of each test of the label.
#define SKIP_WITHOUT_BROKERS()                                      \
  do {                                                              \
    const std::string why = ::gmewatch::KafkaBrokers::WhySkipped(); \
    if (!why.empty()) GTEST_SKIP() << why;                          \
  } while (false)

#endif  // GMEWATCH_TESTS_CLUSTER_KAFKA_BROKERS_H_
