#include "daemon/config/settings.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

Settings Parsed(const std::string& yaml) {
  const auto settings = ParseSettings(yaml, "s.yaml");
  EXPECT_TRUE(settings.ok()) << yaml << settings.status();
  return settings.value_or(Settings());
}

void CheckError(const std::string& yaml, const std::string& expected) {
  const auto settings = ParseSettings(yaml, "s.yaml");
  EXPECT_EQ(settings.status().code(), absl::StatusCode::kInvalidArgument) << yaml;
  EXPECT_EQ(std::string(settings.status().message()), expected) << yaml;
}

TEST(SettingsTest, AreDefaultsWhereNothingIsGiven) {
  EXPECT_EQ(Parsed(""), Settings());
  EXPECT_EQ(Parsed("# nothing\n"), Settings());
  EXPECT_EQ(Parsed("apps: []\nlimits:\ningest: {}\nlog:\nexpose:\n"), Settings());
}

TEST(SettingsTest, TakesEachField) {
  Settings expected;
  expected.apps = {{"a", {"x", "y"}, {"12345678"}}, {"b", {"x"}, {}}};
  expected.max_app_regions = 3;
  expected.max_sessions = 1001;
  expected.session_horizon = absl::Hours(1);
  expected.max_pending_bytes = 65537;
  expected.reflection = true;
  expected.tls = {"cert.pem", "key.pem", "ca.pem"};
  expected.max_message_bytes = 1025;
  expected.commit_interval = absl::Microseconds(1500);
  expected.checkpoint_interval = absl::Seconds(90);
  expected.public_url = "https://example.com:8443/gme";
  expected.grafana_url = "https://grafana.example.com";
  expected.prometheus_url = "http://10.0.0.1:9090/prometheus";
  expected.hide_solution_info = true;
  expected.annotate = {"http://127.0.0.1:3000/grafana", "token", "ca.pem"};
  EXPECT_EQ(
      Parsed("apps:\n"
             "  - name: a\n"
             "    regions: [x, y]\n"
             "    keys: ['12345678']\n"
             "  - name: b\n"
             "    regions: [x]\n"
             "limits:\n"
             "  max_app_regions: 3\n"
             "  max_sessions: 1001\n"
             "  session_horizon: 1h\n"
             "  max_pending_bytes: 65537\n"
             "ingest:\n"
             "  reflection: true\n"
             "  tls: {certificate_file: cert.pem, key_file: key.pem, client_ca_file: ca.pem}\n"
             "  max_message_bytes: 1025\n"
             "log:\n"
             "  commit_interval: 1.5ms\n"
             "  checkpoint_interval: 90s\n"
             "expose:\n"
             "  public_url: https://example.com:8443/gme\n"
             "  grafana_url: https://grafana.example.com\n"
             "  prometheus_url: http://10.0.0.1:9090/prometheus\n"
             "  hide_solution_info: true\n"
             "annotations:\n"
             "  grafana_url: http://127.0.0.1:3000/grafana\n"
             "  token_file: token\n"
             "  ca_file: ca.pem\n"),
      expected);
}

// Both ends of the range are taken, what lies just beyond them is not. `range` is as errors have
// it.
void CheckRange(const std::string& section, const std::string& field, const std::string& min,
                const std::string& max, const std::string& below, const std::string& above,
                const std::string& range) {
  const auto yaml = [&](const std::string& value) {
    return section + ":\n  " + field + ": " + value;
  };
  EXPECT_TRUE(ParseSettings(yaml(min), "s.yaml").ok()) << field << min;
  EXPECT_TRUE(ParseSettings(yaml(max), "s.yaml").ok()) << field << max;
  for (const std::string& bad : {below, above}) {
    CheckError(yaml(bad), absl::StrCat("s.yaml:2:", field.size() + 5, ": ", section, ".", field,
                                       " must be from ", range, ", not ", bad));
  }
}

