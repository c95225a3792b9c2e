// The fixed limits of the wire and of the counters. Limits that an operator can set are in
// config.proto.
#ifndef GMEWATCH_DAEMON_MODEL_LIMITS_H_
#define GMEWATCH_DAEMON_MODEL_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace gmewatch {

// Promised to clients in error_reporting.proto.
inline constexpr size_t kSessionIdBytes = 16;
inline constexpr size_t kLabelBytesMax = 64;
inline constexpr size_t kVersionBytesMax = 64;
inline constexpr size_t kOperationBytesMax = 64;
inline constexpr size_t kEntriesPerBatchMax = 512;
inline constexpr size_t kDetailsPerBatchMax = 16;
inline constexpr uint32_t kCountMax = 1'000'000'000;  // of a stored entry; a batch has fewer events
// More than one process can have met since its batch before.
inline constexpr uint64_t kEventsPerBatchMax = 1'000'000;
// A session's next sequence number is at most this much above its last counted one.
inline constexpr uint64_t kSequenceJumpMax = uint64_t{1} << 20;
// One entry for each reason is enough, and a sum of losses must not overflow.
inline constexpr size_t kLossesPerBatchMax = 16;
inline constexpr uint64_t kLostEventsMax = 1'000'000'000'000;

// No series counts beyond this. Prometheus' numbers are doubles, which show single events up to
// 2^53.
inline constexpr uint64_t kSeriesEventsMax = uint64_t{1} << 52;

// The most that detect.max_session_events may be.
inline constexpr uint64_t kWatchedEventsMax = 1'000'000;

// The most that limits.max_app_regions may be, and the apps of a stored policy may have.
inline constexpr size_t kAppRegionsMax = 10'000;

// Labels of the daemon. No client may use them as an app or a region.
inline constexpr char kAllLabel[] = "all";
inline constexpr char kOtherLabel[] = "other";

// AV_OK: the operation succeeded.
inline constexpr int32_t kSuccessCode = 0;

// Events older than this on arrival are late: they are counted, but never part of a spike.
inline constexpr absl::Duration kLateAge = absl::Minutes(10);

// So many codes that are not in the catalogue keep their number; further ones are counted as
// kOtherLabel.
inline constexpr size_t kUnknownCodesMax = 64;

// Where several apps report: once half of these columns are taken, an app gets another one only
// while it has caused counts in fewer than this many. So one app leaves room for the others.
inline constexpr size_t kUnknownCodesCommon = kUnknownCodesMax / 2;
inline constexpr uint32_t kUnknownCodesOfApp = 8;

// The columns of a counter row, and the bits of Session::seen, with which a session fills a cache
// line: other, the codes of the catalogue, unknown codes, and those codes of overlays that count.
inline constexpr size_t kCodeSlotsMax = 254;
inline constexpr size_t kCatalogCodesMax = 126;
// The rows of all overlays together. At least kOverlayColumnsMin of their codes can count by their
// number; more, where the catalogue has fewer codes than it may.
inline constexpr size_t kOverlayCodesMax = 512;
inline constexpr size_t kOverlayColumnsMin =
    kCodeSlotsMax - 1 - kUnknownCodesMax - kCatalogCodesMax;

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_LIMITS_H_
