#include "daemon/annotate/grafana_api.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/base/json_text.h"
#include "daemon/base/url_encode.h"

namespace gmewatch {
namespace {

using google::protobuf::Value;

constexpr char kPath[] = "/api/annotations";

std::string Body(const Annotation& annotation) {
  const std::string tags = absl::StrJoin(
      annotation.tags, ",",
      [](std::string* out, const std::string& tag) { absl::StrAppend(out, JsonText(tag)); });
  const std::string text =
      annotation.text.empty() ? "" : absl::StrCat(",\"text\":", JsonText(annotation.text));
  return absl::StrCat("{\"time\":", annotation.time_ms, ",\"timeEnd\":", annotation.time_end_ms,
                      ",\"tags\":[", tags, "]", text, "}");
}

absl::StatusOr<Value> Parse(absl::string_view body) {
  Value value;
  if (!google::protobuf::util::JsonStringToMessage({body.data(), body.size()}, &value).ok()) {
    return absl::InvalidArgumentError("the response is not JSON");
  }
  return value;
}

// 0 if the field is missing. Times and ids are whole numbers far below 2^53.
int64_t NumberIn(const Value& object, const char* field) {
  const auto& fields = object.struct_value().fields();
  const auto found = fields.find(field);
  return found == fields.end() ? 0 : static_cast<int64_t>(found->second.number_value());
}

}  // namespace

GrafanaRequest FindRequest(absl::string_view tag, int64_t from_ms, int64_t to_ms) {
  return {"GET",
          absl::StrCat(kPath, "?type=annotation&limit=", kFoundMax, "&from=", from_ms,
                       "&to=", to_ms, "&tags=", UrlEncode(tag)),
          ""};
}

GrafanaRequest CreateRequest(const Annotation& annotation) {
  return {"POST", kPath, Body(annotation)};
}

GrafanaRequest UpdateRequest(int64_t id, const Annotation& annotation) {
  return {"PATCH", absl::StrCat(kPath, "/", id), Body(annotation)};
}

absl::StatusOr<std::vector<Annotation>> ParseFound(absl::string_view body) {
  const absl::StatusOr<Value> list = Parse(body);
  if (!list.ok()) return list.status();
  if (list->kind_case() != Value::kListValue) {
    return absl::InvalidArgumentError("the response is not a list");
  }
  std::vector<Annotation> out;
  for (const Value& item : list->list_value().values()) {
    Annotation& annotation = out.emplace_back();
    annotation.id = NumberIn(item, "id");
    annotation.time_ms = NumberIn(item, "time");
    annotation.time_end_ms = NumberIn(item, "timeEnd");
    if (annotation.id <= 0) return absl::InvalidArgumentError("an annotation has no id");
    const auto tags = item.struct_value().fields().find("tags");
    if (tags == item.struct_value().fields().end()) continue;
    for (const Value& tag : tags->second.list_value().values()) {
      annotation.tags.push_back(tag.string_value());
    }
  }
  return out;
}

absl::StatusOr<int64_t> ParseCreated(absl::string_view body) {
  const absl::StatusOr<Value> object = Parse(body);
  if (!object.ok()) return object.status();
  const int64_t id = NumberIn(*object, "id");
  if (id <= 0) return absl::InvalidArgumentError("the response has no id");
  return id;
}

std::optional<AnnotateFailure> FailureOf(int http_status) {
  if (http_status == 200) return std::nullopt;
  if (http_status == 401 || http_status == 403) return AnnotateFailure::kUnauthorized;
  if (http_status == 429) return AnnotateFailure::kThrottled;
  if (http_status >= 500) return AnnotateFailure::kServerError;
  if (http_status >= 400) return AnnotateFailure::kRejected;
  return AnnotateFailure::kBadAnswer;  // such as a redirect to a login
}

}  // namespace gmewatch
