#include "daemon/base/yaml_message.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmewatch/internal/catalog.pb.h"
#include "gmewatch/internal/config.pb.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

// The message in protobuf's short text form.
template <typename Message>
void Check(const std::string& yaml, const std::string& expected) {
  Message message;
  const auto fields = ReadYamlMessage(yaml, "f.yaml", &message);
  ASSERT_TRUE(fields.ok()) << yaml << fields.status();
  EXPECT_EQ(message.ShortDebugString(), expected) << yaml;
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
  Check<internal::Config>("apps:\n- name: a\n  regions: [x, 'y', 12]\n- name: true\n",
                          "apps { name: \"a\" regions: \"x\" regions: \"y\" regions: \"12\" } "
                          "apps { name: \"true\" }");
  Check<internal::Config>("limits: {max_app_regions: 4294967295}",
                          "limits { max_app_regions: 4294967295 }");
  Check<internal::Config>("limits: {max_pending_bytes: 18446744073709551615}",
                          "limits { max_pending_bytes: 18446744073709551615 }");
  Check<internal::Config>("ingest: {reflection: true}", "ingest { reflection: true }");
  Check<internal::Config>("ingest: {reflection: false}", "ingest { }");
  Check<internal::Catalog>("codes: [{value: -2147483648}, {value: 2147483647}]",
                           "codes { value: -2147483648 } codes { value: 2147483647 }");
  Check<google::protobuf::Int64Value>("value: -9223372036854775808", "value: -9223372036854775808");
  Check<SourceCodeInfo_Location>("path: [1, -2]", "path: 1 path: -2");
}

TEST(YamlMessageTest, ReadsDurations) {
  const auto check = [](const std::string& value, const std::string& expected) {
    Check<internal::Config>("log: {commit_interval: " + value + "}",
                            "log { commit_interval { " + expected + "} }");
  };
  check("5ms", "nanos: 5000000 ");
  check("10s", "seconds: 10 ");
  check("24h", "seconds: 86400 ");
  check("1m30.5s", "seconds: 90 nanos: 500000000 ");
  check("'1us'", "nanos: 1000 ");
  check("0", "");
  check("-1.5s", "seconds: -1 nanos: -500000000 ");
}

TEST(YamlMessageTest, TakesWhatIsCommentedOutForEmpty) {
  Check<internal::Config>("limits:\n  # max_sessions: 1\nlog:\n", "limits { } log { }");
  Check<internal::Config>("apps:\n", "");
  Check<internal::Config>("apps: [~]", "apps { }");
}

TEST(YamlMessageTest, NamesAnUnknownField) {
  CheckError("apps:\n  - name: a\n    regoins: [x]",
             "f.yaml:3:5: unknown field \"regoins\" in App; allowed: name, regions, keys");
  CheckError("Apps: []",
             "f.yaml:1:1: unknown field \"Apps\" in Config; allowed: apps, limits, ingest, log, "
             "expose, detect, annotations");
  CheckError("[a]: 1",
             "f.yaml:1:1: unknown field that is no word in Config; allowed: apps, limits, ingest, "
             "log, expose, detect, annotations");
  CheckError("\"a\\nb\": 1",
             "f.yaml:1:1: unknown field \"a\\nb\" in Config; allowed: apps, limits, ingest, log, "
             "expose, detect, annotations");
  CheckError(
      std::string(100, 'x') + ": 1",
      "f.yaml:1:1: unknown field \"" + std::string(64, 'x') +
          "\"... in Config; allowed: apps, limits, ingest, log, expose, detect, annotations");
}

TEST(YamlMessageTest, NamesAFieldGivenTwice) {
  CheckError("limits: {}\nlog: {}\nlimits: {}",
             "f.yaml:3:1: field \"limits\" is given a second time, the first is in line 1");
  CheckError(
      "log:\n  commit_interval: 1s\n  commit_interval: 1s",
      "f.yaml:3:3: field \"commit_interval\" is given a second time, the first is in line 2");
}

