#include "daemon/base/yaml_load.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "daemon/base/utf8.h"

namespace gmewatch {
namespace {

// The position of the byte at `offset`, or of the end of the text.
YamlPosition PositionAt(absl::string_view text, size_t offset) {
  const absl::string_view before = text.substr(0, offset);
  const size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return {static_cast<int>(absl::c_count(before, '\n')) + 1,
          static_cast<int>(before.size() - line_begin) + 1};
}

bool IsControl(char c) {
  return (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

// yaml-cpp guesses other encodings and takes the byte 4 for the end of the text, so bytes that YAML
// forbids are found before it reads them.
absl::Status CheckBytes(absl::string_view text, absl::string_view file) {
  if (text.size() > kYamlBytesMax) {
    return YamlError(file, {},
                     absl::StrCat("the text has ", text.size(), " bytes; at most ", kYamlBytesMax,
                                  " are allowed"));
  }
  const absl::string_view valid = text.substr(0, Utf8PrefixBytes(text));
  const auto at = static_cast<size_t>(absl::c_find_if(valid, IsControl) - valid.begin());
  if (at == text.size()) return absl::OkStatus();
  const auto byte = absl::Hex(static_cast<unsigned char>(text[at]), absl::kZeroPad2);
  return YamlError(file, PositionAt(text, at),
                   at == valid.size() ? absl::StrCat("byte 0x", byte, " is not valid UTF-8")
                                      : absl::StrCat("control character 0x", byte,
                                                     "; only tab and newline are allowed"));
}

// Finds what YAML allows and we do not, and what a YAML::Node does not show: anchors, aliases,
// explicit tags, further documents, and all that is beyond a limit. After the first fault it
// ignores the rest, because only an exception could stop the parser.
class Checker final : public YAML::EventHandler {
 public:
  explicit Checker(absl::string_view file) : file_(file) {}

  const absl::Status& status() const { return status_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) Fail(mark, "a second document; one is allowed");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { Check(mark, "", anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override { Check(mark, "", anchor); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Check(mark, tag, anchor);
    if (absl::c_any_of(value, IsControl)) {
      Fail(mark, "a value has a control character; only tab and newline are allowed");
    }
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    Open(mark, tag, anchor);
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    Open(mark, tag, anchor);
  }
  void OnMapEnd() override { --depth_; }

 private:
  void Fail(const YAML::Mark& mark, absl::string_view what) {
    if (status_.ok()) status_ = YamlError(file_, YamlPositionOf(mark), what);
  }
  void Check(const YAML::Mark& mark, absl::string_view tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      Fail(mark, "an anchor (&name) or alias (*name); write the value out each time");
    }
    // yaml-cpp's own tags: none or "?", and "!" for a scalar that is quoted or in block form.
    if (!tag.empty() && tag != "?" && tag != "!") {
      Fail(mark, absl::StrCat("tag \"", absl::Utf8SafeCHexEscape(tag), "\"; tags are not allowed"));
    }
    if (++values_ > kYamlValuesMax) {
      Fail(mark, absl::StrCat("more than ", kYamlValuesMax, " values"));
    }
  }
  void Open(const YAML::Mark& mark, absl::string_view tag, YAML::anchor_t anchor) {
    Check(mark, tag, anchor);
    if (++depth_ > kYamlDepthMax) {
      Fail(mark, absl::StrCat("nested deeper than ", kYamlDepthMax, " levels"));
    }
  }

  const absl::string_view file_;
  absl::Status status_;
  int documents_ = 0;
  size_t values_ = 0;
  size_t depth_ = 0;
};

}  // namespace

YamlPosition YamlPositionOf(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {mark.line + 1, mark.column + 1};
}

absl::StatusOr<YAML::Node> LoadYaml(absl::string_view text, absl::string_view file) {
  absl::ConsumePrefix(&text, "\xef\xbb\xbf");  // a byte order mark, which has no column
  absl::Status status = CheckBytes(text, file);
  if (!status.ok()) return status;
  // yaml-cpp takes the end of the text for a missing quote, so a string could swallow the fields
  // behind it; with a comment at the end it reports the quote.
  const std::string padded = absl::StrCat(text, "\n#");
  Checker checker(file);
  try {
    std::istringstream in(padded);
    YAML::Parser parser(in);
    // The second call sees whether anything follows the document.
    if (parser.HandleNextDocument(checker)) parser.HandleNextDocument(checker);
    if (!checker.status().ok()) return checker.status();
    return YAML::Load(padded);
  } catch (const YAML::Exception& e) {
    // A fault found before is nearer to the cause. A mark may be behind the text, or be missing if
    // the fault is that the text ends.
    if (!checker.status().ok()) return checker.status();
    return YamlError(file, PositionAt(text, static_cast<size_t>(e.mark.pos)), e.msg);
  }
}

}  // namespace gmewatch
