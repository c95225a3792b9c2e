// The wire's and the counters' fixed limits, each once. Limits that an operator can set are in
// config.proto.
#ifndef GMEWATCH_DAEMON_MODEL_LIMITS_H_
#define GMEWATCH_DAEMON_MODEL_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace gmewatch {

// error_reporting.proto states these to clients.
inline constexpr size_t kSessionIdBytes = 16;
inline constexpr size_t kLabelBytesMax = 64;
inline constexpr size_t kVersionBytesMax = 64;
inline constexpr size_t kOperationBytesMax = 64;
inline constexpr size_t kEntriesPerBatchMax = 512;
inline constexpr size_t kDetailsPerBatchMax = 16;
inline constexpr uint32_t kCountMax = 1'000'000'000;
// One entry for each reason is enough, and a sum of losses must not overflow.
inline constexpr size_t kLossesPerBatchMax = 16;
inline constexpr uint64_t kLostEventsMax = 1'000'000'000'000;

// Ours: no client may use them as an app or a region.
inline constexpr char kAllLabel[] = "all";
inline constexpr char kOtherLabel[] = "other";

// AV_OK: the operation succeeded.
inline constexpr int32_t kSuccessCode = 0;

// Events older than this on arrival are late: counted, never part of a spike.
inline constexpr absl::Duration kLateAge = absl::Minutes(10);

// Codes without a place in the catalogue that keep their number; later ones are counted as "other".
inline constexpr size_t kUnknownCodesMax = 64;

// Columns of a counter row, and bits of a session's "codes seen": success, other, catalogue and
// unknown codes.
inline constexpr size_t kCodeSlotsMax = 192;
inline constexpr size_t kCatalogCodesMax = kCodeSlotsMax - 2 - kUnknownCodesMax;

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_LIMITS_H_
