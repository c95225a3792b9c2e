#include "daemon/triage/json.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace gmewatch {

std::string JsonOf(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string out;
  // It fails for what is no UTF-8 alone, and everything was checked as such when it came.
  if (!google::protobuf::util::MessageToJsonString(message, &out, options).ok()) {
    return JsonError("an answer could not be written as JSON");
  }
  out.push_back('\n');
  return out;
}

std::string JsonError(absl::string_view what) {
  google::protobuf::Struct error;
  (*error.mutable_fields())["error"].set_string_value(std::string(what));
  return JsonOf(error);
}

absl::StatusOr<size_t> LimitOf(absl::string_view query) {
  if (query.empty()) return kTopDefault;
  absl::string_view text = query;
  size_t limit = 0;
  if (!absl::ConsumePrefix(&text, "limit=") || !absl::SimpleAtoi(text, &limit) || limit < 1 ||
      limit > kTopMax || absl::StrCat(limit) != text) {
    return absl::InvalidArgumentError(absl::StrCat("allowed is limit=N with N from 1 to ", kTopMax,
                                                   ", not \"", absl::CHexEscape(query), "\""));
  }
  return limit;
}

}  // namespace gmewatch
