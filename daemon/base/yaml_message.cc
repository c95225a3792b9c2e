// allow(length): a case for each type of a field
#include "daemon/base/yaml_message.h"

#include <cstdlib>
#include <limits>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "daemon/base/yaml_load.h"
#include "gmewatch/internal/setting.pb.h"
#include "google/protobuf/descriptor.h"

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

bool IsDuration(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type() == Duration::descriptor();
}

const internal::Setting& SettingOf(const FieldDescriptor& field) {
  return field.options().GetExtension(internal::setting);
}

std::string FieldNames(const Descriptor& type) {
  std::string names;
  for (int i = 0; i < type.field_count(); ++i) {
    absl::StrAppend(&names, i == 0 ? "" : ", ", type.field(i)->name());
  }
  return names;
}

std::string ValueNames(const google::protobuf::EnumDescriptor& type) {
  std::string names = "one of ";
  for (int i = 0; i < type.value_count(); ++i) {
    absl::StrAppend(&names, i == 0 ? "" : ", ", type.value(i)->name());
  }
  return names;
}

// Digits with an optional minus, and with an optional point for a decimal. YAML 1.1 would also take
// 010 for eight, 1e3 and .inf for numbers: none of these is guessed.
bool IsNumber(absl::string_view text, bool decimal) {
  absl::ConsumePrefix(&text, "-");
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  const auto is_digits = [](absl::string_view part) {
    return !part.empty() && absl::c_all_of(part, absl::ascii_isdigit);
  };
  if (parts.size() > (decimal ? 2 : 1) || !absl::c_all_of(parts, is_digits)) return false;
  return decimal || text.size() == 1 || text[0] != '0';
}

template <typename T>
using Setter = void (Reflection::*)(Message*, const FieldDescriptor*, T) const;

template <typename T>
std::string SetNumber(absl::string_view text, const FieldDescriptor& field, Message* message,
                      Setter<T> set, Setter<T> add) {
  T number = 0;
  if (!IsNumber(text, false) || !absl::SimpleAtoi(text, &number)) {
    return absl::StrCat("a whole number from ", std::numeric_limits<T>::min(), " to ",
                        std::numeric_limits<T>::max());
  }
  (message->GetReflection()->*(field.is_repeated() ? add : set))(message, &field, number);
  return "";
}

bool ParseFinite(absl::string_view text, absl::Duration* duration) {
  return absl::ParseDuration(text, duration) &&
         absl::AbsDuration(*duration) != absl::InfiniteDuration();
}

// Sets a field that is neither a string nor a message of ours, or adds to it if it is repeated.
// Returns what is allowed if the text is not such a value, else an empty string.
std::string SetValue(absl::string_view text, const FieldDescriptor& field, Message* message) {
  const Reflection& reflection = *message->GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return "true or false";
      field.is_repeated() ? reflection.AddBool(message, &field, text == "true")
                          : reflection.SetBool(message, &field, text == "true");
      return "";
    case FieldDescriptor::CPPTYPE_INT32:
      return SetNumber(text, field, message, &Reflection::SetInt32, &Reflection::AddInt32);
    case FieldDescriptor::CPPTYPE_UINT32:
      return SetNumber(text, field, message, &Reflection::SetUInt32, &Reflection::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return SetNumber(text, field, message, &Reflection::SetUInt64, &Reflection::AddUInt64);
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      double number = 0;
      if (!IsNumber(text, true) || !absl::SimpleAtod(text, &number)) {
        return "a number such as 2 or 0.5";
      }
      reflection.SetDouble(message, &field, number);
      return "";
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      absl::Duration parsed;
      if (!ParseFinite(text, &parsed)) return "a duration such as 5ms, 10s or 24h";
      Duration duration;
      duration.set_seconds(absl::IDivDuration(parsed, absl::Seconds(1), &parsed));
      duration.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(parsed)));
      (field.is_repeated() ? reflection.AddMessage(message, &field)
                           : reflection.MutableMessage(message, &field))
          ->CopyFrom(duration);
      return "";
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = field.enum_type()->FindValueByName(std::string(text));
      if (value == nullptr) return ValueNames(*field.enum_type());
      reflection.SetEnum(message, &field, value);
      return "";
    }
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_STRING:
      break;
  }
  std::abort();  // the schema is ours, and the header says what it may hold
}

