// Converts the series of a row to their saved form (SeriesPage) and back.
//
// Thread safety: none.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_RECORD_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_RECORD_H_

#include <cstdint>

#include "daemon/detect/series/season.h"
#include "daemon/detect/series/series_state.h"
#include "gmewatch/internal/detector.pb.h"

namespace gmewatch {

// The bits of SeriesPage.flags.
inline constexpr uint32_t kHourRoseFlag = 1;
inline constexpr uint32_t kAdoptedFlag = 2;
inline constexpr uint32_t kSuspectFlag = 4;
inline constexpr uint32_t kHasSeasonFlag = 8;

// Where a series belongs, and its memory.
struct SavedSeries {
  uint32_t index = 0;
  uint16_t slot = 0;
  uint8_t kind = 0;
  SeriesState state;  // without its `season`, which is an index
  bool has_season = false;
  Season season;
};

class SeriesRecord {
 public:
  static void Append(const SavedSeries& series, internal::SeriesPage* page);

  // Reads the page from its first series on. `page` must outlive it.
  explicit SeriesRecord(const internal::SeriesPage& page) : page_(page) {}
  // Whether nothing was cut off.
  bool IsComplete() const { return page_.series() == static_cast<uint32_t>(page_.index_size()); }
  bool AtEnd() const { return read_ == page_.index_size(); }
  // Reads the next series. Returns false if the page is damaged. REQUIRES: not at the end.
  bool Read(SavedSeries* series);

 private:
  // Calls `visit` for each number that all series have, for those of a part, and for a stretch.
  template <typename State, typename Visit>
  static void VisitState(State& state, const Visit& visit);
  template <typename Part, typename Visit>
  static void VisitWarmUp(Part& part, const Visit& visit);
  template <typename Part, typename Visit>
  static void VisitChangePoints(Part& part, const Visit& visit);
  template <typename Part, typename Visit>
  static void VisitStretch(Part& part, size_t index, const Visit& visit);
  template <typename Part, typename Visit>
  static void VisitRise(Part& part, const Visit& visit);
  static bool IsSound(const SeriesState& state);

  bool ReadPart(SeriesState* state);
  bool ReadChangePoints(ChangePoints* points);
  bool ReadSeason(SavedSeries* series);

  const internal::SeriesPage& page_;
  // The next one of each list.
  int read_ = 0;
  int warm_ups_ = 0;
  int quiet_ = 0;
  int stretches_ = 0;
  int rises_ = 0;
  size_t seasons_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_RECORD_H_