TEST(SettingsTest, RefusesWhatIsOutOfRange) {
  CheckRange("limits", "max_app_regions", "1", "10000", "0", "10001", "1 to 10000");
  CheckRange("limits", "max_sessions", "1000", "100000000", "999", "100000001",
             "1000 to 100000000");
  CheckRange("limits", "max_sessions", "1000", "100000000", "0", "4294967295", "1000 to 100000000");
  CheckRange("limits", "session_horizon", "1m", "720h", "59.999s", "720h0.001s", "1m to 720h");
  CheckRange("limits", "session_horizon", "60s", "30h", "0", "-1m", "1m to 720h");
  CheckRange("limits", "max_pending_bytes", "65536", "1073741824", "65535", "1073741825",
             "65536 to 1073741824");
  CheckRange("limits", "max_pending_bytes", "65536", "1073741824", "0", "18446744073709551615",
             "65536 to 1073741824");
  CheckRange("ingest", "max_message_bytes", "1024", "4194304", "1023", "4194305",
             "1024 to 4194304");
  CheckRange("log", "commit_interval", "0s", "1s", "-1ns", "1.000000001s", "0 to 1s");
  CheckRange("log", "checkpoint_interval", "1s", "1h", "999ms", "1h0.001s", "1s to 1h");
  CheckRange("detect", "tick", "1s", "1h", "999ms", "1h1s", "1s to 1h");
  CheckRange("detect", "false_alarms_per_week", "0.001", "1000", "0.0009", "1000.1",
             "0.001 to 1000");
  CheckRange("detect", "min_excess_events", "1", "1000000", "0", "1000001", "1 to 1000000");
  CheckRange("detect", "min_sessions", "1", "16", "0", "17", "1 to 16");
  CheckRange("detect", "resolve_after", "0s", "6h", "-1s", "6h1s", "0 to 6h");
  CheckRange("detect", "rebaseline_after", "1h", "168h", "59m", "168h1s", "1h to 168h");
}

TEST(SettingsTest, TakesTheSmallestForWhatItIs) {
  EXPECT_EQ(Parsed("log: {commit_interval: 0s}").commit_interval, absl::ZeroDuration());
}

TEST(SettingsTest, TakesWhatSpikesAreToldBy) {
  const DetectSettings detect =
      Parsed("detect: {tick: 30s, false_alarms_per_week: 0.25, ignored_codes: [4103, -1]}").detect;
  EXPECT_EQ(detect.tick, absl::Seconds(30));
  EXPECT_EQ(detect.false_alarms_per_week, 0.25);
  EXPECT_EQ(detect.ignored_codes, (std::vector<int32_t>{4103, -1}));
  EXPECT_EQ(detect.min_sessions, DetectSettings().min_sessions);
}

TEST(SettingsTest, RefusesWhatIsNoTick) {
  CheckError("detect:\n  tick: 1.5s", "s.yaml:2:9: detect.tick must be whole seconds, not 1.5s");
  for (const char* number : {"1e2", "inf", "nan", "0x10", "1.", ".5", "-", "1.2.3"}) {
    CheckError(absl::StrCat("detect: {false_alarms_per_week: ", number, "}"),
               absl::StrCat("s.yaml:1:33: false_alarms_per_week must be a number such as 2 or 0.5, "
                            "not \"",
                            number, "\""));
  }
}

TEST(SettingsTest, RefusesHalfATls) {
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

TEST(SettingsTest, RefusesHalfOfAnnotations) {
  const std::string both = ": annotations needs both grafana_url and token_file";
  EXPECT_EQ(Parsed("annotations:\n").annotate, AnnotateSettings());
  EXPECT_EQ(Parsed("annotations: {}").annotate, AnnotateSettings());
  CheckError("annotations:\n  grafana_url: http://g", "s.yaml:2:3" + both);
  CheckError("annotations:\n  token_file: t", "s.yaml:2:3" + both);
  CheckError("annotations:\n  ca_file: c", "s.yaml:2:3" + both);
  CheckError("annotations: {grafana_url: '', token_file: t}", "s.yaml:1:14" + both);
  CheckError("annotations: {grafana_url: http://g, token_file: ''}",
             "s.yaml:1:50: annotations.token_file is empty; it must name a file or be left out");
  CheckError("annotations: {grafana_url: 'g/', token_file: t}",
             "s.yaml:1:28: annotations.grafana_url must be http:// or https://, a host and perhaps "
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
    for (const char* wrong : {"https://example.com/", "javascript:alert(1)", "example.com"}) {
      CheckError("expose:\n  " + field + ": \"" + wrong + "\"",
                 absl::StrCat("s.yaml:2:", field.size() + 5, ": expose.", field,
                              " must be http:// or https://, a host and perhaps a path, without a "
                              "slash at the end, not \"",
                              wrong, "\""));
    }
  }
}

TEST(SettingsTest, NamesTheFirstFault) {
  CheckError("limits:\n  max_sessions: 1\n  max_app_regions: 0",
             "s.yaml:3:20: limits.max_app_regions must be from 1 to 10000, not 0");
  CheckError("apps:\n  - name: a\n    regoins: [x]",
             "s.yaml:3:5: unknown field \"regoins\" in App; allowed: name, regions, keys");
}

TEST(SettingsTest, LoadsAFile) {
  const auto missing = LoadSettings("/nonexistent/s.yaml");
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(missing.status().message()),
            "/nonexistent/s.yaml: No such file or directory");
  EXPECT_TRUE(LoadSettings("/dev/null").ok());
}

}  // namespace
}  // namespace gmewatch
