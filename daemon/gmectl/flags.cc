#include "daemon/gmectl/flags.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
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
  if (auto* const* duration = std::get_if<absl::Duration*>(&value)) {
    if (absl::ParseDuration(text, *duration)) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("--", name, " is \"", text, "\"; allowed: a duration such as 500ms or 10s"));
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

absl::Status Flags::Parse(const std::vector<std::string>& arguments,
                          std::vector<std::string>* rest) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    absl::string_view argument = arguments[i];
    if (argument == "--") {
      rest->insert(rest->end(), arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                   arguments.end());
      break;
    }
    if (!IsFlag(argument)) {
      rest->push_back(arguments[i]);
      continue;
    }
    absl::ConsumePrefix(&argument, "--");
    const size_t equals = argument.find('=');
    const absl::string_view name = argument.substr(0, equals);
    std::optional<std::string> text;
    if (equals != absl::string_view::npos) text = std::string(argument.substr(equals + 1));
    const Flag* flag = Find(name);
    if (flag == nullptr && !text.has_value() && absl::StartsWith(name, "no")) {
      flag = Find(name.substr(2));
      if (flag != nullptr && !std::holds_alternative<bool*>(flag->value)) flag = nullptr;
      text = "false";
    }
    if (flag == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("there is no flag ", arguments[i]));
    }
    if (!text.has_value() && std::holds_alternative<bool*>(flag->value)) text = "true";
    if (!text.has_value()) {
      if (i + 1 == arguments.size()) {
        return absl::InvalidArgumentError(absl::StrCat("--", name, " has no value"));
      }
      text = arguments[++i];
    }
    const absl::Status set = Set(flag->name, *text, flag->value);
    if (!set.ok()) return set;
  }
  return absl::OkStatus();
}

std::string Flags::Help() const {
  std::string text;
  for (const Flag& flag : flags_) {
    absl::StrAppendFormat(
        &text, "  --%-16s %s%s\n", flag.name, flag.help,
        flag.shown_default.empty() ? "" : absl::StrCat(" (", flag.shown_default, ")"));
  }
  return text;
}

}  // namespace gmewatch
