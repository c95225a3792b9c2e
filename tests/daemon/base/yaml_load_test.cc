#include "daemon/base/yaml_load.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

void CheckError(const std::string& text, const std::string& expected) {
  const auto node = LoadYaml(text, "f");
  EXPECT_EQ(node.status().code(), absl::StatusCode::kInvalidArgument) << text.substr(0, 200);
  EXPECT_EQ(std::string(node.status().message()), expected) << text.substr(0, 200);
}

// Kind and position of each node, and the text of scalars.
std::string Shape(const YAML::Node& node) {
  const YamlPosition position = YamlPositionOf(node.Mark());
  std::string shape = absl::StrCat(position.line, ":", position.column, "=");
  if (node.IsNull()) return shape + "~";
  if (node.IsScalar()) {
    return shape + (node.Tag() == "!" ? "'" + node.Scalar() + "'" : node.Scalar());
  }
  if (node.IsSequence()) {
    for (const YAML::Node& item : node) absl::StrAppend(&shape, "[ ", Shape(item), " ]");
    return shape;
  }
  for (const auto& entry : node) {
    absl::StrAppend(&shape, "{ ", Shape(entry.first), " ", Shape(entry.second), " }");
  }
  return shape;
}

TEST(YamlLoadTest, NodesKnowTheirKindsTextsAndPositions) {
  const auto check = [](const std::string& text, const std::string& expected) {
    const auto node = LoadYaml(text, "f");
    ASSERT_TRUE(node.ok()) << node.status();
    EXPECT_EQ(Shape(*node), expected) << text;
  };
  check("", "1:1=~");
  check("# only words\n", "1:1=~");
  check("---\n...\n", "2:1=~");
  check("a: 1\nb: 'two'\n", "1:1={ 1:1=a 1:4=1 }{ 2:1=b 2:4='two' }");
  check("a:\n  - x\n  - \"y z\"\n", "1:1={ 1:1=a 2:3=[ 2:5=x ][ 3:5='y z' ] }");
  check("a: [x, {b: c}]", "1:1={ 1:1=a 1:4=[ 1:5=x ][ 1:8={ 1:9=b 1:12=c } ] }");
  check(
      "\xef\xbb\xbf"
      "a: 1\r\nb: 2\r\n",
      "1:1={ 1:1=a 1:4=1 }{ 2:1=b 2:4=2 }");
  check("a: |\n  x\n  y", "1:1={ 1:1=a 1:4='x\ny\n' }");
}

TEST(YamlLoadTest, RejectsBytesThatAreNotText) {
  CheckError("a: \xff", "f:1:4: byte 0xff is not valid UTF-8");
  CheckError("a: 1\nb: \xe2\x82", "f:2:4: byte 0xe2 is not valid UTF-8");
  const std::string only = "; only tab and newline are allowed";
  CheckError(std::string("a: 1\n\0", 6), "f:2:1: control character 0x00" + only);
  // yaml-cpp would take this byte for the end of the text.
  CheckError(
      "a: 1\n\x04"
      "b: 2",
      "f:2:1: control character 0x04" + only);
  // UTF-16, which yaml-cpp would guess.
  CheckError(std::string("a\0:\0 \0"
                         "1\0",
                         8),
             "f:1:2: control character 0x00" + only);
  CheckError("a: \"x\\0y\"", "f:1:4: a value has a control character" + only);
  CheckError("a: 1\nb: \"\\e[31m\"", "f:2:4: a value has a control character" + only);
}

TEST(YamlLoadTest, RejectsTextThatIsNotYaml) {
  CheckError("a: [1", "f:1:6: end of sequence flow not found");
  CheckError("a: 1\n  b: 2", "f:2:4: illegal map value");
  CheckError("a: *nobody", "f:1:4: the referenced anchor is not defined");
  CheckError("a: \"\\x", "f:1:7: bad character found while scanning hex number");
  CheckError("\"#\\U\n", "f:2:1: bad character found while scanning hex number");
}

TEST(YamlLoadTest, RejectsWhatSettingsDoNotNeed) {
  CheckError("a: 1\n---\nb: 2", "f:2:1: a second document; one is allowed");
  CheckError("a: !!int 1", "f:1:4: tag \"tag:yaml.org,2002:int\"; tags are not allowed");
  CheckError("a: !x [1]", "f:1:4: tag \"!x\"; tags are not allowed");
  const std::string anchor = "an anchor (&name) or alias (*name); write the value out each time";
  CheckError("a: &x 1\nb: *x", "f:1:4: " + anchor);
  CheckError("a: &x [1]", "f:1:4: " + anchor);
  CheckError("a:\n  &x {b: 1}", "f:2:3: " + anchor);
  CheckError("a: &x\nb: 1", "f:1:4: " + anchor);
  CheckError("a: &x [*x]", "f:1:4: " + anchor);
}

TEST(YamlLoadTest, RejectsAStringWithoutItsEnd) {
  CheckError("x: 1\na: \"open\nb: 2\n", "f:4:1: illegal EOF in scalar");
  CheckError("\xef\xbb\xbfx: 1\r\na: 'open\r\nb: 2", "f:3:5: illegal EOF in scalar");
  const auto check = [](const std::string& text, bool closed) {
    EXPECT_EQ(LoadYaml(text, "f").ok(), closed) << text;
  };
  for (const std::string end : {"", "\n", "\r\n", "\n\n", " ", "\n# it's", "\n  "}) {
    check("a: 'it''s" + end, false);
    check("a: 'it''s''" + end, false);
    check("a: '''" + end, false);
    check("a: \"x\\\"" + end, false);
    check("a: \"" + end, false);
    check("a: ! 'x" + end, false);
    check("\"" + end, false);
    check("[a, 'x" + end, false);
  }
  check("a: 'it''s'", true);
  check("a: ''''", true);
  check("a: ''", true);
  check("a: 'x' # don't", true);
  check("a: \"x\" # 5\"", true);
  check("a: \"x\\\\\"", true);
  check("a: \"\"", true);
  check("'a': 5'", true);
  check("a: |\n  \"x\n", true);
}

TEST(YamlLoadTest, RejectsTextBeyondEachLimit) {
  const auto ok = [](const std::string& text) { return LoadYaml(text, "f").ok(); };
  EXPECT_TRUE(ok(std::string(kYamlDepthMax, '[') + std::string(kYamlDepthMax, ']')));
  CheckError(std::string(kYamlDepthMax + 1, '[') + std::string(kYamlDepthMax + 1, ']'),
             "f:1:33: nested deeper than 32 levels");
  EXPECT_FALSE(ok(std::string(1'000'000, '[')));
  EXPECT_FALSE(ok(std::string(100'000, '{')));
  std::string nested;
  for (int i = 0; i < 100'000; ++i) nested += "- ";
  EXPECT_FALSE(ok(nested));

  std::string list = "[1";
  for (size_t i = 2; i < kYamlValuesMax; ++i) list += ",1";
  EXPECT_TRUE(ok(list + "]"));
  CheckError(list + ",1]", "f:1:400000: more than 200000 values");

  EXPECT_TRUE(ok(std::string(kYamlBytesMax, 'a')));
  CheckError(std::string(kYamlBytesMax + 1, 'a'),
             "f:1:1: the text has 4194305 bytes; at most 4194304 are allowed");
}

}  // namespace
}  // namespace gmewatch
