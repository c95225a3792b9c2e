// What a range does not say of log.kafka, and what each role needs.
//
// Thread safety: free functions. Errors: InvalidArgument with the place in the file.
#ifndef GMEWATCH_DAEMON_CONFIG_CHECK_KAFKA_H_
#define GMEWATCH_DAEMON_CONFIG_CHECK_KAFKA_H_

#include "absl/status/status.h"
#include "daemon/base/yaml_fields.h"
#include "gmewatch/internal/config.pb.h"

namespace gmewatch {

absl::Status CheckKafka(const internal::Kafka& kafka, const YamlFields& fields);
absl::Status CheckRole(const internal::Config& settings, const YamlFields& fields);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CONFIG_CHECK_KAFKA_H_
