#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "daemon/base/yaml_message.h"
#include "daemon/catalog/catalog.h"
#include "daemon/config/settings.h"
#include "daemon/model/limits.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/fuzz/require.h"
#include "tests/fuzz/targets.h"

namespace gmewatch {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr absl::string_view kFile = "file.yaml";

// Removes a number and a colon from the front of `text`; returns 0 if it does not begin with these.
int TakeNumber(absl::string_view* text) {
  const size_t colon = text->find(':');
  int number = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(text->substr(0, colon), &number)) {
    return 0;
  }
  text->remove_prefix(colon + 1);
  return number;
}

// "FILE:LINE:COLUMN: what"; the line is one of the text or the one behind its end.
void CheckFault(const absl::Status& status, absl::string_view text) {
  Require(absl::IsInvalidArgument(status), "a fault is InvalidArgument");
  absl::string_view message(status.message().data(), status.message().size());
  Require(absl::ConsumePrefix(&message, absl::StrCat(kFile, ":")), "a fault names its file");
  const int line = TakeNumber(&message);
  const int column = TakeNumber(&message);
  const auto breaks =
      std::count_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; });
  Require(line >= 1 && line <= breaks + 2, "a fault names a line");
  Require(column >= 1 && column <= static_cast<int>(text.size()) + 2, "a fault names a column");
  Require(absl::ConsumePrefix(&message, " ") && !message.empty(), "a fault says what it is");
}

std::string Quoted(absl::string_view text) {
  return absl::StrCat(
      "\"",
      absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}, {"\t", "\\t"}}),
      "\"");
}

std::string ToYaml(const std::vector<std::string>& texts) {
  return absl::StrCat("[",
                      absl::StrJoin(texts, ", ",
                                    [](std::string* out, const std::string& text) {
                                      absl::StrAppend(out, Quoted(text));
                                    }),
                      "]");
}

// Each code brings an impact of its own, because a catalogue gives only those that its codes have.
std::string ToYaml(const Catalog& catalog) {
  std::string yaml = absl::StrCat("source: ", Quoted(catalog.source()), "\ncodes:\n");
  for (const CatalogCode& code : catalog.codes()) {
    absl::StrAppend(&yaml, "- {value: ", code.value, ", name: ", Quoted(code.name),
                    ", category: ", code.category, ", subcategory: ", Quoted(code.subcategory),
                    ", severity: ", code.severity, ", action: ", Quoted(code.action));
    absl::StrAppend(&yaml, ", description: ", Quoted(code.description),
                    ", cause: ", Quoted(code.cause), ", solution: ", Quoted(code.solution), "}\n");
  }
  absl::StrAppend(&yaml, "actions:\n");
  for (const CatalogAction& action : catalog.actions()) {
    absl::StrAppend(&yaml, "- {name: ", Quoted(action.name), ", who: ", Quoted(action.who),
                    ", reach: ", Quoted(action.reach),
                    ", first_cause: ", action.first_cause ? "true" : "false",
                    ", steps: ", ToYaml(action.steps), "}\n");
  }
  absl::StrAppend(&yaml, "impacts:\n");
  for (const CatalogCode& code : catalog.codes()) {
    absl::StrAppend(&yaml, "- {severity: ", code.severity, ", category: ", code.category,
                    ", subcategory: ", Quoted(code.subcategory), ", text: ", Quoted(code.impact),
                    "}\n");
  }
  const CatalogGeneralSteps& steps = catalog.general_steps();
  absl::StrAppend(&yaml, "general_steps:\n  related: ", Quoted(steps.related),
                  "\n  unrelated: ", Quoted(steps.unrelated), "\n  always: ", ToYaml(steps.always),
                  "\n");
  return yaml;
}

bool Same(const CatalogCode& x, const CatalogCode& y) {
  return x.value == y.value && x.name == y.name && x.category == y.category &&
         x.subcategory == y.subcategory && x.severity == y.severity && x.action == y.action &&
         x.description == y.description && x.cause == y.cause && x.solution == y.solution &&
         x.impact == y.impact && x.action_row == y.action_row;
}

