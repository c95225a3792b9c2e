// allow(length): a case for each kind of setting
#include "daemon/config/settings.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "daemon/base/yaml_message.h"
#include "daemon/model/detect_settings.h"
#include "gmewatch/internal/setting.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

using google::protobuf::Descriptor, google::protobuf::FieldDescriptor;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Settings Parsed(const std::string& yaml) {
  const auto settings = ParseSettings(yaml, "s.yaml");
  EXPECT_TRUE(settings.ok()) << yaml << settings.status();
  return settings.value_or(Settings());
}

std::string TextOf(const Settings& settings) { return settings.DebugString(); }

void CheckError(const std::string& yaml, const std::string& expected) {
  const auto settings = ParseSettings(yaml, "s.yaml");
  EXPECT_EQ(settings.status().code(), absl::StatusCode::kInvalidArgument) << yaml;
  EXPECT_EQ(std::string(settings.status().message()), expected) << yaml;
}

TEST(SettingsTest, HaveTheirDefaultsWithoutAFile) {
  const Settings settings = Parsed("");
  EXPECT_EQ(TextOf(Parsed("# nothing\n")), TextOf(settings));
  EXPECT_EQ(TextOf(Parsed("apps: []\nlimits:\nlog: {}\n")), TextOf(settings));
  EXPECT_EQ(settings.limits().max_sessions(), 4'000'000U);
  EXPECT_EQ(ToDuration(settings.limits().session_horizon()), absl::Hours(24));
  EXPECT_EQ(ToDuration(settings.log().commit_interval()), absl::Milliseconds(5));
  EXPECT_EQ(settings.ingest().max_message_bytes(), 65536U);
  EXPECT_FALSE(settings.ingest().has_tls());
  EXPECT_EQ(DetectSettings(settings.detect()), DetectSettings());
  EXPECT_EQ(DetectSettings().tick, absl::Seconds(10));
  EXPECT_EQ(DetectSettings().rebaseline_after, absl::Hours(24));
}

TEST(SettingsTest, EachSectionIsRead) {
  Settings expected = Parsed("");
  ASSERT_TRUE(google::protobuf::TextFormat::MergeFromString(
      R"pb(
        apps { name: "a" regions: "x" regions: "y" keys: "12345678" sdk_major: 2 }
        apps { name: "b" regions: "x" sdk_major: 2 }
        limits {
          max_app_regions: 3
          session_horizon { seconds: 3600 }
        }
        ingest { tls { certificate_file: "cert.pem" key_file: "key.pem" client_ca_file: "ca.pem" } }
        log { commit_interval { nanos: 1500000 } }
        expose { public_url: "https://example.com:8443/gme" hide_solution_info: true }
        detect { false_alarms_per_week: 0.25 ignored_codes: 4103 ignored_codes: -1 }
        annotations { grafana_url: "http://127.0.0.1:3000/grafana" token_file: "token" }
      )pb",
      &expected));
  EXPECT_EQ(TextOf(Parsed("apps:\n"
                          "  - name: a\n"
                          "    regions: [x, y]\n"
                          "    keys: ['12345678']\n"
                          "  - name: b\n"
                          "    regions: [x]\n"
                          "limits: {max_app_regions: 3, session_horizon: 1h}\n"
                          "ingest:\n"
                          "  tls:\n"
                          "    certificate_file: cert.pem\n"
                          "    key_file: key.pem\n"
                          "    client_ca_file: ca.pem\n"
                          "log: {commit_interval: 1.5ms}\n"
                          "expose:\n"
                          "  public_url: https://example.com:8443/gme\n"
                          "  hide_solution_info: true\n"
                          "detect: {false_alarms_per_week: 0.25, ignored_codes: [4103, -1]}\n"
                          "annotations:\n"
                          "  grafana_url: http://127.0.0.1:3000/grafana\n"
                          "  token_file: token\n")),
            TextOf(expected));
}

// What lies just beyond the end of a range.
std::string Beyond(const FieldDescriptor& field, const std::string& end, int direction) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    absl::Duration duration;
    EXPECT_TRUE(absl::ParseDuration(end, &duration)) << field.full_name();
    return absl::FormatDuration(duration + direction * absl::Nanoseconds(1));
  }
  double number = 0;
  EXPECT_TRUE(absl::SimpleAtod(end, &number)) << field.full_name();
  const bool is_whole = field.cpp_type() != FieldDescriptor::CPPTYPE_DOUBLE;
  return is_whole ? absl::StrFormat("%.0f", number + direction)
                  : absl::StrFormat("%.6f", number * (1 + direction * 0.001));
}

