#include "daemon/gmectl/read_answer.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"
#include "daemon/gmectl/text_columns.h"

namespace gmewatch {
namespace {

constexpr size_t kReasonColumnsMax = 200;

}  // namespace

absl::Status ReadAnswer(absl::string_view json, google::protobuf::Message* to) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto read = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), to, options);
  if (read.ok()) return absl::OkStatus();
  const absl::string_view why(read.message().data(), read.message().size());
  return absl::InvalidArgumentError(CutEnd(Printable(why), kReasonColumnsMax));
}

}  // namespace gmewatch
