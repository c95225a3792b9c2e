#include "daemon/base/yaml_message.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmewatch/internal/catalog.pb.h"
#include "gmewatch/internal/config.pb.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

// `expected` is merged into the defaults; it is in Protobuf's text form.
template <typename Message>
void Check(const std::string& yaml, const std::string& expected) {
  Message message;
  const auto fields = ReadYamlMessage(yaml, "f.yaml", &message);
  ASSERT_TRUE(fields.ok()) << yaml << fields.status();
  Message wanted;
  SetDefaults(&wanted);
  ASSERT_TRUE(google::protobuf::TextFormat::MergeFromString(expected, &wanted)) << expected;
  EXPECT_EQ(message.ShortDebugString(), wanted.ShortDebugString()) << yaml;
}

template <typename Message = internal::Config>
void CheckError(const std::string& yaml, const std::string& expected) {
  Message message;
  const auto fields = ReadYamlMessage(yaml, "f.yaml", &message);
  EXPECT_EQ(fields.status().code(), absl::StatusCode::kInvalidArgument) << yaml.substr(0, 200);
  EXPECT_EQ(std::string(fields.status().message()), expected) << yaml.substr(0, 200);
}

TEST(YamlMessageTest, ReadsEachType) {
  using google::protobuf::SourceCodeInfo_Location;
  Check<internal::Config>("", "");
  Check<internal::Config>("# nothing", "");
  Check<internal::Config>("{}", "");
  Check<internal::Config>(
      "apps:\n- name: a\n  regions: [x, 'y', 12]\n- name: true\n",
      "apps { name: \"a\" regions: \"x\" regions: \"y\" regions: \"12\" sdk_major: 2 } "
      "apps { name: \"true\" sdk_major: 2 }");
  Check<google::protobuf::UInt32Value>("value: 4294967295", "value: 4294967295");
  Check<google::protobuf::UInt64Value>("value: 18446744073709551615",
                                       "value: 18446744073709551615");
  Check<google::protobuf::DoubleValue>("value: -0.25", "value: -0.25");
  Check<google::protobuf::BoolValue>("value: true", "value: true");
  Check<google::protobuf::BoolValue>("value: false", "value: false");
  Check<internal::Catalog>("codes: [{value: -2147483648}, {value: 2147483647}]",
                           "codes { value: -2147483648 } codes { value: 2147483647 }");
  Check<SourceCodeInfo_Location>("path: [1, -2]", "path: 1 path: -2");
}

TEST(YamlMessageTest, ReadsDurations) {
  const auto check = [](const std::string& value, const std::string& expected) {
    Check<internal::Config>("limits: {session_horizon: " + value + "}",
                            "limits { session_horizon { " + expected + "} }");
  };
  check("24h", "seconds: 86400 ");
  check("1m30.5s", "seconds: 90 nanos: 500000000 ");
  check("'1h0m0.000000001s'", "seconds: 3600 nanos: 1 ");
  Check<internal::Config>("log: {commit_interval: 0}", "log { commit_interval { nanos: 0 } }");
}

TEST(YamlMessageTest, SectionsThatAreCommentedOutAreEmpty) {
  Check<internal::Config>("limits:\n  # max_sessions: 1\nlog:\n", "");
  Check<internal::Config>("apps:\n", "");
  Check<internal::Config>("apps: [~]", "apps { sdk_major: 2 }");
}

TEST(YamlMessageTest, FieldsThatAreNotGivenHaveTheirDefaults) {
  internal::Config config;
  ASSERT_TRUE(ReadYamlMessage("limits: {max_sessions: 1000}", "f.yaml", &config).ok());
  EXPECT_EQ(config.limits().max_sessions(), 1000U);
  EXPECT_EQ(config.limits().max_app_regions(), 1024U);
  EXPECT_EQ(ToDuration(config.log().commit_interval()), absl::Milliseconds(5));
  EXPECT_EQ(config.detect().false_alarms_per_week(), 1);
  EXPECT_FALSE(config.ingest().has_tls()) << "nothing in it has a default";
}

TEST(YamlMessageTest, RejectsAValueOutOfItsRange) {
  CheckError("limits:\n  max_sessions: 999",
             "f.yaml:2:17: limits.max_sessions must be from 1000 to 100000000, not 999");
  CheckError("limits:\n  session_horizon: '59.999s'",
             "f.yaml:2:20: limits.session_horizon must be from 1m to 720h, not 59.999s");
  CheckError("log: {commit_interval: -1ns}",
             "f.yaml:1:24: log.commit_interval must be from 0s to 1s, not -1ns");
  CheckError("detect: {false_alarms_per_week: 1000.1}",
             "f.yaml:1:33: detect.false_alarms_per_week must be from 0.001 to 1000, not 1000.1");
}

TEST(YamlMessageTest, NamesTheNewNameOfAFormerField) {
  CheckError("detect:\n  hold: 5m",
             "f.yaml:2:3: field \"hold\" in detect is now named \"resolve_after\"");
  CheckError("limits:\n  hold: 5m",
             "f.yaml:2:3: unknown field \"hold\" in limits; allowed: max_app_regions, "
             "max_sessions, session_horizon, max_pending_bytes");
}

