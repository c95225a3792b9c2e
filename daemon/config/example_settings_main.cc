// Writes deploy/gmewatchd.yaml from config.proto: the texts are its comments, the defaults, ranges
// and examples its options.
//
//   example_settings DESCRIPTOR_SET OUTPUT
//
// DESCRIPTOR_SET is what protoc makes of config.proto, with comments and imports.
//
// A line that begins with # and no space is a setting with its default; a comment indented by five
// spaces is part of an example; any other comment is text.
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmewatch/internal/config.pb.h"
#include "gmewatch/internal/setting.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"

namespace gmewatch {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr size_t kColumns = 120;

class ExampleWriter {
 public:
  explicit ExampleWriter(const Descriptor& config) : config_(config) {}

  std::string Write();

 private:
  void AddLine(size_t indent, absl::string_view text) {
    absl::StrAppend(&text_, std::string(text.empty() ? 0 : indent, ' '), text, "\n");
  }
  // `hanging` begins each line but the first.
  void AddComment(size_t indent, absl::string_view text, absl::string_view hanging = "#");
  void AddEffect(size_t indent, const FieldDescriptor& field);
  void AddSection(const FieldDescriptor& section);
  void AddSetting(size_t indent, const FieldDescriptor& field);
  // A message whose fields have examples instead of defaults; `around` are the sections around it.
  void AddExample(const FieldDescriptor& field, const std::vector<std::string>& around);

  const Descriptor& config_;
  std::string text_;
};

// The comments are in the descriptor set alone, the options in the built-in descriptors too.
const internal::Setting& SettingOf(const FieldDescriptor& field) {
  return internal::Config::descriptor()
      ->file()
      ->pool()
      ->FindFieldByName(field.full_name())
      ->options()
      .GetExtension(internal::setting);
}

template <typename Described>
std::string CommentOf(const Described& described) {
  google::protobuf::SourceLocation location;
  described.GetSourceLocation(&location);
  return std::string(absl::StripAsciiWhitespace(location.leading_comments));
}

// Null for a value.
const Descriptor* MessageOf(const FieldDescriptor& field) {
  const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
                          field.message_type()->full_name() != "google.protobuf.Duration";
  return is_message ? field.message_type() : nullptr;
}

bool IsExample(const Descriptor& type) { return !SettingOf(*type.field(0)).example().empty(); }

std::string ValuesOf(const google::protobuf::EnumDescriptor& type) {
  std::vector<std::string> names;
  names.reserve(static_cast<size_t>(type.value_count()));
  for (int i = 0; i < type.value_count(); ++i) names.push_back(type.value(i)->name());
  return absl::StrJoin(names, ", ");
}

std::string DefaultOf(const FieldDescriptor& field) {
  const internal::Setting& setting = SettingOf(field);
  if (!setting.default_().empty()) return setting.default_();
  if (field.is_repeated()) return "[]";
  return field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL ? "false" : "\"\"";
}

// Wraps each paragraph.
void ExampleWriter::AddComment(size_t indent, absl::string_view text, absl::string_view hanging) {
  std::string line = "#";
  for (const absl::string_view paragraph_line : absl::StrSplit(text, '\n')) {
    if (paragraph_line.empty()) {  // between two paragraphs
      AddLine(indent, line);
      line = "#";
      AddLine(indent, line);
    }
    for (const absl::string_view word : absl::StrSplit(paragraph_line, ' ', absl::SkipEmpty())) {
      if (indent + line.size() + 1 + word.size() > kColumns) {
        AddLine(indent, line);
        line = std::string(hanging);
      }
      absl::StrAppend(&line, " ", word);
    }
  }
  AddLine(indent, line);
}

void ExampleWriter::AddEffect(size_t indent, const FieldDescriptor& field) {
  const internal::Setting& setting = SettingOf(field);
  std::string range;
  if (!setting.min().empty()) {
    range = absl::StrCat("Range: ", setting.min(), " to ", setting.max(),
                         setting.unit().empty() ? "" : " ", setting.unit(), ". ");
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    range = "Values: true or false. ";
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    range = absl::StrCat("Values: ", ValuesOf(*field.enum_type()), ". ");
  }
  AddLine(indent,
          absl::StrCat("# ", range, "Takes effect: ", setting.reload() ? "SIGHUP." : "restart."));
}

void ExampleWriter::AddSetting(size_t indent, const FieldDescriptor& field) {
  AddComment(indent, CommentOf(field));
  AddEffect(indent, field);
  AddLine(indent, absl::StrCat("#", field.name(), ": ", DefaultOf(field)));
}

void ExampleWriter::AddExample(const FieldDescriptor& field,
                               const std::vector<std::string>& around) {
  const size_t indent = 2 * around.size();
  AddComment(indent, CommentOf(field));
  AddLine(indent, "#");
  size_t depth = 5;
  for (const std::string& section : around) {
    AddLine(indent, absl::StrCat("#", std::string(depth, ' '), section, ":"));
    depth += 2;
  }
  AddLine(indent, absl::StrCat("#", std::string(depth, ' '), field.name(), ":"));
  std::string before = std::string(depth + 2, ' ');
  if (field.is_repeated()) before += "- ";
  const Descriptor& type = *field.message_type();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& part = *type.field(i);
    AddLine(indent, absl::StrCat("#", before, part.name(), ": ", SettingOf(part).example()));
    before = std::string(before.size(), ' ');
  }
  AddLine(indent, "#");
  for (int i = 0; i < type.field_count(); ++i) {
    AddComment(indent, absl::StrCat("- ", type.field(i)->name(), ": ", CommentOf(*type.field(i))),
               "#  ");
  }
  AddEffect(indent, field);
  if (field.is_repeated()) AddLine(indent, absl::StrCat("#", field.name(), ": []"));
}

