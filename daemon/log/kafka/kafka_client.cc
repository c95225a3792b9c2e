#include "daemon/log/kafka/kafka_client.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/attributes.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/clock.h"
#include "daemon/base/line_budget.h"
#include "daemon/base/log.h"

namespace gmewatch {
namespace {

struct DestroyConf {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, DestroyConf>;

// Levels of syslog.
constexpr int kErrorLevel = 3;
constexpr int kWarningLevel = 4;

constexpr int kKafkaLinesMax = 10;
constexpr absl::Duration kKafkaLinesTime = absl::Minutes(1);

// While a broker is away librdkafka has several lines a second of each connection.
ABSL_CONST_INIT LineBudget budget(kKafkaLinesMax, kKafkaLinesTime);

void OnLog(const rd_kafka_t* /*handle*/, int level, const char* facility, const char* text) {
  if (level > kWarningLevel) return;
  RealClock clock;
  const std::optional<uint64_t> missing = budget.Take(clock.Monotonic());
  if (!missing.has_value()) return;
  const std::string left_out = absl::StrCat(*missing);
  const std::initializer_list<LogField> fields = {
      {"facility", facility}, {"text", text}, {"left_out", left_out}};
  if (level <= kErrorLevel) {
    LogWarning("librdkafka reports an error", fields);
  } else {
    LogInfo("librdkafka reports", fields);
  }
}

absl::Status Set(rd_kafka_conf_t* conf, const KafkaProperty& property) {
  std::array<char, 512> why{};
  if (rd_kafka_conf_set(conf, property.first, property.second.c_str(), why.data(), why.size()) ==
      RD_KAFKA_CONF_OK) {
    return absl::OkStatus();
  }
  // Its text may repeat the value, which may be a password.
  return absl::InvalidArgumentError(absl::StrCat("log.kafka: librdkafka does not take ",
                                                 property.first, " as the settings have it"));
}

std::vector<KafkaProperty> Common(const KafkaSettings& settings) {
  std::vector<KafkaProperty> out = {
      {"bootstrap.servers", settings.brokers},
      {"client.id", "gmewatch"},
      // A leader that hangs is given up after this; the default of 60 s stops writing for 70.
      {"socket.timeout.ms", "6000"},
      {"socket.connection.setup.timeout.ms", "6000"},
      {"socket.nagle.disable", "true"},
      {"topic.metadata.refresh.interval.ms", "10000"},
      {"reconnect.backoff.max.ms", "2000"},
  };
  const bool sasl = !settings.sasl_mechanism.empty();
  out.emplace_back("security.protocol", settings.tls ? (sasl ? "SASL_SSL" : "SSL")
                                                     : (sasl ? "SASL_PLAINTEXT" : "PLAINTEXT"));
  const auto add = [&out](const char* name, const std::string& value) {
    if (!value.empty()) out.emplace_back(name, value);
  };
  if (settings.tls) {
    add("ssl.ca.location", settings.ca_file);
    add("ssl.certificate.location", settings.certificate_file);
    add("ssl.key.location", settings.key_file);
  }
  if (sasl) {
    add("sasl.mechanism", settings.sasl_mechanism);
    add("sasl.username", settings.sasl_username);
    add("sasl.password", settings.sasl_password);
  }
  return out;
}

}  // namespace

void KafkaDestroy::operator()(rd_kafka_s* handle) const { rd_kafka_destroy(handle); }

absl::StatusOr<KafkaHandle> MakeKafkaClient(rd_kafka_type_t type, const KafkaSettings& settings,
                                            const std::vector<KafkaProperty>& properties,
                                            KafkaReportFn report) {
  Conf conf(rd_kafka_conf_new());
  for (const std::vector<KafkaProperty>& list : {Common(settings), properties}) {
    for (const KafkaProperty& property : list) {
      absl::Status status = Set(conf.get(), property);
      if (!status.ok()) return status;
    }
  }
  rd_kafka_conf_set_log_cb(conf.get(), &OnLog);
  if (report != nullptr) rd_kafka_conf_set_dr_msg_cb(conf.get(), report);
  std::array<char, 512> why{};
  rd_kafka_t* handle = rd_kafka_new(type, conf.get(), why.data(), why.size());
  if (handle == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("log.kafka: ", why.data()));
  }
  static_cast<void>(conf.release());  // the handle owns it
  return KafkaHandle(handle);
}

absl::Status KafkaStatus(rd_kafka_resp_err_t error, absl::string_view what) {
  const std::string text = absl::StrCat(what, ": ", rd_kafka_err2str(error));
  switch (static_cast<int>(error)) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__WAIT_CACHE:
    case RD_KAFKA_RESP_ERR__RETRY:
    case RD_KAFKA_RESP_ERR_UNKNOWN:  // the broker failed, and does not say why
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case RD_KAFKA_RESP_ERR_NOT_CONTROLLER:
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR_FETCH_SESSION_ID_NOT_FOUND:
    case RD_KAFKA_RESP_ERR_INVALID_FETCH_SESSION_EPOCH:
    case RD_KAFKA_RESP_ERR_LISTENER_NOT_FOUND:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_STALE_BROKER_EPOCH:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED:
      return absl::UnavailableError(text);
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return absl::NotFoundError(text);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return absl::PermissionDeniedError(text);
    default:
      return absl::InternalError(text);
  }
}

bool IsGroupError(rd_kafka_resp_err_t error) {
  const auto number = static_cast<int>(error);
  return number == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
         number == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE ||
         number == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS ||
         number == RD_KAFKA_RESP_ERR_NOT_COORDINATOR;
}

}  // namespace gmewatch