TEST(YamlMessageTest, NamesAWrongType) {
  const std::string number =
      "f.yaml:1:24: max_sessions must be a whole number from 0 to 4294967295";
  for (const std::string bad : {"-1", "4294967296", "99999999999999999999999", "1.0", "1e3", "010",
                                "0x10", "1_000", "many", "true", "+1", "-"}) {
    CheckError(absl::StrCat("limits: {max_sessions: ", bad, "}"),
               absl::StrCat(number, ", not \"", bad, "\""));
  }
  CheckError("limits: {max_sessions: \"5\"}", number + ", not \"5\"");
  CheckError("limits: {max_sessions: [5]}", number);
  CheckError("limits: {max_sessions: ~}", "f.yaml:1:10: max_sessions has no value");
  CheckError("ingest: {reflection: yes}",
             "f.yaml:1:22: reflection must be true or false, not \"yes\"");
  CheckError("ingest: {reflection: 'true'}",
             "f.yaml:1:22: reflection must be true or false, not \"true\"");
  for (const std::string bad : {"5", "fast", "inf", "-inf", "5 s"}) {
    CheckError("log: {commit_interval: " + bad + "}",
               "f.yaml:1:24: commit_interval must be a duration such as 5ms, 10s or 24h, not \"" +
                   bad + "\"");
  }
  CheckError("log: {commit_interval: {seconds: 5}}",
             "f.yaml:1:24: commit_interval must be a duration such as 5ms, 10s or 24h");
  CheckError("log: {commit_interval: }", "f.yaml:1:7: commit_interval has no value");
  CheckError("limits: 5",
             "f.yaml:1:9: Limits must be a mapping of max_app_regions, max_sessions, "
             "session_horizon, max_pending_bytes");
  CheckError("apps: {name: a}", "f.yaml:1:7: apps must be a list");
  CheckError("apps: [5]", "f.yaml:1:8: App must be a mapping of name, regions, keys");
  CheckError("apps: [{name: [a]}]", "f.yaml:1:15: name must be a string");
  CheckError("apps: [{regions: [~]}]", "f.yaml:1:19: regions has no value");
  CheckError("just words",
             "f.yaml:1:1: Config must be a mapping of apps, limits, ingest, log, expose, detect, "
             "annotations");
}

TEST(YamlMessageTest, NeverRepeatsAString) {
  CheckError("apps: [{keys: s3cret-key}]", "f.yaml:1:15: keys must be a list");
  CheckError("apps: [{keys: [{s3cret-key: 1}]}]", "f.yaml:1:16: keys must be a string");
}

TEST(YamlMessageTest, PassesOnWhatIsNoYaml) {
  CheckError("a: [", "f.yaml:1:1: end of sequence flow not found");
  CheckError("limits: {}\n---\nlog: {}",
             "f.yaml:2:1: the document ended before this, one is allowed");
  CheckError("a: \xff", "f.yaml:1:4: byte 0xff is not valid UTF-8");
}

TEST(YamlMessageTest, ReadsAliases) {
  Check<internal::Config>(
      "apps:\n- {name: a, regions: &r [x]}\n- {name: b, regions: *r}\n",
      "apps { name: \"a\" regions: \"x\" } apps { name: \"b\" regions: \"x\" }");
}

TEST(YamlMessageTest, BoundsWhatAliasesSpellOut) {
  // 1000 apps with the same 1000 regions.
  std::string yaml = "apps:\n- {name: a, regions: &r [x";
  for (int i = 1; i < 1000; ++i) yaml += ", x";
  yaml += "]}\n";
  for (int i = 1; i < 1000; ++i) yaml += "- {name: a, regions: *r}\n";
  CheckError(yaml, "f.yaml:2:1826: aliases spell out more than 200000 values or 4194304 bytes");
  // 100 apps with the same long name.
  yaml = "apps:\n- {name: &n " + std::string(100'000, 'x') + "}\n";
  for (int i = 1; i < 100; ++i) yaml += "- {name: *n}\n";
  CheckError(yaml, "f.yaml:2:10: aliases spell out more than 200000 values or 4194304 bytes");
}

TEST(YamlFieldsTest, SaysWhatIsGivenAndWhere) {
  internal::Config config;
  const auto fields = ReadYamlMessage(
      "apps:\n"
      "  - name: a\n"
      "    regions: [x, y]\n"
      "  -\n"
      "limits:\n"
      "  max_sessions: 0\n"
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