void ExampleWriter::AddSection(const FieldDescriptor& section) {
  AddLine(0, "");
  if (MessageOf(section) == nullptr) {
    AddSetting(0, section);
    return;
  }
  const Descriptor& type = *section.message_type();
  if (IsExample(type)) {
    AddExample(section, {});
    return;
  }
  AddComment(0, CommentOf(section));
  AddLine(0, section.name() + ":");
  for (int i = 0; i < type.field_count(); ++i) {
    if (i > 0) AddLine(0, "");
    const FieldDescriptor& field = *type.field(i);
    if (MessageOf(field) != nullptr) {
      AddExample(field, {section.name()});
    } else {
      AddSetting(2, field);
    }
  }
}

std::string ExampleWriter::Write() {
  AddComment(0, CommentOf(config_));
  for (int i = 0; i < config_.field_count(); ++i) AddSection(*config_.field(i));
  return text_;
}

int Run(const std::string& descriptor_set, const std::string& output) {
  google::protobuf::FileDescriptorSet files;
  std::ifstream in(descriptor_set, std::ios::binary);
  google::protobuf::DescriptorPool pool;
  bool valid = files.ParseFromIstream(&in);
  for (const auto& file : files.file()) valid = valid && pool.BuildFile(file) != nullptr;
  const Descriptor* config =
      pool.FindMessageTypeByName(internal::Config::descriptor()->full_name());
  if (!valid || config == nullptr) {
    std::cerr << "example_settings: " << descriptor_set << " is not a descriptor set with Config\n";
    return 1;
  }
  std::ofstream out(output, std::ios::binary);
  out << ExampleWriter(*config).Write();
  out.close();
  if (out) return 0;
  std::cerr << "example_settings: cannot write " << output << "\n";
  return 1;
}

}  // namespace
}  // namespace gmewatch

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: example_settings DESCRIPTOR_SET OUTPUT\n";
    return 2;
  }
  return gmewatch::Run(argv[1], argv[2]);
}
