#include "daemon/base/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "daemon/base/utf8.h"

namespace gmewatch {
namespace {

YamlPosition PositionOf(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {mark.line + 1, mark.column + 1};
}

// yaml-cpp may look for more than there is: then the end of the line, or of the text, is meant.
YamlPosition Within(absl::string_view text, YamlPosition position) {
  size_t begin = 0;
  for (int line = 1; line < position.line; ++line) {
    const size_t end = text.find('\n', begin);
    if (end == absl::string_view::npos) {
      position.line = line;
      position.column = static_cast<int>(text.size()) + 1;
      break;
    }
    begin = end + 1;
  }
  const size_t length = std::min(text.find('\n', begin), text.size()) - begin;
  position.column = std::min(position.column, static_cast<int>(length) + 1);
  return position;
}

bool IsControl(char c) {
  return (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

// Takes yaml-cpp's events. After the first fault it lets the rest pass by: to throw would be the
// only way to stop the parser.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(absl::string_view file) : file_(file) {}

  // What the events made; OK and an empty tree where there was no document.
  const absl::Status& status() const { return status_; }
  YamlTree TakeTree() { return std::move(tree_); }
  // Of the scalar that ends last, properties such as an anchor included.
  const YAML::Mark& last_scalar() const { return last_scalar_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) Fail(mark, "the document ended before this, one is allowed");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    AddNode(mark, YamlKind::kNull, "", anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    Open(mark, YamlKind::kList, tag, anchor);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    Open(mark, YamlKind::kMap, tag, anchor);
  }
  void OnMapEnd() override { Close(); }

 private:
  void Fail(const YAML::Mark& mark, absl::string_view what) {
    if (status_.ok()) status_ = YamlError(file_, PositionOf(mark), what);
  }
  // Null once a fault was met.
  YamlNode* AddNode(const YAML::Mark& mark, YamlKind kind, absl::string_view tag,
                    YAML::anchor_t anchor);
  void Open(const YAML::Mark& mark, YamlKind kind, absl::string_view tag, YAML::anchor_t anchor);
  void Close() {
    if (status_.ok()) open_.pop_back();
  }

  const absl::string_view file_;
  absl::Status status_;
  YamlTree tree_;
  int documents_ = 0;
  YAML::Mark last_scalar_;
  std::vector<size_t> open_;  // lists and maps around the next event
  absl::flat_hash_map<YAML::anchor_t, size_t> anchors_;
};

YamlNode* TreeBuilder::AddNode(const YAML::Mark& mark, YamlKind kind, absl::string_view tag,
                               YAML::anchor_t anchor) {
  if (!status_.ok()) return nullptr;
  // yaml-cpp's marks of "no tag": none or "?", and "!" for a scalar that is quoted or in block
  // form.
  if (!tag.empty() && tag != "?" && tag != "!") {
    Fail(mark, absl::StrCat("tag \"", absl::Utf8SafeCHexEscape(tag), "\", none is allowed"));
    return nullptr;
  }
  if (tree_.nodes.size() >= kYamlValuesMax) {
    Fail(mark, absl::StrCat("more than ", kYamlValuesMax, " values"));
    return nullptr;
  }
  const size_t index = tree_.nodes.size();
  YamlNode& node = tree_.nodes.emplace_back();
  node.kind = kind;
  node.position = PositionOf(mark);
  if (!open_.empty()) tree_.nodes[open_.back()].children.push_back(index);
  if (anchor != YAML::NullAnchor) anchors_[anchor] = index;
  return &node;
}

void TreeBuilder::Open(const YAML::Mark& mark, YamlKind kind, absl::string_view tag,
                       YAML::anchor_t anchor) {
  if (AddNode(mark, kind, tag, anchor) == nullptr) return;
  if (open_.size() >= kYamlDepthMax) {
    Fail(mark, absl::StrCat("nested deeper than ", kYamlDepthMax));
    return;
  }
  open_.push_back(tree_.nodes.size() - 1);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  if (absl::c_any_of(value, IsControl)) {
    Fail(mark, "a value has a control character, of these only tab and newline are allowed");
  }
  YamlNode* node = AddNode(mark, YamlKind::kScalar, tag, anchor);
  if (node == nullptr) return;
  node->text = value;
  node->plain = tag != "!";
  last_scalar_ = mark;
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (!status_.ok()) return;
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end() || open_.empty() || absl::c_linear_search(open_, found->second)) {
    Fail(mark, "an alias stands inside of what it names");
    return;
  }
  tree_.nodes[open_.back()].children.push_back(found->second);
}

// yaml-cpp guesses other encodings and takes the byte 4 for the end of the text, so what YAML
// forbids is found before.
absl::Status CheckBytes(absl::string_view text, absl::string_view file) {
  if (text.size() > kYamlBytesMax) {
    return YamlError(file, {},
                     absl::StrCat("the text has ", text.size(), " bytes, at most ", kYamlBytesMax,
                                  " are allowed"));
  }
  const absl::string_view valid = text.substr(0, Utf8PrefixBytes(text));
  const auto at = static_cast<size_t>(absl::c_find_if(valid, IsControl) - valid.begin());
  if (at == text.size()) return absl::OkStatus();
  YamlPosition position;
  for (const char c : text.substr(0, at)) {
    position = c == '\n' ? YamlPosition{position.line + 1, 1}
                         : YamlPosition{position.line, position.column + 1};
  }
  const auto byte = absl::Hex(static_cast<unsigned char>(text[at]), absl::kZeroPad2);
  if (at == valid.size()) {
    return YamlError(file, position, absl::StrCat("byte 0x", byte, " is not valid UTF-8"));
  }
  return YamlError(
      file, position,
      absl::StrCat("control character 0x", byte, ", of these only tab and newline are allowed"));
}

// yaml-cpp lets the end of the text stand for a missing quote, so that a string could swallow the
// settings after it.
bool IsClosed(absl::string_view text, const YAML::Mark& scalar) {
  absl::ConsumePrefix(&text, "\xef\xbb\xbf");  // yaml-cpp counts without it
  text.remove_prefix(std::min(text.size(), static_cast<size_t>(scalar.pos)));
  while (absl::StartsWith(text, "&") || absl::StartsWith(text, "!")) {
    text.remove_prefix(std::min(text.size(), text.find_first_of(" \t\r\n")));
    text = absl::StripLeadingAsciiWhitespace(text);
  }
  if (!absl::StartsWith(text, "\"") && !absl::StartsWith(text, "'")) return true;
  const char quote = text[0];
  for (size_t i = 1; i < text.size(); ++i) {
    // Within double quotes a backslash takes away the meaning of what follows, within single quotes
    // a second one does.
    const bool pair = quote == '"' ? text[i] == '\\' : text.substr(i, 2) == "''";
    if (!pair && text[i] == quote) return true;
    if (pair) ++i;
  }
  return false;
}

}  // namespace

absl::Status YamlError(absl::string_view file, YamlPosition position, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(file, ":", position.line, ":", position.column, ": ", what));
}

absl::StatusOr<YamlTree> ReadYamlTree(absl::string_view text, absl::string_view file) {
  absl::Status checked = CheckBytes(text, file);
  if (!checked.ok()) return checked;
  TreeBuilder builder(file);
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    // The second call sees whether anything follows the document.
    if (parser.HandleNextDocument(builder)) parser.HandleNextDocument(builder);
  } catch (const YAML::Exception& e) {
    // A fault met before is nearer to the cause.
    if (builder.status().ok()) return YamlError(file, Within(text, PositionOf(e.mark)), e.msg);
  }
  if (!builder.status().ok()) return builder.status();
  if (!IsClosed(text, builder.last_scalar())) {
    return YamlError(file, PositionOf(builder.last_scalar()), "a quoted string without its end");
  }
  YamlTree tree = builder.TakeTree();
  if (tree.nodes.empty()) tree.nodes.emplace_back();
  return tree;
}

}  // namespace gmewatch
