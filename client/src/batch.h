// A batch and who sends it, and their bytes on the wire: messages ReportRequest and Session of
// proto/gmewatch/v1/error_reporting.proto.
//
// The client has an encoder of its own because generated code enters a register of the process when
// it is loaded: two modules of one game that both have this library would abort there, and so would
// a game whose Protobuf is another one.
//
// Thread safety: a plain struct; Encode has no state.
#ifndef GMEWATCH_CLIENT_SRC_BATCH_H_
#define GMEWATCH_CLIENT_SRC_BATCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace gmewatch::client {

struct Session {
  std::string id;
  std::string app;
  std::string region;
  std::string app_version;
  std::string sdk_version;
  std::string platform;
};

// The numbers of ClientLoss.Reason.
enum class LossReason : uint8_t { kTooManyCodes = 1, kExpired = 2, kRejected = 3 };
inline constexpr size_t kLossReasonsEnd = 4;

struct Batch {
  struct Count {
    int32_t code = 0;
    uint32_t events = 0;
  };
  struct Loss {
    LossReason reason = LossReason::kExpired;
    uint64_t events = 0;
  };
  struct Detail {
    int32_t code = 0;
    std::string operation;
    int64_t underlying_code = 0;
  };

  uint64_t sequence = 0;
  absl::Duration age;
  std::vector<Count> counts;
  std::vector<Loss> losses;
  std::vector<Detail> details;
};

// The bytes of a ReportRequest.
std::string Encode(const Session& session, const Batch& batch);

}  // namespace gmewatch::client

#endif  // GMEWATCH_CLIENT_SRC_BATCH_H_
