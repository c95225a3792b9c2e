#include "daemon/base/yaml_tree.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace gmewatch {
namespace {

void Check(const std::string& text, const std::string& expected_error) {
  const auto tree = ReadYamlTree(text, "f");
  EXPECT_EQ(tree.status().code(), absl::StatusCode::kInvalidArgument) << text.substr(0, 200);
  EXPECT_EQ(std::string(tree.status().message()), expected_error) << text.substr(0, 200);
}

// Kind and position of each node, and the text.
std::string Shape(const YamlTree& tree, size_t index) {
  const YamlNode& node = tree.nodes[index];
  std::string shape = absl::StrCat(node.position.line, ":", node.position.column, "=");
  switch (node.kind) {
    case YamlKind::kNull:
      return shape + "~";
    case YamlKind::kScalar:
      return shape + (node.plain ? node.text : "'" + node.text + "'");
    case YamlKind::kList:
    case YamlKind::kMap:
      break;
  }
  shape += node.kind == YamlKind::kMap ? "{" : "[";
  for (const size_t child : node.children) absl::StrAppend(&shape, " ", Shape(tree, child));
  return shape + (node.kind == YamlKind::kMap ? " }" : " ]");
}

TEST(YamlTreeTest, GivesKindsTextsAndPositions) {
  const auto check = [](const std::string& text, const std::string& expected) {
    const auto tree = ReadYamlTree(text, "f");
    ASSERT_TRUE(tree.ok()) << tree.status();
    EXPECT_EQ(Shape(*tree, 0), expected) << text;
  };
  check("", "1:1=~");
  check("# only words\n", "1:1=~");
  check("---\n...\n", "2:1=~");
  check("a: 1\nb: 'two'\n", "1:1={ 1:1=a 1:4=1 2:1=b 2:4='two' }");
  check("a:\n  - x\n  - \"y z\"\n", "1:1={ 1:1=a 2:3=[ 2:5=x 3:5='y z' ] }");
  check("a: [x, {b: c}]", "1:1={ 1:1=a 1:4=[ 1:5=x 1:8={ 1:9=b 1:12=c } ] }");
  check(
      "\xef\xbb\xbf"
      "a: 1\r\nb: 2\r\n",
      "1:1={ 1:1=a 1:4=1 2:1=b 2:4=2 }");
  check("a: &x [1]\nb: *x", "1:1={ 1:1=a 1:4=[ 1:8=1 ] 2:1=b 1:4=[ 1:8=1 ] }");
}

TEST(YamlTreeTest, RefusesBytesThatAreNoText) {
  Check("a: \xff", "f:1:4: byte 0xff is not valid UTF-8");
  Check("a: 1\nb: \xe2\x82", "f:2:4: byte 0xe2 is not valid UTF-8");
  Check(std::string("a: 1\n\0", 6),
        "f:2:1: control character 0x00, of these only tab and newline are allowed");
  // yaml-cpp would take it for the end of the text.
  Check(
      "a: 1\n\x04"
      "b: 2",
      "f:2:1: control character 0x04, of these only tab and newline are allowed");
  // UTF-16, which yaml-cpp would guess.
  Check(std::string("a\0:\0 \0"
                    "1\0",
                    8),
        "f:1:2: control character 0x00, of these only tab and newline are allowed");
  Check("a: \"x\\0y\"",
        "f:1:4: a value has a control character, of these only tab and newline are allowed");
  Check("a: 1\nb: \"\\e[31m\"",
        "f:2:4: a value has a control character, of these only tab and newline are allowed");
}

TEST(YamlTreeTest, RefusesWhatIsNoYaml) {
  Check("a: [1", "f:1:1: end of sequence flow not found");
  Check("a: 1\n  b: 2", "f:2:4: illegal map value");
  Check("a: *nobody", "f:1:4: the referenced anchor is not defined");
  Check("a: 1\n---\nb: 2", "f:2:1: the document ended before this, one is allowed");
  Check("\"#\\U\n", "f:2:1: bad character found while scanning hex number");
  Check("a: \"\\x", "f:1:7: bad character found while scanning hex number");
  Check("a: !!int 1", "f:1:4: tag \"tag:yaml.org,2002:int\", none is allowed");
}

TEST(YamlTreeTest, RefusesAStringWithoutItsEnd) {
  Check("x: 1\na: \"open\nb: 2\n", "f:2:4: a quoted string without its end");
  Check("\xef\xbb\xbfx: 1\r\na: 'open\r\nb: 2\r\n", "f:2:4: a quoted string without its end");
  const auto check = [](const std::string& text, bool closed) {
    EXPECT_EQ(ReadYamlTree(text, "f").ok(), closed) << text;
  };
  check("a: 'it''s", false);
  check("a: 'it''s''", false);
  check("a: 'it''s'", true);
  check("a: ''''", true);
  check("a: '''", false);
  check("a: ''", true);
  check("a: 'x' # don't", true);
  check("a: \"x\" # 5\"", true);
  check("a: \"x\\\"", false);
  check("a: \"x\\\\\"", true);
  check("a: \"\"", true);
  check("a: \"", false);
  check("a: &n \"x", false);
  check("a: &n \"x\"", true);
  check("a: ! 'x", false);
  check("'a': 5'", true);
  check("\"", false);
  check("a: |\n  \"x\n", true);
}

TEST(YamlTreeTest, RefusesBeyondEachLimit) {
  const auto ok = [](const std::string& text) { return ReadYamlTree(text, "f").ok(); };
  EXPECT_TRUE(ok(std::string(kYamlDepthMax, '[') + std::string(kYamlDepthMax, ']')));
  Check(std::string(kYamlDepthMax + 1, '[') + std::string(kYamlDepthMax + 1, ']'),
        "f:1:33: nested deeper than 32");
  EXPECT_FALSE(ok(std::string(1'000'000, '[')));
  EXPECT_FALSE(ok(std::string(100'000, '{')));

  std::string list = "[1";
  for (size_t i = 2; i < kYamlValuesMax; ++i) list += ",1";
  EXPECT_TRUE(ok(list + "]"));
  Check(list + ",1]", "f:1:400000: more than 200000 values");

  EXPECT_TRUE(ok(std::string(kYamlBytesMax, 'a')));
  Check(std::string(kYamlBytesMax + 1, 'a'),
        "f:1:1: the text has 4194305 bytes, at most 4194304 are allowed");
}

TEST(YamlTreeTest, KeepsAliasesAsTheSameNode) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 100; ++i) {
    absl::StrAppend(&text, "a", i, ": &a", i, " [*a", i - 1, ", *a", i - 1, "]\n");
  }
  const auto tree = ReadYamlTree(text, "f");
  ASSERT_TRUE(tree.ok()) << tree.status();
  EXPECT_LT(tree->nodes.size(), 300U);
  Check("a: &a [*a]", "f:1:8: an alias stands inside of what it names");
  Check("&a {b: {c: *a}}", "f:1:12: an alias stands inside of what it names");
}

}  // namespace
}  // namespace gmewatch