// A number, or a duration in seconds. REQUIRES: SetValue took the text. Every limit that a schema
// could have is small enough for a double to be exact beside it.
double SizeOf(absl::string_view text, const FieldDescriptor& field) {
  double number = 0;
  absl::Duration duration;
  if (!IsDuration(field)) return absl::SimpleAtod(text, &number) ? number : 0;
  return ParseFinite(text, &duration) ? absl::ToDoubleSeconds(duration) : 0;
}

// Returns the range of the schema if the text is outside of it, else an empty string.
std::string RangeLeft(absl::string_view text, const FieldDescriptor& field) {
  const internal::Setting& setting = SettingOf(field);
  if (setting.min().empty()) return "";
  const double size = SizeOf(text, field);
  if (size >= SizeOf(setting.min(), field) && size <= SizeOf(setting.max(), field)) return "";
  return absl::StrCat("from ", setting.min(), " to ", setting.max());
}

class Reader {
 public:
  explicit Reader(absl::string_view file) : file_(file), fields_(file) {}

  absl::Status ReadMessage(const YAML::Node& map, const std::string& path, Message* message);
  YamlFields TakeFields() { return std::move(fields_); }

 private:
  absl::Status Error(const YAML::Node& node, absl::string_view what) const {
    return YamlError(file_, YamlPositionOf(node.Mark()), what);
  }
  absl::Status UnknownField(const YAML::Node& key, const std::string& path,
                            const Descriptor& type) const;
  absl::Status ReadField(const YAML::Node& key, const YAML::Node& value, const std::string& path,
                         Message* message);
  absl::Status ReadList(const YAML::Node& list, const FieldDescriptor& field,
                        const std::string& path, Message* message);
  // Sets the field, or adds to it if it is repeated.
  absl::Status ReadValue(const YAML::Node& node, const FieldDescriptor& field,
                         const std::string& path, Message* message);

  const absl::string_view file_;
  YamlFields fields_;
};

