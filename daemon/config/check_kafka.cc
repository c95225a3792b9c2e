#include "daemon/config/check_kafka.h"

#include <array>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "daemon/config/check_file_name.h"

namespace gmewatch {
namespace {

constexpr size_t kTopicBytesMax = 200;

constexpr std::array<absl::string_view, 3> kSaslMechanisms = {"PLAIN", "SCRAM-SHA-256",
                                                              "SCRAM-SHA-512"};

bool IsHostPort(absl::string_view broker) {
  const size_t colon = broker.rfind(':');
  uint32_t port = 0;
  return colon != absl::string_view::npos && colon > 0 &&
         absl::SimpleAtoi(broker.substr(colon + 1), &port) && port > 0 && port < 65536 &&
         absl::c_all_of(broker, [](unsigned char c) {
           return absl::ascii_isalnum(c) || absl::StrContains("-._:[]", static_cast<char>(c));
         });
}

absl::Status CheckBrokers(const internal::Kafka& kafka, const YamlFields& fields) {
  for (int i = 0; i < kafka.brokers_size(); ++i) {
    if (IsHostPort(kafka.brokers(i))) continue;
    return fields.Error(absl::StrCat("log.kafka.brokers[", i, "]"),
                        absl::StrCat("\"", absl::Utf8SafeCHexEscape(kafka.brokers(i)),
                                     "\" is not a broker; HOST:PORT is allowed"));
  }
  const std::string& topic = kafka.topic();
  const bool is_topic =
      !topic.empty() && topic.size() <= kTopicBytesMax &&
      absl::c_all_of(topic, [](unsigned char c) {
        return absl::ascii_isalnum(c) || absl::StrContains("-._", static_cast<char>(c));
      });
  if (is_topic) return absl::OkStatus();
  return fields.Error("log.kafka.topic",
                      absl::StrCat("log.kafka.topic must be 1 to ", kTopicBytesMax,
                                   " characters of A-Z a-z 0-9 . _ -, not \"",
                                   absl::Utf8SafeCHexEscape(topic), "\""));
}

}  // namespace

absl::Status CheckKafka(const internal::Kafka& kafka, const YamlFields& fields) {
  const internal::KafkaTls& tls = kafka.tls();
  const internal::KafkaSasl& sasl = kafka.sasl();
  for (absl::Status status :
       {CheckBrokers(kafka, fields), CheckFileName(fields, "log.kafka.tls.ca_file", tls.ca_file()),
        CheckFileName(fields, "log.kafka.tls.certificate_file", tls.certificate_file()),
        CheckFileName(fields, "log.kafka.tls.key_file", tls.key_file()),
        CheckFileName(fields, "log.kafka.sasl.password_file", sasl.password_file())}) {
    if (!status.ok()) return status;
  }
  if (tls.certificate_file().empty() != tls.key_file().empty()) {
    return fields.Error("log.kafka.tls",
                        "log.kafka.tls needs both certificate_file and key_file, or neither");
  }
  if (!fields.Has("log.kafka.sasl")) return absl::OkStatus();
  if (!absl::c_linear_search(kSaslMechanisms, sasl.mechanism())) {
    return fields.Error("log.kafka.sasl",
                        absl::StrCat("log.kafka.sasl.mechanism must be one of ",
                                     absl::StrJoin(kSaslMechanisms, ", "), ", not \"",
                                     absl::Utf8SafeCHexEscape(sasl.mechanism()), "\""));
  }
  if (sasl.username().empty() || sasl.password_file().empty()) {
    return fields.Error("log.kafka.sasl", "log.kafka.sasl needs both username and password_file");
  }
  return absl::OkStatus();
}

absl::Status CheckRole(const internal::Config& settings, const YamlFields& fields) {
  if (settings.role() == internal::Config::all) return absl::OkStatus();
  const bool front = settings.role() == internal::Config::front;
  const absl::string_view role = front ? "front" : "counter";
  if (settings.log().kafka().brokers_size() == 0) {
    return fields.Error("role", absl::StrCat("role ", role, " needs log.kafka.brokers"));
  }
  if (settings.apps_size() == 0) {
    return fields.Error("role",
                        front ? "role front needs apps: a front takes no app that is not listed"
                              : "role counter needs apps: those that its fronts have");
  }
  return absl::OkStatus();
}

}  // namespace gmewatch
