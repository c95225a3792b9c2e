// Owns a client of librdkafka, without its header.
#ifndef GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_HANDLE_H_
#define GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_HANDLE_H_

#include <memory>

struct rd_kafka_s;

namespace gmewatch {

struct KafkaDestroy {
  // Drops what was not written. May take some seconds if brokers do not answer.
  void operator()(rd_kafka_s* handle) const;
};
using KafkaHandle = std::unique_ptr<rd_kafka_s, KafkaDestroy>;

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_KAFKA_KAFKA_HANDLE_H_
