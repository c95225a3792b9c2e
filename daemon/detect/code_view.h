// A copy of what the detector knows of one code, to be explained while the detector goes on.
//
// Thread safety: const methods at once. Explain tries some hundred futures of each series, which
// takes milliseconds; the copy takes microseconds.
#ifndef GMEWATCH_DAEMON_DETECT_CODE_VIEW_H_
#define GMEWATCH_DAEMON_DETECT_CODE_VIEW_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/detect/series/season.h"
#include "daemon/detect/series/series_model.h"
#include "daemon/detect/series/series_state.h"
#include "daemon/model/explained_code.h"

namespace gmewatch {

class CodeView {
 public:
  struct Series {
    Place place;
    SeriesState state;
    std::optional<Season> own;
    std::optional<Season> above;
    float exposure = 1;
    double required_score = 1;
  };

  CodeView(const SeriesModel& model, double tick_seconds, uint32_t last_tick)
      : model_(model), tick_seconds_(tick_seconds), last_tick_(last_tick) {}

  void Add(Series series) { series_.push_back(std::move(series)); }
  void Add(ExplainedRise rise) { rises_.push_back(std::move(rise)); }

  ExplainedCode Explain() const;

 private:
  ExplainedSeries Explain(const Series& series) const;
  // Whether a spike is reported after `ticks` more ticks with `events` each.
  bool IsSpikeAfter(const Series& series, uint64_t events, uint32_t ticks) const;
  // The least events a tick; 0 if no number is enough.
  uint64_t Needed(const Series& series, uint32_t ticks) const;

  SeriesModel model_;
  double tick_seconds_;
  uint32_t last_tick_;
  std::vector<Series> series_;
  std::vector<ExplainedRise> rises_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_CODE_VIEW_H_
