#include "daemon/log/kafka/kafka_settings.h"

#include <librdkafka/rdkafka.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/base/log.h"
#include "daemon/base/text_file.h"
#include "daemon/base/yaml_message.h"

namespace gmewatch {
namespace {

constexpr size_t kPasswordBytesMax = 1024;

// The first version whose SCRAM is that of RFC 5802: 2.6.1.
constexpr int kRightScram = 0x020601ff;

}  // namespace

absl::StatusOr<KafkaSettings> KafkaSettingsOf(const internal::Kafka& kafka) {
  KafkaSettings out;
  out.brokers = absl::StrJoin(kafka.brokers(), ",");
  out.topic = kafka.topic();
  out.compression = internal::Kafka::Compression_Name(kafka.compression());
  out.write_timeout = ToDuration(kafka.write_timeout());
  out.tls = kafka.has_tls();
  out.ca_file = kafka.tls().ca_file();
  out.certificate_file = kafka.tls().certificate_file();
  out.key_file = kafka.tls().key_file();
  // librdkafka would name its own property instead of the file.
  for (const std::string& path : {out.ca_file, out.certificate_file, out.key_file}) {
    if (path.empty()) continue;
    const absl::StatusOr<std::string> text = ReadTextFile(path, size_t{1} << 20);
    if (!text.ok()) return text.status();
  }
  if (!kafka.has_sasl()) return out;
  out.sasl_mechanism = kafka.sasl().mechanism();
  if (absl::StartsWith(out.sasl_mechanism, "SCRAM") && rd_kafka_version() < kRightScram) {
    LogWarning(
        "brokers from Kafka 4.0 on take no SCRAM of this librdkafka, which appends the nonce "
        "twice; "
        "use PLAIN over TLS or a client certificate, or librdkafka 2.6.1 or later",
        {{"librdkafka", rd_kafka_version_str()}});
  }
  out.sasl_username = kafka.sasl().username();
  absl::StatusOr<std::string> password =
      ReadSecretFile(kafka.sasl().password_file(), kPasswordBytesMax);
  if (!password.ok()) return password.status();
  absl::StripTrailingAsciiWhitespace(&*password);  // without an editor's newline
  if (password->empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(kafka.sasl().password_file(), ": is empty; it must have the password"));
  }
  out.sasl_password = *std::move(password);
  return out;
}

}  // namespace gmewatch
