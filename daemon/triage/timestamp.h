// Moments as google.protobuf.Timestamp and as absl::Time.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_DAEMON_TRIAGE_TIMESTAMP_H_
#define GMEWATCH_DAEMON_TRIAGE_TIMESTAMP_H_

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>

#include "absl/time/time.h"

namespace gmewatch {

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp);
// Seconds since 1970.
google::protobuf::Timestamp TimestampOf(int64_t seconds);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_TIMESTAMP_H_