void CheckRange(const std::string& section, const FieldDescriptor& field) {
  const internal::Setting& setting = field.options().GetExtension(internal::setting);
  const std::string path = section + "." + field.name();
  const auto yaml = [&](const std::string& value) {
    return section + ":\n  " + field.name() + ": " + value;
  };
  for (const std::string& good : {setting.min(), setting.max(), setting.default_()}) {
    EXPECT_TRUE(ParseSettings(yaml(good), "s.yaml").ok()) << path << " " << good;
  }
  for (const std::string& bad :
       {Beyond(field, setting.min(), -1), Beyond(field, setting.max(), 1)}) {
    if (bad == "-1") {  // no number of an unsigned field
      EXPECT_FALSE(ParseSettings(yaml(bad), "s.yaml").ok()) << path;
      continue;
    }
    CheckError(yaml(bad),
               absl::StrCat("s.yaml:2:", field.name().size() + 5, ": ", path, " must be from ",
                            setting.min(), " to ", setting.max(), ", not ", bad));
  }
}

TEST(SettingsTest, BothEndsOfEachRangeAreAllowedAndNothingBeyond) {
  int ranges = 0;
  for (int i = 0; i < Settings::descriptor()->field_count(); ++i) {
    const FieldDescriptor& section = *Settings::descriptor()->field(i);
    // A setting of no section, or a list.
    if (section.message_type() == nullptr || section.is_repeated()) continue;
    const Descriptor& type = *section.message_type();
    for (int j = 0; j < type.field_count(); ++j) {
      if (type.field(j)->options().GetExtension(internal::setting).min().empty()) continue;
      CheckRange(section.name(), *type.field(j));
      ++ranges;
    }
  }
  EXPECT_GE(ranges, 13);
}

// Ranges as they are documented, so that an option cannot change unnoticed.
TEST(SettingsTest, TheRangesAreTheDocumentedOnes) {
  CheckError("apps: [{name: a, regions: [x], sdk_major: 4}]",
             "s.yaml:1:43: apps[0].sdk_major must be from 2 to 3, not 4");
  CheckError("limits: {max_sessions: 999}",
             "s.yaml:1:24: limits.max_sessions must be from 1000 to 100000000, not 999");
  CheckError("limits: {max_pending_bytes: 18446744073709551615}",
             "s.yaml:1:29: limits.max_pending_bytes must be from 65536 to 536870912, not "
             "18446744073709551615");
  CheckError("log: {commit_interval: 1001ms}",
             "s.yaml:1:24: log.commit_interval must be from 0s to 1s, not 1001ms");
  CheckError("detect: {min_sessions: 0}",
             "s.yaml:1:24: detect.min_sessions must be from 1 to 16, not 0");
}

TEST(SettingsTest, AFormerNameIsAnErrorThatHasTheNewOne) {
  const auto check = [](const std::string& former, const std::string& value,
                        const std::string& now) {
    CheckError(
        "detect:\n  " + former + ": " + value,
        absl::StrCat("s.yaml:2:3: field \"", former, "\" in detect is now named \"", now, "\""));
  };
  check("least_excess", "10", "min_excess_events");
  check("least_sessions", "3", "min_sessions");
  check("hold", "5m", "resolve_after");
  check("adopt_after", "8h", "rebaseline_after");
  check("quiet_codes", "[4103]", "ignored_codes");
}

TEST(SettingsTest, AFrontIsAnAddressOrARange) {
  EXPECT_TRUE(
      ParseSettings("ingest: {fronts: [127.0.0.1, '10.0.0.0/8', '2001:db8::/32']}", "").ok());
  CheckError(
      "ingest: {fronts: [127.0.0.1, front.example]}",
      "s.yaml:1:30: \"front.example\" is not a front; an IPv4 or IPv6 address is allowed, or "
      "ADDRESS/BITS");
}