std::string ToYaml(const Message& message, const std::string& indent);

// The value of a field that is not repeated, or the item at `index` of one that is.
std::string ToYaml(const Message& message, const FieldDescriptor& field, int index,
                   const std::string& indent) {
  const Reflection& reflection = *message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    const Message& inner = index < 0 ? reflection.GetMessage(message, &field)
                                     : reflection.GetRepeatedMessage(message, &field, index);
    const auto* duration = dynamic_cast<const google::protobuf::Duration*>(&inner);
    if (duration != nullptr) {
      return absl::StrCat(" ", absl::ToInt64Nanoseconds(ToDuration(*duration)), "ns\n");
    }
    return absl::StrCat("\n", ToYaml(inner, indent + "  "));
  }
  std::string text;
  google::protobuf::TextFormat::PrintFieldValueToString(message, &field, index, &text);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    std::string scratch;
    text =
        Quoted(index < 0 ? reflection.GetStringReference(message, &field, &scratch)
                         : reflection.GetRepeatedStringReference(message, &field, index, &scratch));
  }
  return absl::StrCat(" ", text, "\n");
}

std::string ToYaml(const Message& message, const std::string& indent) {
  std::string yaml;
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    absl::StrAppend(&yaml, indent, field->name(), ":");
    if (!field->is_repeated()) {
      yaml += ToYaml(message, *field, -1, indent);
      continue;
    }
    yaml += "\n";
    for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
      absl::StrAppend(&yaml, indent, "-", ToYaml(message, *field, i, indent));
    }
  }
  return yaml;
}

// The same bytes as an overlay of the built-in catalogue.
void FuzzOverlay(absl::string_view bytes) {
  static const Catalog& documented = *new Catalog(Catalog::Embedded());
  Catalog catalog = documented;
  const absl::Status added = catalog.AddOverlay(bytes, kFile);
  if (!added.ok()) CheckFault(added, bytes);
  Require(catalog.documented() == documented.documented(), "it adds no documented code");
  Require(added.ok() || catalog.in_overlays_only().empty(), "a wrong one adds nothing");
  for (const CatalogCode& code : documented.codes()) {
    Require(Same(*catalog.Find(code.value), code), "and changes none");
  }
  catalog.SetSdks({{"app", kSdkNewest}});
  Require(catalog.codes().size() == catalog.documented().size() + catalog.in_overlays_only().size(),
          "a row for each value");
}

}  // namespace

void FuzzCatalog(absl::string_view bytes) {
  FuzzOverlay(bytes);
  const absl::StatusOr<Catalog> catalog = Catalog::Parse(bytes, kFile);
  if (!catalog.ok()) {
    CheckFault(catalog.status(), bytes);
    return;
  }
  const auto& codes = catalog->codes();
  Require(!codes.empty() && codes.size() <= kCatalogCodesMax, "1 to 126 codes");
  std::set<int32_t> values;
  for (const CatalogCode& code : codes) {
    Require(code.value != 0 && values.insert(code.value).second, "each value once");
    Require(Same(*catalog->Find(code.value), code), "found by its value");
    Require(!code.name.empty() && !code.solution.empty(), "a name and a solution");
    Require((code.category == "voice_message") == !code.subcategory.empty(), "subcategories");
  }
  const absl::StatusOr<Catalog> again = Catalog::Parse(ToYaml(*catalog), kFile);
  Require(again.ok(), "a catalogue that was written again is valid");
  Require(again->source() == catalog->source() &&
              std::equal(codes.begin(), codes.end(), again->codes().begin(), again->codes().end(),
                         Same),
          "and is the same");
}

void FuzzSettings(absl::string_view bytes) {
  const absl::StatusOr<Settings> settings = ParseSettings(bytes, kFile);
  if (!settings.ok()) {
    CheckFault(settings.status(), bytes);
    return;
  }
  const absl::StatusOr<Settings> again = ParseSettings(ToYaml(*settings, ""), kFile);
  Require(again.ok(), "settings that were written again are valid");
  Require(google::protobuf::util::MessageDifferencer::Equals(*again, *settings), "and the same");
}

}  // namespace gmewatch
