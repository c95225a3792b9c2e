#include "daemon/base/json_text.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

namespace gmewatch {

std::string JsonText(absl::string_view text) {
  google::protobuf::Value value;
  value.set_string_value(text.data(), text.size());
  std::string json;
  return google::protobuf::util::MessageToJsonString(value, &json).ok() ? json : "\"?\"";
}

}  // namespace gmewatch
