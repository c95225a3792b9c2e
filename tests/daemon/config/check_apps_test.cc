#include "daemon/config/check_apps.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/config/settings.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

void CheckError(const std::string& yaml, const std::string& expected) {
  const auto settings = ParseSettings(yaml, "s.yaml");
  EXPECT_EQ(settings.status().code(), absl::StatusCode::kInvalidArgument) << yaml;
  EXPECT_EQ(std::string(settings.status().message()), expected) << yaml;
}

std::string Form(size_t bytes) {
  return absl::StrCat("\" has ", bytes, " bytes; allowed: 1 to 64 characters of A-Z a-z 0-9 . _ -");
}

TEST(CheckAppsTest, ChecksNames) {
  const auto check = [](const std::string& name, const std::string& expected) {
    CheckError("apps:\n- name: \"" + name + "\"\n  regions: [x]", "s.yaml:2:9: app \"" + expected);
    CheckError("apps:\n- name: a\n  regions: [x, \"" + name + "\"]",
               "s.yaml:3:16: region \"" + expected);
  };
  check("all", "all\" is reserved; any other name is allowed");
  check("other", "other\" is reserved; any other name is allowed");
  check("", Form(0));
  check("a b", "a b" + Form(3));
  check("a/b", "a/b" + Form(3));
  check("a\\nb", "a\\nb" + Form(3));
  check("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" + Form(6));
  check(std::string(65, 'a'), std::string(65, 'a') + Form(65));
  EXPECT_TRUE(
      ParseSettings("apps: [{name: " + std::string(64, 'a') + ", regions: [A.b_c-9]}]", "f").ok());
  EXPECT_TRUE(ParseSettings("apps: [{name: All, regions: [others]}]", "f").ok());
  CheckError("apps:\n- regions: [x]", "s.yaml:2:3: app \"" + Form(0));
}

TEST(CheckAppsTest, ANameIsUnique) {
  CheckError(
      "apps:\n- {name: a, regions: [x]}\n- {name: b, regions: [x]}\n- {name: a, regions: [y]}",
      "s.yaml:4:10: app \"a\" appears twice, first in line 2");
  CheckError("apps:\n- name: a\n  regions:\n  - x\n  - y\n  - x",
             "s.yaml:6:5: region \"x\" appears twice, first in line 4");
}

TEST(CheckAppsTest, AnAppNeedsARegion) {
  const std::string expected = "app \"a\" has no regions; it needs at least one";
  CheckError("apps:\n- name: a", "s.yaml:2:3: " + expected);
  CheckError("apps:\n- name: a\n  regions: []", "s.yaml:3:12: " + expected);
  CheckError("apps:\n- name: a\n  regions:\n", "s.yaml:3:3: " + expected);
}

TEST(CheckAppsTest, ChecksKeysAndNeverRepeatsThem) {
  const auto yaml = [](const std::string& key) {
    return "apps:\n- name: a\n  regions: [x]\n  keys: [\"" + key + "\"]";
  };
  const auto check = [&yaml](const std::string& key, size_t bytes) {
    CheckError(yaml(key), absl::StrCat("s.yaml:4:10: this key has ", bytes,
                                       " bytes; allowed: 8 to 256 printable ASCII characters "
                                       "without spaces"));
  };
  check("", 0);
  check("1234567", 7);
  check(std::string(257, 'k'), 257);
  check("1234 5678", 9);
  check("12345678\\n", 9);
  check("1234567\xc3\xa9", 9);
  EXPECT_TRUE(ParseSettings(yaml("!~345678"), "f").ok());
  EXPECT_TRUE(ParseSettings(yaml(std::string(256, 'k')), "f").ok());
}

