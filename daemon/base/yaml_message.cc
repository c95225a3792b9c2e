#include "daemon/base/yaml_message.h"

#include <cstdlib>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"

namespace gmewatch {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Duration;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Long enough for a misspelt name, short enough for a line.
constexpr size_t kShownBytesMax = 64;

std::string Quoted(absl::string_view text) {
  const bool cut = text.size() > kShownBytesMax;
  return absl::StrCat("\"", absl::Utf8SafeCHexEscape(text.substr(0, kShownBytesMax)), "\"",
                      cut ? "..." : "");
}

std::string FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  names.reserve(static_cast<size_t>(type.field_count()));
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return absl::StrJoin(names, ", ");
}

bool IsDuration(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type() == Duration::descriptor();
}

// What a value of the field looks like, for people.
template <typename T>
std::string WholeNumber() {
  return absl::StrCat("a whole number from ", std::numeric_limits<T>::min(), " to ",
                      std::numeric_limits<T>::max());
}

// Decimal digits in their one form: YAML 1.1 takes 010 for eight and 1.2 for ten, so neither is
// guessed.
template <typename T>
bool ParseWholeNumber(const YamlNode& node, T* number) {
  absl::string_view digits = node.text;
  if (!node.plain || digits.empty()) return false;
  if (digits[0] == '-') digits.remove_prefix(1);
  if (digits.empty() || (digits.size() > 1 && digits[0] == '0')) return false;
  for (const char c : digits) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return absl::SimpleAtoi(node.text, number);
}

// Digits, perhaps a sign and a point, such as 0.25; neither an exponent nor "inf" or "nan".
bool ParseDecimal(const YamlNode& node, double* number) {
  absl::string_view digits = node.text;
  if (!node.plain || digits.empty()) return false;
  if (digits[0] == '-') digits.remove_prefix(1);
  const std::vector<absl::string_view> parts = absl::StrSplit(digits, '.');
  const auto is_digits = [](absl::string_view part) {
    return !part.empty() && absl::c_all_of(part, absl::ascii_isdigit);
  };
  return parts.size() <= 2 && absl::c_all_of(parts, is_digits) &&
         absl::SimpleAtod(node.text, number);
}

bool ParseDuration(const YamlNode& node, Duration* duration) {
  absl::Duration parsed;
  if (!absl::ParseDuration(node.text, &parsed)) return false;
  if (absl::AbsDuration(parsed) == absl::InfiniteDuration()) return false;
  absl::Duration rest;
  duration->set_seconds(absl::IDivDuration(parsed, absl::Seconds(1), &rest));
  duration->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return true;
}

class Reader {
 public:
  Reader(const YamlTree& tree, absl::string_view file) : tree_(tree), file_(file), fields_(file) {}

  absl::Status ReadRoot(Message* message) {
    fields_.Add("", tree_.nodes[0].position);
    return ReadMessage(tree_.nodes[0], "", message);
  }
  YamlFields TakeFields() { return std::move(fields_); }

 private:
  absl::Status Error(YamlPosition position, absl::string_view what) const {
    return YamlError(file_, position, what);
  }
  absl::Status WrongValue(const YamlNode& node, const FieldDescriptor& field,
                          absl::string_view allowed) const;
  // Counts what the values read so far would be if no alias was used.
  absl::Status Spend(const YamlNode& node);

  absl::Status ReadMessage(const YamlNode& map, const std::string& path, Message* message);
  absl::Status ReadField(const YamlNode& key, const YamlNode& value, const std::string& path,
                         Message* message);
  absl::Status ReadList(const YamlNode& list, const FieldDescriptor& field, const std::string& path,
                        Message* message);
  // Sets the field, or adds to it where it is repeated.
  absl::Status ReadValue(const YamlNode& node, const FieldDescriptor& field,
                         const std::string& path, Message* message);
  absl::Status ReadMessageValue(const YamlNode& node, const FieldDescriptor& field,
                                const std::string& path, Message* message);
  template <typename T>
  absl::Status ReadNumber(const YamlNode& node, const FieldDescriptor& field, Message* message,
                          void (Reflection::*set)(Message*, const FieldDescriptor*, T) const,
                          void (Reflection::*add)(Message*, const FieldDescriptor*, T) const);

  const YamlTree& tree_;
  const absl::string_view file_;
  YamlFields fields_;
  size_t values_ = 0;
  size_t text_bytes_ = 0;
};

absl::Status Reader::WrongValue(const YamlNode& node, const FieldDescriptor& field,
                                absl::string_view allowed) const {
  const bool show = node.kind == YamlKind::kScalar &&
                    field.cpp_type() != FieldDescriptor::CPPTYPE_STRING && !field.is_repeated();
  return Error(node.position, absl::StrCat(field.name(), " must be ", allowed,
                                           show ? absl::StrCat(", not ", Quoted(node.text)) : ""));
}

absl::Status Reader::Spend(const YamlNode& node) {
  text_bytes_ += node.text.size();
  if (++values_ <= kYamlValuesMax && text_bytes_ <= kYamlBytesMax) return absl::OkStatus();
  return Error(node.position, absl::StrCat("aliases spell out more than ", kYamlValuesMax,
                                           " values or ", kYamlBytesMax, " bytes"));
}

