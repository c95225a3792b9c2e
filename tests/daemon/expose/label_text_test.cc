#include "daemon/expose/label_text.h"

#include <gtest/gtest.h>

#include <string>

namespace gmewatch {
namespace {

void CheckLabel(absl::string_view value, absl::string_view expected) {
  std::string out = "before,";
  AppendLabel("app", value, &out);
  EXPECT_EQ(out, std::string("before,app=\"").append(expected.data(), expected.size()) + "\"");
}

TEST(LabelTextTest, EscapesWhatWouldEndTheValue) {
  CheckLabel("", "");
  CheckLabel("plain", "plain");
  CheckLabel("a\\b", "a\\\\b");
  CheckLabel("a\"} 1\n", "a\\\"} 1\\n");
  CheckLabel("\\n", "\\\\n");
  CheckLabel("a{b},c=d # e\r\t", "a{b},c=d # e\r\t");
}

TEST(LabelTextTest, KeepsUtf8) {
  CheckLabel("语音 é 🎮", "语音 é 🎮");
  CheckLabel("\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF");                  // U+10FFFF
  CheckLabel("\xED\x9F\xBF\xEE\x80\x80", "\xED\x9F\xBF\xEE\x80\x80");  // beside the surrogates
}

TEST(LabelTextTest, ReplacesWhatIsNotUtf8) {
  const std::string r = "\xEF\xBF\xBD";
  CheckLabel("a\x80z", "a" + r + "z");
  CheckLabel("a\xC3", "a" + r);
  CheckLabel("\xE8\xAF", r + r);
  CheckLabel("\xC0\xAF", r + r);                  // overlong
  CheckLabel("\xE0\x80\xAF", r + r + r);          // overlong
  CheckLabel("\xF0\x80\x80\xAF", r + r + r + r);  // overlong
  CheckLabel("\xED\xA0\x80", r + r + r);          // a surrogate
  CheckLabel("\xF4\x90\x80\x80", r + r + r + r);  // beyond U+10FFFF
  CheckLabel("\xC3\"", r + "\\\"");               // a broken character hides no quote
  CheckLabel(absl::string_view("a\0b", 3), "a" + r + "b");
}

TEST(LabelTextTest, CutsAtACharactersEdge) {
  const auto check = [](absl::string_view text, size_t bytes_max, absl::string_view expected) {
    EXPECT_EQ(CutAtCharacter(text, bytes_max), expected) << text << " " << bytes_max;
  };
  check("abc", 3, "abc");
  check("abcd", 3, "abc");
  check("", 0, "");
  check("aé", 2, "a");
  check("aé", 3, "aé");
  check("语音", 5, "语");
  check("语音", 2, "");
  check("🎮", 3, "");
}

}  // namespace
}  // namespace gmewatch
