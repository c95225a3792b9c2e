#include "daemon/triage/json.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

namespace gmewatch {

std::string JsonOf(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string out;
  // It fails only for text that is not UTF-8, and all text was checked when it came in.
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

}  // namespace gmewatch