TEST(SettingsTest, AnOriginIsWrittenAsBrowsersWriteIt) {
  EXPECT_TRUE(ParseSettings("connect: {cors_origins: ['https://play.example.com', "
                            "'http://127.0.0.1:8080', 'https://[::1]:444', 'http://a:443']}",
                            "")
                  .ok());
  for (const char* origin : {"*", "null", "", "play.example.com", "ftp://a", "https://",
                             "https://a/", "https://A.example", "https://a:443", "http://a:80",
                             "https://a b", "https://a\\r\\nX: y", "https://*.example"}) {
    const auto settings =
        ParseSettings(absl::StrCat("connect: {cors_origins: [\"", origin, "\"]}"), "s.yaml");
    EXPECT_THAT(std::string(settings.status().message()),
                HasSubstr("\" is not an origin; http:// or https:// and a host are allowed"))
        << origin;
  }
  CheckError("connect: {cors_origins: ['https://a', 'https://b/']}",
             "s.yaml:1:39: \"https://b/\" is not an origin; http:// or https:// and a host are "
             "allowed, in lower case, with a port unless it is the usual one, and no slash at the "
             "end");
}

// A front's settings with this in log.kafka.
std::string FrontYaml(const std::string& kafka) {
  return "role: front\napps: [{name: a, regions: [b]}]\nlog:\n  kafka: {" + kafka + "}";
}

TEST(SettingsTest, AFrontHasItsDefaults) {
  const Settings settings = Parsed(FrontYaml("brokers: [k1:9092, '[::1]:9093']"));
  EXPECT_EQ(settings.role(), Settings::front);
  EXPECT_EQ(settings.log().kafka().topic(), "gmewatch.epochs");
  EXPECT_EQ(settings.log().kafka().compression(), internal::Kafka::zstd);
  EXPECT_EQ(ToDuration(settings.log().kafka().write_timeout()), absl::Seconds(30));
  EXPECT_EQ(ToDuration(settings.log().commit_interval()), absl::Milliseconds(50));
  EXPECT_FALSE(settings.log().kafka().has_tls());
  EXPECT_EQ(Parsed("").role(), Settings::all);
  EXPECT_EQ(ToDuration(Parsed("role: front\napps: [{name: a, regions: [b]}]\n"
                              "log: {commit_interval: 7ms, kafka: {brokers: [k:1]}}")
                           .log()
                           .commit_interval()),
            absl::Milliseconds(7));
}

TEST(SettingsTest, ARoleNeedsWhatItWorksWith) {
  CheckError("role: many", "s.yaml:1:7: role must be one of all, front, counter, not \"many\"");
  CheckError("role: front\napps: [{name: a, regions: [b]}]",
             "s.yaml:1:7: role front needs log.kafka.brokers");
  CheckError("role: front\nlog: {kafka: {brokers: [k:1]}}",
             "s.yaml:1:7: role front needs apps: a front takes no app that is not listed");
  CheckError("role: counter\napps: [{name: a, regions: [b]}]",
             "s.yaml:1:7: role counter needs log.kafka.brokers");
  CheckError("role: counter\nlog: {kafka: {brokers: [k:1]}}",
             "s.yaml:1:7: role counter needs apps: those that its fronts have");
}

TEST(SettingsTest, ChecksHowTheBrokersAreReached) {
  const auto check = [](const std::string& kafka, const std::string& expected) {
    const auto settings = ParseSettings(FrontYaml("brokers: [k:1], " + kafka), "s.yaml");
    EXPECT_THAT(std::string(settings.status().message()), HasSubstr(expected)) << kafka;
  };
  for (const char* bad : {"k", "k:", ":1", "k:0", "k:65536", "k:1/x", "k 1:2", "k:1,l:2"}) {
    const auto settings =
        ParseSettings(FrontYaml(absl::StrCat("brokers: ['", bad, "']")), "s.yaml");
    EXPECT_THAT(std::string(settings.status().message()), HasSubstr("is not a broker")) << bad;
  }
  check("topic: 'a b'", "log.kafka.topic must be 1 to 200 characters");
  check("topic: ''", "log.kafka.topic must be 1 to 200 characters");
  check("compression: gzip", "log.kafka.compression must be one of none, lz4, zstd, not \"gzip\"");
  check("write_timeout: 999ms", "log.kafka.write_timeout must be from 1s to 10m, not 999ms");
  check("write_timeout: 11m", "log.kafka.write_timeout must be from 1s to 10m, not 11m");
  check("tls: {key_file: k}", "log.kafka.tls needs both certificate_file and key_file, or neither");
  check("tls: {ca_file: ''}", "log.kafka.tls.ca_file is empty");
  check("sasl: {username: u, password_file: p}", "log.kafka.sasl.mechanism must be one of PLAIN");
  check("sasl: {mechanism: GSSAPI, username: u, password_file: p}", "not \"GSSAPI\"");
  check("sasl: {mechanism: PLAIN, username: u}", "needs both username and password_file");
  const Settings good =
      Parsed(FrontYaml("brokers: [k:1], compression: none, write_timeout: 10m, tls: {},\n"
                       "    sasl: {mechanism: SCRAM-SHA-256, username: u, password_file: p}"));
  EXPECT_TRUE(good.log().kafka().has_tls());
  EXPECT_EQ(good.log().kafka().compression(), internal::Kafka::none);
}

