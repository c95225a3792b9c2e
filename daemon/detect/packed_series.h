// Reads series as formats 4 and 5 of the detector's state stored them: byte for byte as they were
// in memory (little-endian, as on x86 and ARM).
//
// Thread safety: pure functions.
#ifndef GMEWATCH_DAEMON_DETECT_PACKED_SERIES_H_
#define GMEWATCH_DAEMON_DETECT_PACKED_SERIES_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "gmewatch/internal/detector.pb.h"

namespace gmewatch {

inline constexpr uint32_t kOldestFormat = 4;
inline constexpr uint32_t kLastPackedFormat = 5;

// Appends the series of a row to `page`, and the indexes of those that were in a rise and are not
// any more to `dropped`. Returns false if the bytes are cut off.
bool ReadPackedSeries(uint32_t format, absl::string_view bytes, internal::SeriesPage* page,
                      std::vector<uint32_t>* dropped);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_PACKED_SERIES_H_