absl::Status Reader::ReadMessage(const YAML::Node& map, const std::string& path, Message* message) {
  SetDefaults(message);
  if (path.empty()) fields_.Add(path, YamlPositionOf(map.Mark()));
  if (map.IsNull()) return absl::OkStatus();
  const Descriptor& type = *message->GetDescriptor();
  if (!map.IsMap()) {
    return Error(map, absl::StrCat(path.empty() ? "the file" : path, " must be a mapping of ",
                                   FieldNames(type)));
  }
  for (const auto& entry : map) {
    absl::Status status = ReadField(entry.first, entry.second, path, message);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Reader::UnknownField(const YAML::Node& key, const std::string& path,
                                  const Descriptor& type) const {
  const std::string name =
      absl::StrCat(key.IsScalar() ? Quoted(key.Scalar()) : "that is not a word",
                   path.empty() ? "" : " in ", path);
  for (int i = 0; key.IsScalar() && i < type.field_count(); ++i) {
    if (!absl::c_linear_search(SettingOf(*type.field(i)).formerly(), key.Scalar())) continue;
    return Error(key,
                 absl::StrCat("field ", name, " is now named \"", type.field(i)->name(), "\""));
  }
  return Error(key, absl::StrCat("unknown field ", name, "; allowed: ", FieldNames(type)));
}

absl::Status Reader::ReadField(const YAML::Node& key, const YAML::Node& value,
                               const std::string& path, Message* message) {
  const Descriptor& type = *message->GetDescriptor();
  const FieldDescriptor* field = key.IsScalar() ? type.FindFieldByName(key.Scalar()) : nullptr;
  if (field == nullptr) return UnknownField(key, path, type);
  const std::string field_path = path.empty() ? field->name() : path + "." + field->name();
  if (fields_.Has(field_path)) {
    return Error(key, absl::StrCat("field \"", field->name(), "\" appears twice, first in line ",
                                   fields_.Position(field_path).line));
  }
  // A value that is left out has no position of its own.
  fields_.Add(field_path, YamlPositionOf(value.IsNull() ? key.Mark() : value.Mark()));
  if (field->is_repeated()) return ReadList(value, *field, field_path, message);
  return ReadValue(value, *field, field_path, message);
}

absl::Status Reader::ReadList(const YAML::Node& list, const FieldDescriptor& field,
                              const std::string& path, Message* message) {
  if (list.IsNull()) return absl::OkStatus();
  if (!list.IsSequence()) return Error(list, absl::StrCat(path, " must be a list"));
  int i = 0;
  for (const YAML::Node& item : list) {
    const std::string item_path = absl::StrCat(path, "[", i++, "]");
    fields_.Add(item_path, YamlPositionOf(item.Mark()));
    absl::Status status = ReadValue(item, field, item_path, message);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Reader::ReadValue(const YAML::Node& node, const FieldDescriptor& field,
                               const std::string& path, Message* message) {
  const Reflection& reflection = *message->GetReflection();
  const bool is_duration = IsDuration(field);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !is_duration) {
    return ReadMessage(node, path,
                       field.is_repeated() ? reflection.AddMessage(message, &field)
                                           : reflection.MutableMessage(message, &field));
  }
  if (node.IsNull()) return fields_.Error(path, absl::StrCat(path, " has no value"));
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    if (!node.IsScalar()) return Error(node, absl::StrCat(path, " must be a string"));
    field.is_repeated() ? reflection.AddString(message, &field, node.Scalar())
                        : reflection.SetString(message, &field, node.Scalar());
    return absl::OkStatus();
  }
  // Only durations may be quoted. An empty text is no value of any of these types.
  const bool is_text = node.IsScalar() && (node.Tag() != "!" || is_duration);
  const std::string allowed = SetValue(is_text ? node.Scalar() : "", field, message);
  if (!allowed.empty()) {
    const bool show = node.IsScalar() && !field.is_repeated();
    return Error(node, absl::StrCat(path, " must be ", allowed,
                                    show ? absl::StrCat(", not ", Quoted(node.Scalar())) : ""));
  }
  const std::string range = RangeLeft(node.Scalar(), field);
  if (range.empty()) return absl::OkStatus();
  return Error(node, absl::StrCat(path, " must be ", range, ", not ", node.Scalar()));
}

}  // namespace

absl::StatusOr<YamlFields> ReadYamlMessage(absl::string_view text, absl::string_view file,
                                           Message* message) {
  const absl::StatusOr<YAML::Node> root = LoadYaml(text, file);
  if (!root.ok()) return root.status();
  Reader reader(file);
  absl::Status status = reader.ReadMessage(*root, "", message);
  if (!status.ok()) return status;
  return reader.TakeFields();
}

void SetDefaults(Message* message) {
  const Descriptor& type = *message->GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string& value = SettingOf(field).default_();
    if (!value.empty() && field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      message->GetReflection()->SetString(message, &field, value);
    } else if (!value.empty()) {
      if (!SetValue(value, field, message).empty()) std::abort();  // the schema is ours
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field.is_repeated() &&
               !IsDuration(field)) {
      Message* inner = message->GetReflection()->MutableMessage(message, &field);
      SetDefaults(inner);
      // A message without defaults stays absent, so that a field's presence says it was given.
      if (inner->ByteSizeLong() == 0) message->GetReflection()->ClearField(message, &field);
    }
  }
}

}  // namespace gmewatch