TEST(SettingsTest, ATickIsWholeSeconds) {
  CheckError("detect:\n  tick: 1.5s", "s.yaml:2:9: detect.tick must be whole seconds, not 1.5s");
}

TEST(SettingsTest, ANumberHasDigitsOnly) {
  for (const char* number : {"1e2", "inf", "nan", "0x10", "1.", ".5", "-", "1.2.3"}) {
    CheckError(
        absl::StrCat("detect: {false_alarms_per_week: ", number, "}"),
        absl::StrCat("s.yaml:1:33: detect.false_alarms_per_week must be a number such as 2 or 0.5, "
                     "not \"",
                     number, "\""));
  }
}

TEST(SettingsTest, TlsNeedsACertificateAndItsKey) {
  const std::string both = ": ingest.tls needs both certificate_file and key_file";
  CheckError("ingest:\n  tls: {certificate_file: c}", "s.yaml:2:8" + both);
  CheckError("ingest:\n  tls: {key_file: k}", "s.yaml:2:8" + both);
  CheckError("ingest:\n  tls: {}", "s.yaml:2:8" + both);
  CheckError("ingest:\n  tls:\n", "s.yaml:2:3" + both);
  CheckError(
      "ingest: {tls: {certificate_file: '', key_file: k}}",
      "s.yaml:1:34: ingest.tls.certificate_file is empty; it must name a file or be left out");
  CheckError("ingest: {tls: {certificate_file: c, key_file: ''}}",
             "s.yaml:1:47: ingest.tls.key_file is empty; it must name a file or be left out");
  // A name that a template left empty must not let everybody in.
  CheckError("ingest: {tls: {certificate_file: c, key_file: k, client_ca_file: ''}}",
             "s.yaml:1:66: ingest.tls.client_ca_file is empty; it must name a file or be left out");
}

TEST(SettingsTest, AnnotationsNeedAUrlAndAToken) {
  const std::string both = ": annotations needs both grafana_url and token_file";
  EXPECT_EQ(Parsed("annotations:\n").annotations().grafana_url(), "");
  EXPECT_EQ(Parsed("annotations: {}").annotations().grafana_url(), "");
  CheckError("annotations:\n  grafana_url: http://g", "s.yaml:2:3" + both);
  CheckError("annotations:\n  token_file: t", "s.yaml:2:3" + both);
  CheckError("annotations:\n  ca_file: c", "s.yaml:2:3" + both);
  CheckError("annotations: {grafana_url: '', token_file: t}", "s.yaml:1:14" + both);
  CheckError("annotations: {grafana_url: http://g, token_file: ''}",
             "s.yaml:1:50: annotations.token_file is empty; it must name a file or be left out");
  CheckError(
      "annotations: {grafana_url: 'g/', token_file: t}",
      "s.yaml:1:28: annotations.grafana_url must be http:// or https://, a host and optionally "
      "a path, without a slash at the end, not \"g/\"");
}

