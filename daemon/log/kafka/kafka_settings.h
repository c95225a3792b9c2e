// How a process reaches the brokers and which topic it uses. Plain data; log.kafka of the settings
// file (config.proto) has the texts, defaults and ranges. Errors: InvalidArgument, a file that the
// settings name cannot be used.
#ifndef GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_SETTINGS_H_
#define GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_SETTINGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmewatch/internal/config.pb.h"

namespace gmewatch {

struct KafkaSettings {
  std::string brokers;  // HOST:PORT, separated by commas
  std::string topic = "gmewatch.epochs";
  std::string compression = "zstd";
  absl::Duration write_timeout = absl::Seconds(30);

  bool tls = false;
  std::string ca_file;  // empty: the system's authorities
  std::string certificate_file;
  std::string key_file;

  std::string sasl_mechanism;  // empty: no SASL
  std::string sasl_username;
  std::string sasl_password;

  // The topic with the layout record; its retention has no end, which that of `topic` has.
  std::string layout_topic() const { return topic + ".layout"; }
};

// Reads the password's file, which others must not be able to read.
absl::StatusOr<KafkaSettings> KafkaSettingsOf(const internal::Kafka& kafka);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_SETTINGS_H_
