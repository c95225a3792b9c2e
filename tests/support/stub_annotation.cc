#include "tests/support/stub_annotation.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace gmewatch {
namespace {

using google::protobuf::Value;
using google::protobuf::util::JsonStringToMessage;
using google::protobuf::util::MessageToJsonString;

constexpr size_t kTagBytesMax = 100;   // the database's columns
constexpr size_t kTagsBytesMax = 500;  // [annotations] tags_length

// Whether the times are whole numbers: Grafana accepts neither strings nor exponents.
bool HasPlainNumbers(const std::string& body) {
  for (const absl::string_view field : {"\"time\":", "\"timeEnd\":"}) {
    const size_t at = body.find(std::string(field));
    if (at == std::string::npos) continue;
    const size_t end = body.find_first_not_of("0123456789", at + field.size());
    if (end == at + field.size() || (body[end] != ',' && body[end] != '}')) return false;
  }
  return true;
}

}  // namespace

std::string StubAnnotation::Json() const {
  Value value;
  auto& fields = *value.mutable_struct_value()->mutable_fields();
  fields["text"].set_string_value(text);
  auto& list = *fields["tags"].mutable_list_value();
  for (const std::string& tag : tags) list.add_values()->set_string_value(tag);
  std::string json;
  if (!MessageToJsonString(value, &json).ok()) std::abort();
  return absl::StrCat("{\"id\":", id, ",\"time\":", time_ms, ",\"timeEnd\":", time_end_ms, ",",
                      json.substr(1));
}

StubAnnotationBody StubAnnotationBody::Read(const std::string& body) {
  Value value;
  StubAnnotationBody out;
  if (!JsonStringToMessage(body, &value).ok() || !HasPlainNumbers(body)) return out;
  out.good = true;
  for (const auto& [name, field] : value.struct_value().fields()) {
    if (name == "text") out.annotation.text = field.string_value();
    if (name == "time") out.annotation.time_ms = static_cast<int64_t>(field.number_value());
    if (name == "timeEnd") out.annotation.time_end_ms = static_cast<int64_t>(field.number_value());
    if (name != "tags") continue;
    out.has_tags = true;
    for (const Value& tag : field.list_value().values()) {
      out.annotation.tags.push_back(KeptTag(tag.string_value()));
    }
  }
  return out;
}

std::string KeptTag(absl::string_view tag) {
  const std::vector<std::string> parts = absl::StrSplit(tag, ':');
  return parts.size() < 2 ? parts[0] : absl::StrCat(parts[0], ":", parts[1]);
}

int RejectionOfTags(const std::vector<std::string>& tags) {
  size_t bytes = 2;
  for (const std::string& tag : tags) {
    bytes += tag.size() + 3;
    for (const absl::string_view part : absl::StrSplit(tag, ':')) {
      if (part.size() > kTagBytesMax) return 500;
    }
  }
  return bytes > kTagsBytesMax ? 400 : 0;
}

}  // namespace gmewatch