TEST(SettingsTest, ChecksThePublicUrl) {
  const auto check = [](const std::string& url, bool allowed) {
    const auto settings = ParseSettings("expose:\n  public_url: \"" + url + "\"", "s.yaml");
    EXPECT_EQ(settings.ok(), allowed) << url;
    if (allowed) return;
    EXPECT_THAT(std::string(settings.status().message()),
                HasSubstr("s.yaml:2:15: expose.public_url must be http:// or https://"));
  };
  check("", true);
  check("http://10.0.0.1:9747", true);
  check("https://gme.example.com", true);
  check("https://example.com/gme/watch", true);
  check("https://[::1]:9747", true);
  check("https://example.com/", false);
  check("https://example.com/gme/", false);
  check("http://", false);
  check("https:///gme", false);
  check("example.com", false);
  check("ftp://example.com", false);
  check("HTTP://example.com", false);
  check("javascript:alert(1)", false);
  check("https://example.com/a b", false);
  check("https://example.com/\\n", false);
  check("https://example.com/<b>", false);
  check("https://example.com/?q", false);
  check("https://example.com/#f", false);
  check("https://ex\xc3\xa4mple.com", false);
}

TEST(SettingsTest, ChecksTheUrlsOfGrafanaAndPrometheusTheSameWay) {
  for (const std::string field : {"grafana_url", "prometheus_url"}) {
    for (const char* wrong : {"https://example.com/", "javascript:alert(1)"}) {
      CheckError(
          "expose:\n  " + field + ": \"" + wrong + "\"",
          absl::StrCat("s.yaml:2:", field.size() + 5, ": expose.", field,
                       " must be http:// or https://, a host and optionally a path, without a "
                       "slash at the end, not \"",
                       wrong, "\""));
    }
  }
}

TEST(SettingsTest, AnErrorIsTheFirstFaultOfTheText) {
  CheckError("limits:\n  max_sessions: 1\n  max_app_regions: 0",
             "s.yaml:2:17: limits.max_sessions must be from 1000 to 100000000, not 1");
  CheckError("apps:\n  - name: a\n    regoins: [x]",
             "s.yaml:3:5: unknown field \"regoins\" in apps[0]; allowed: name, regions, keys, "
             "relay_keys, token_keys, sdk_major, client_names");
}

TEST(ChangedForRestartTest, NamesTheSettingsThatSighupDoesNotChange) {
  EXPECT_THAT(ChangedForRestart(Parsed(""), Parsed("")), IsEmpty());
  EXPECT_THAT(ChangedForRestart(Parsed(""), Parsed("log: {commit_interval: 7ms}\n")),
              ElementsAre("log.commit_interval"));
  EXPECT_THAT(
      ChangedForRestart(Parsed(""), Parsed("limits: {max_pending_bytes: 70000}\n"
                                           "ingest: {reflection: true, max_message_bytes: 7000,\n"
                                           "         tls: {certificate_file: a, key_file: b}}\n"
                                           "log: {commit_interval: 7ms, checkpoint_interval: 7s}\n"
                                           "detect: {tick: 7s}\n")),
      ElementsAre("limits.max_pending_bytes", "ingest.reflection", "ingest.tls",
                  "ingest.max_message_bytes", "log.commit_interval", "log.checkpoint_interval",
                  "detect.tick"));
  EXPECT_THAT(ChangedForRestart(Parsed(FrontYaml("brokers: [k:1]")),
                                Parsed("log: {commit_interval: 50ms}")),
              ElementsAre("role", "log.kafka"));
  const std::string tls = "ingest: {tls: {certificate_file: a, key_file: b}}";
  EXPECT_THAT(ChangedForRestart(Parsed(tls), Parsed(tls)), IsEmpty());
  EXPECT_THAT(ChangedForRestart(Parsed(tls), Parsed("")), ElementsAre("ingest.tls"));
}

TEST(ChangedForRestartTest, NamesNoneThatSighupChanges) {
  EXPECT_THAT(
      ChangedForRestart(
          Parsed(""),
          Parsed("apps: [{name: a, regions: [b]}]\n"
                 "limits: {max_app_regions: 7, max_sessions: 7000, session_horizon: 7h}\n"
                 "expose: {public_url: 'http://a', hide_solution_info: true}\n"
                 "detect: {false_alarms_per_week: 7, min_excess_events: 7, min_sessions: 7,\n"
                 "         resolve_after: 7m, rebaseline_after: 7h, ignored_codes: [7]}\n"
                 "annotations: {grafana_url: 'http://a', token_file: b, ca_file: c}\n")),
      IsEmpty());
}

TEST(LoadSettingsTest, ReadsAFile) {
  const auto missing = LoadSettings("/nonexistent/s.yaml");
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(missing.status().message()),
            "/nonexistent/s.yaml: No such file or directory");
}

}  // namespace
}  // namespace gmewatch
