#include "daemon/base/flags.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace gmewatch {
namespace {

bool IsFlag(absl::string_view argument) {
  return argument.size() >= 2 && argument[0] == '-' &&
         !absl::ascii_isdigit(static_cast<unsigned char>(argument[1]));
}

absl::Status Set(absl::string_view name, absl::string_view text, const Flags::Value& value) {
  if (auto* const* string = std::get_if<std::string*>(&value)) {
    (*string)->assign(text.data(), text.size());
    return absl::OkStatus();
  }
  if (auto* const* list = std::get_if<std::vector<std::string>*>(&value)) {
    (*list)->emplace_back(text);
    return absl::OkStatus();
  }
  if (auto* const* duration = std::get_if<absl::Duration*>(&value)) {
    if (absl::ParseDuration(text, *duration)) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("--", name, " is \"", text, "\"; allowed: a duration such as 500ms or 10s"));
  }
  double* number = nullptr;
  if (auto* const* plain = std::get_if<double*>(&value)) number = *plain;
  if (auto* const* either = std::get_if<NumberSwitch*>(&value)) {
    (*either)->is_on = true;
    number = &(*either)->number;
  }
  if (number != nullptr) {
    if (absl::SimpleAtod(text, number)) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("--", name, " is \"", text, "\"; allowed: a number"));
  }
  bool& flag = **std::get_if<bool*>(&value);
  if (text != "true" && text != "false") {
    return absl::InvalidArgumentError(
        absl::StrCat("--", name, " is \"", text, "\"; allowed: true or false"));
  }
  flag = text == "true";
  return absl::OkStatus();
}

std::string Shown(const Flags::Value& value) {
  if (auto* const* string = std::get_if<std::string*>(&value)) return **string;
  if (auto* const* duration = std::get_if<absl::Duration*>(&value)) {
    return absl::FormatDuration(**duration);
  }
  if (auto* const* number = std::get_if<double*>(&value)) return absl::StrCat(**number);
  if (auto* const* either = std::get_if<NumberSwitch*>(&value)) {
    return absl::StrCat((*either)->number);
  }
  return "";
}

}  // namespace

void Flags::Add(absl::string_view name, Value value, absl::string_view help) {
  flags_.push_back({std::string(name), value, std::string(help), Shown(value)});
}

const Flags::Flag* Flags::Find(absl::string_view name) const {
  const auto found = std::find_if(flags_.begin(), flags_.end(), [&](const Flag& flag) {
    return absl::string_view(flag.name) == name;
  });
  return found == flags_.end() ? nullptr : &*found;
}

const Flags::Flag* Flags::FindNegated(absl::string_view name) const {
  if (!absl::ConsumePrefix(&name, "no")) return nullptr;
  const Flag* const flag = Find(name);
  return flag != nullptr && std::holds_alternative<bool*>(flag->value) ? flag : nullptr;
}

absl::Status Flags::ParseFlag(const std::vector<std::string>& arguments, size_t* index) const {
  absl::string_view argument = arguments[*index];
  absl::ConsumePrefix(&argument, "--");
  const size_t equals = argument.find('=');
  const bool has_text = equals != absl::string_view::npos;
  const absl::string_view name = argument.substr(0, equals);
  const Flag* const flag = Find(name);
  if (flag == nullptr) {
    const Flag* const negated = has_text ? nullptr : FindNegated(name);
    if (negated != nullptr) return Set(negated->name, "false", negated->value);
    return absl::InvalidArgumentError(absl::StrCat("there is no flag ", arguments[*index]));
  }
  if (has_text) return Set(name, argument.substr(equals + 1), flag->value);
  if (std::holds_alternative<bool*>(flag->value)) return Set(name, "true", flag->value);
  if (auto* const* either = std::get_if<NumberSwitch*>(&flag->value)) {
    (*either)->is_on = true;
    return absl::OkStatus();
  }
  if (*index + 1 == arguments.size()) {
    return absl::InvalidArgumentError(absl::StrCat("--", name, " has no value"));
  }
  return Set(name, arguments[++*index], flag->value);
}

absl::Status Flags::Parse(const std::vector<std::string>& arguments,
                          std::vector<std::string>* rest) {
  absl::Status status;
  bool flags_over = false;
  for (size_t i = 0; i < arguments.size() && status.ok(); ++i) {
    if (flags_over || !IsFlag(arguments[i])) {
      rest->push_back(arguments[i]);
    } else if (arguments[i] == "--") {
      flags_over = true;
    } else {
      status = ParseFlag(arguments, &i);
    }
  }
  return status;
}

std::string Flags::Help() const {
  size_t width = 0;
  for (const Flag& flag : flags_) width = std::max(width, flag.name.size());
  const std::string indent = absl::StrCat("\n", std::string(width + 5, ' '));
  std::string text;
  for (const Flag& flag : flags_) {
    absl::StrAppendFormat(
        &text, "  --%-*s %s%s\n", static_cast<int>(width), flag.name,
        absl::StrReplaceAll(flag.help, {{"\n", indent}}),
        flag.shown_default.empty() ? "" : absl::StrCat(" (", flag.shown_default, ")"));
  }
  return text;
}

}  // namespace gmewatch