TEST(CheckAppsTest, AKeyIsUnique) {
  CheckError("apps:\n- name: a\n  regions: [x]\n  keys: [12345678, 12345678]",
             "s.yaml:4:20: this key appears twice, first in line 4");
  CheckError(
      "apps:\n- {name: a, regions: [x], keys: [12345678]}\n- {name: b, regions: [x], keys: "
      "[12345678]}",
      "s.yaml:3:34: this key appears twice, first in line 2");
}

TEST(CheckAppsTest, CountsThePairs) {
  const std::string apps = "apps:\n- {name: a, regions: [x, y]}\n- {name: b, regions: [x, y, z]}\n";
  EXPECT_TRUE(ParseSettings(apps + "limits: {max_app_regions: 5}", "f").ok());
  CheckError(apps + "limits: {max_app_regions: 4}",
             "s.yaml:2:1: the apps have 5 (app, region) pairs; limits.max_app_regions allows 4");
  std::string many = "apps:\n- name: a\n  regions:\n";
  for (int i = 0; i < 1024; ++i) absl::StrAppend(&many, "  - r", i, "\n");
  EXPECT_TRUE(ParseSettings(many, "f").ok());
  CheckError(
      many + "  - more",
      "s.yaml:2:1: the apps have 1025 (app, region) pairs; limits.max_app_regions allows 1024");
}

TEST(CheckAppsTest, ChecksTokenKeysAndNeverRepeatsThem) {
  const std::string good = "0123456789abcdef0123456789abcdef";
  const auto yaml = [](const std::string& first, const std::string& second) {
    return "apps:\n- name: a\n  regions: [x]\n  keys: [12345678901234567890123456789012]\n"
           "  token_keys:\n  - " +
           first + "\n  - " + second;
  };
  const std::string k1 = "{id: k1, secret: " + good + "}";
  EXPECT_TRUE(ParseSettings(yaml(k1, "{id: k2, secret: " + good + "2}"), "s.yaml").ok());
  CheckError(yaml(k1, "{id: k1, secret: " + good + "2}"),
             "s.yaml:7:10: id \"k1\" appears twice, first in line 6");
  CheckError(yaml(k1, "{id: k2, secret: " + good + "}"),
             "s.yaml:7:22: this secret appears twice, first in line 6");
  CheckError(yaml(k1, "{id: k2, secret: 12345678901234567890123456789012}"),
             "s.yaml:7:22: this secret appears twice, first in line 4");
  CheckError(yaml("{id: k1, secret: short}", k1),
             "s.yaml:6:22: this secret has 5 bytes; allowed: 32 to 256 printable ASCII characters "
             "without spaces");
  CheckError(yaml("{id: a b, secret: " + good + "}", k1), "s.yaml:6:10: id \"a b" + Form(3));
  CheckError(yaml("{id: k1}", k1),
             "s.yaml:6:5: this secret has 0 bytes; allowed: 32 to 256 printable ASCII characters "
             "without spaces");
}

TEST(CheckAppsTest, ClientNamesNeedAnAuthority) {
  const std::string apps = "apps:\n- name: a\n  regions: [x]\n  client_names: ";
  const auto tls = [](const char* more) {
    return absl::StrCat("\ningest: {tls: {certificate_file: c, key_file: k", more, "}}\n");
  };
  const std::string authority = tls(", client_ca_file: a");
  EXPECT_TRUE(ParseSettings(apps + "[b.example.com, c]" + authority, "f").ok());
  CheckError(apps + "[b.example.com]" + tls(""),
             "s.yaml:4:17: app \"a\" has client_names, and no ingest.tls.client_ca_file says which "
             "certificates are good");
  CheckError(apps + "[b, b]" + authority, "s.yaml:4:21: name \"b\" appears twice, first in line 4");
  CheckError(apps + "['']" + authority, "s.yaml:4:18: this name is empty");
  CheckError(tls(", client_certificate_optional: true").substr(1),
             "s.yaml:1:79: ingest.tls.client_certificate_optional needs client_ca_file");
}

}  // namespace
}  // namespace gmewatch