TEST(YamlMessageTest, NamesAnUnknownField) {
  CheckError("apps:\n  - name: a\n    regoins: [x]",
             "f.yaml:3:5: unknown field \"regoins\" in apps[0]; allowed: name, regions, keys, "
             "relay_keys, token_keys, sdk_major, client_names");
  CheckError("Apps: []",
             "f.yaml:1:1: unknown field \"Apps\"; allowed: role, apps, limits, ingest, log, "
             "expose, detect, annotations, quotas, connect");
  CheckError("[a]: 1",
             "f.yaml:1:1: unknown field that is not a word; allowed: role, apps, limits, ingest, "
             "log, expose, detect, annotations, quotas, connect");
  CheckError("\"a\\nb\": 1",
             "f.yaml:1:1: unknown field \"a\\nb\"; allowed: role, apps, limits, ingest, log, "
             "expose, detect, annotations, quotas, connect");
  CheckError(std::string(100, 'x') + ": 1", "f.yaml:1:1: unknown field \"" + std::string(64, 'x') +
                                                "\"...; allowed: role, apps, limits, ingest, log, "
                                                "expose, detect, annotations, quotas, connect");
}

TEST(YamlMessageTest, NamesAFieldGivenTwice) {
  CheckError("limits: {}\nlog: {}\nlimits: {}",
             "f.yaml:3:1: field \"limits\" appears twice, first in line 1");
  CheckError("log:\n  commit_interval: 1s\n  commit_interval: 1s",
             "f.yaml:3:3: field \"commit_interval\" appears twice, first in line 2");
}

TEST(YamlMessageTest, NamesAWrongType) {
  const std::string number =
      "f.yaml:1:24: limits.max_sessions must be a whole number from 0 to 4294967295";
  for (const std::string bad : {"-1", "4294967296", "99999999999999999999999", "1.0", "1e3", "010",
                                "0x10", "1_000", "many", "true", "+1", "-"}) {
    CheckError(absl::StrCat("limits: {max_sessions: ", bad, "}"),
               absl::StrCat(number, ", not \"", bad, "\""));
  }
  CheckError("limits: {max_sessions: \"5\"}", number + ", not \"5\"");
  CheckError("limits: {max_sessions: [5]}", number);
  CheckError("limits: {max_sessions: ~}", "f.yaml:1:10: limits.max_sessions has no value");
  CheckError("ingest: {reflection: yes}",
             "f.yaml:1:22: ingest.reflection must be true or false, not \"yes\"");
  CheckError("ingest: {reflection: 'true'}",
             "f.yaml:1:22: ingest.reflection must be true or false, not \"true\"");
  for (const std::string bad : {"5", "fast", "inf", "-inf", "5 s"}) {
    CheckError(
        "log: {commit_interval: " + bad + "}",
        "f.yaml:1:24: log.commit_interval must be a duration such as 5ms, 10s or 24h, not \"" +
            bad + "\"");
  }
  CheckError("log: {commit_interval: {seconds: 5}}",
             "f.yaml:1:24: log.commit_interval must be a duration such as 5ms, 10s or 24h");
  CheckError("log: {commit_interval: }", "f.yaml:1:7: log.commit_interval has no value");
  CheckError("limits: 5",
             "f.yaml:1:9: limits must be a mapping of max_app_regions, max_sessions, "
             "session_horizon, max_pending_bytes");
  CheckError("apps: {name: a}", "f.yaml:1:7: apps must be a list");
  CheckError("apps: [5]",
             "f.yaml:1:8: apps[0] must be a mapping of name, regions, keys, relay_keys, "
             "token_keys, sdk_major, client_names");
  CheckError("apps: [{name: [a]}]", "f.yaml:1:15: apps[0].name must be a string");
  CheckError("apps: [{regions: [~]}]", "f.yaml:1:19: apps[0].regions[0] has no value");
  CheckError(
      "just words",
      "f.yaml:1:1: the file must be a mapping of role, apps, limits, ingest, log, expose, detect, "
      "annotations, quotas, connect");
}

TEST(YamlMessageTest, NeverRepeatsAString) {
  CheckError("apps: [{keys: s3cret-key}]", "f.yaml:1:15: apps[0].keys must be a list");
  CheckError("apps: [{keys: [{s3cret-key: 1}]}]", "f.yaml:1:16: apps[0].keys[0] must be a string");
}

TEST(YamlMessageTest, RejectsTextThatIsNotYaml) {
  CheckError("a: [", "f.yaml:1:5: end of sequence flow not found");
  CheckError("a: \xff", "f.yaml:1:4: byte 0xff is not valid UTF-8");
}

TEST(YamlFieldsTest, KnowsWhichFieldsAreGivenAndWhere) {
  internal::Config config;
  const auto fields = ReadYamlMessage(
      "apps:\n"
      "  - name: a\n"
      "    regions: [x, y]\n"
      "  -\n"
      "limits:\n"
      "  max_sessions: 5000\n"
      "log:\n",
      "f.yaml", &config);
  ASSERT_TRUE(fields.ok()) << fields.status();
  const auto check = [&fields](const std::string& path, bool given, const std::string& where) {
    EXPECT_EQ(fields->Has(path), given) << path;
    EXPECT_EQ(std::string(fields->Error(path, "x").message()), "f.yaml:" + where + ": x") << path;
  };
  check("", true, "1:1");
  check("apps", true, "2:3");
  check("apps[0]", true, "2:5");
  check("apps[0].name", true, "2:11");
  check("apps[0].regions[1]", true, "3:18");
  check("apps[0].regions[2]", false, "3:14");
  check("apps[0].keys", false, "2:5");
  check("limits.max_sessions", true, "6:17");
  check("limits.max_app_regions", false, "6:3");
  check("log", true, "7:1");
  check("log.commit_interval", false, "7:1");
  check("expose.public_url", false, "1:1");
}

}  // namespace
}  // namespace gmewatch