absl::Status Reader::ReadMessage(const YamlNode& map, const std::string& path, Message* message) {
  if (map.kind == YamlKind::kNull) return absl::OkStatus();
  const Descriptor& type = *message->GetDescriptor();
  if (map.kind != YamlKind::kMap) {
    return Error(map.position,
                 absl::StrCat(type.name(), " must be a mapping of ", FieldNames(type)));
  }
  for (size_t i = 0; i + 1 < map.children.size(); i += 2) {
    absl::Status status =
        ReadField(tree_.nodes[map.children[i]], tree_.nodes[map.children[i + 1]], path, message);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadField(const YamlNode& key, const YamlNode& value, const std::string& path,
                               Message* message) {
  const Descriptor& type = *message->GetDescriptor();
  const FieldDescriptor* field =
      key.kind == YamlKind::kScalar ? type.FindFieldByName(key.text) : nullptr;
  if (field == nullptr) {
    const std::string name = key.kind == YamlKind::kScalar ? Quoted(key.text) : "that is no word";
    return Error(key.position, absl::StrCat("unknown field ", name, " in ", type.name(),
                                            "; allowed: ", FieldNames(type)));
  }
  const std::string field_path = path.empty() ? field->name() : path + "." + field->name();
  // yaml-cpp has nothing to point at where a value is left out.
  const YamlPosition position = value.kind == YamlKind::kNull ? key.position : value.position;
  if (fields_.Has(field_path)) {
    return Error(key.position, absl::StrCat("field \"", field->name(),
                                            "\" is given a second time, the first is in line ",
                                            fields_.Position(field_path).line));
  }
  fields_.Add(field_path, position);
  if (field->is_repeated()) return ReadList(value, *field, field_path, message);
  return ReadValue(value, *field, field_path, message);
}

absl::Status Reader::ReadList(const YamlNode& list, const FieldDescriptor& field,
                              const std::string& path, Message* message) {
  if (list.kind == YamlKind::kNull) return absl::OkStatus();
  if (list.kind != YamlKind::kList) return WrongValue(list, field, "a list");
  for (size_t i = 0; i < list.children.size(); ++i) {
    const YamlNode& item = tree_.nodes[list.children[i]];
    const std::string item_path = absl::StrCat(path, "[", i, "]");
    fields_.Add(item_path, item.position);
    absl::Status status = ReadValue(item, field, item_path, message);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadValue(const YamlNode& node, const FieldDescriptor& field,
                               const std::string& path, Message* message) {
  if (absl::Status spent = Spend(node); !spent.ok()) return spent;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !IsDuration(field)) {
    return ReadMessageValue(node, field, path, message);
  }
  if (node.kind == YamlKind::kNull) {
    return Error(fields_.Position(path), absl::StrCat(field.name(), " has no value"));
  }
  const Reflection& reflection = *message->GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL: {
      const bool on = node.text == "true";
      if (!node.plain || (!on && node.text != "false")) {
        return WrongValue(node, field, "true or false");
      }
      field.is_repeated() ? reflection.AddBool(message, &field, on)
                          : reflection.SetBool(message, &field, on);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_STRING:
      if (node.kind != YamlKind::kScalar) return WrongValue(node, field, "a string");
      field.is_repeated() ? reflection.AddString(message, &field, node.text)
                          : reflection.SetString(message, &field, node.text);
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_INT32:
      return ReadNumber<int32_t>(node, field, message, &Reflection::SetInt32,
                                 &Reflection::AddInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return ReadNumber<int64_t>(node, field, message, &Reflection::SetInt64,
                                 &Reflection::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return ReadNumber<uint32_t>(node, field, message, &Reflection::SetUInt32,
                                  &Reflection::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return ReadNumber<uint64_t>(node, field, message, &Reflection::SetUInt64,
                                  &Reflection::AddUInt64);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ReadMessageValue(node, field, path, message);
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      double number = 0;
      if (!ParseDecimal(node, &number)) return WrongValue(node, field, "a number such as 2 or 0.5");
      reflection.SetDouble(message, &field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_ENUM:
      break;
  }
  std::abort();  // the schema is ours, and the header says what it may hold
}

template <typename T>
absl::Status Reader::ReadNumber(const YamlNode& node, const FieldDescriptor& field,
                                Message* message,
                                void (Reflection::*set)(Message*, const FieldDescriptor*, T) const,
                                void (Reflection::*add)(Message*, const FieldDescriptor*, T)
                                    const) {
  T number = 0;
  if (!ParseWholeNumber(node, &number)) return WrongValue(node, field, WholeNumber<T>());
  (message->GetReflection()->*(field.is_repeated() ? add : set))(message, &field, number);
  return absl::OkStatus();
}

absl::Status Reader::ReadMessageValue(const YamlNode& node, const FieldDescriptor& field,
                                      const std::string& path, Message* message) {
  const Reflection& reflection = *message->GetReflection();
  Message* inner = field.is_repeated() ? reflection.AddMessage(message, &field)
                                       : reflection.MutableMessage(message, &field);
  if (!IsDuration(field)) return ReadMessage(node, path, inner);
  Duration duration;
  const bool parsed = ParseDuration(node, &duration);
  inner->CopyFrom(duration);
  return parsed ? absl::OkStatus() : WrongValue(node, field, "a duration such as 5ms, 10s or 24h");
}

}  // namespace

YamlPosition YamlFields::Position(absl::string_view path) const {
  auto found = positions_.find(path);
  while (found == positions_.end() && !path.empty()) {
    const size_t end = path.find_last_of(".[");
    path = end == absl::string_view::npos ? "" : path.substr(0, end);
    found = positions_.find(path);
  }
  return found == positions_.end() ? YamlPosition{} : found->second;
}

absl::StatusOr<YamlFields> ReadYamlMessage(absl::string_view text, absl::string_view file,
                                           Message* message) {
  absl::StatusOr<YamlTree> tree = ReadYamlTree(text, file);
  if (!tree.ok()) return tree.status();
  Reader reader(*tree, file);
  absl::Status status = reader.ReadRoot(message);
  if (!status.ok()) return status;
  return reader.TakeFields();
}

}  // namespace gmewatch
