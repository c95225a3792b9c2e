#include "daemon/triage/timestamp.h"

namespace gmewatch {

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

google::protobuf::Timestamp TimestampOf(int64_t seconds) {
  google::protobuf::Timestamp out;
  out.set_seconds(seconds);
  return out;
}

}  // namespace gmewatch
