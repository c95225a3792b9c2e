// Watches every series that the counters have, and the roll-ups above them: tells when a code's
// rate rises beyond what its past explains, where, and which codes rise together. A pure function
// of the ticks it is given: no clock, no thread, no I/O.
//
// Thread safety: none. A series costs 88 bytes from its first event on and 168 more once it counts
// enough to have a rhythm of its own, besides 12 for finding it, and room for more. A tick costs
// nothing for a series that counted nothing; once an hour each is visited.
#ifndef GMEWATCH_DAEMON_DETECT_DETECTOR_H_
#define GMEWATCH_DAEMON_DETECT_DETECTOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "daemon/detect/counter_reader.h"
#include "daemon/detect/incidents.h"
#include "daemon/detect/locate.h"
#include "daemon/detect/rows.h"
#include "daemon/detect/season.h"
#include "daemon/detect/series_model.h"
#include "daemon/detect/series_state.h"
#include "daemon/model/checkpoint.h"
#include "daemon/model/detect_settings.h"
#include "daemon/model/spike.h"
#include "gmewatch/internal/detector.pb.h"

namespace gmewatch {

// What the detector must know of a column of the counters.
struct WatchedCode {
  int32_t code = 0;
  bool other = false;  // what is counted as "other"
  bool quiet = false;  // never raises a spike
  std::string action;  // who must act, by the catalogue's word; empty where it does not have it
};

class Detector {
 public:
  explicit Detector(const DetectSettings& settings);

  // From the next tick on. REQUIRES: settings.tick stays.
  void SetSettings(const DetectSettings& settings);
  // All columns; a column's code stays.
  void SetCodes(std::vector<WatchedCode> codes);
  // The next rows of the counters, in their order.
  void AddPlace(const Place& place);
  size_t places() const { return place_rows_.size(); }
  const Place& place(size_t id) const { return rows_.place(place_rows_[id]); }
  size_t codes() const { return codes_.size(); }

  // What was counted from after tick - `ticks` up to `tick`; where that is not the tick before,
  // there are no data for those between. `ticks` above 1: what gathered while nobody looked.
  // REQUIRES: ticks rise; gains name known rows and columns, each at most once.
  void Tick(uint32_t tick, uint32_t ticks, absl::Span<const CellGain> gains);

  // 0 before the first.
  uint32_t last_tick() const { return last_tick_; }
  SpikeReport Report() const;

  // All that changed since the last call, or everything: what Load makes the same detector of, bit
  // by bit.
  std::vector<DetectorPage> Save(bool changed_only);
  // FailedPrecondition where the pages are of another format or length of a tick, DataLoss where
  // they contradict themselves; then the detector is as new. REQUIRES: nothing was added yet.
  absl::Status Load(const std::vector<DetectorPage>& pages);

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  // Two series of a cell: what many senders sent, and what stands out in each tick as one sender's.
  // Where they take turns in a rise of the second, it is a spike of many.
  enum class Kind : uint8_t { kSpread, kConcentrated };
  struct Series {
    uint32_t row = 0;
    uint16_t slot = 0;
    Kind kind = Kind::kSpread;
  };
  // Of a row's series, those of many senders first. `Row` may be const.
  template <typename Row, typename Function>
  static void ForEachIndex(Row& row, const Function& function) {
    for (auto* list : {&row.spread, &row.concentrated}) {
      for (auto& index : *list) {
        if (index != kNone) function(index);
      }
    }
  }
  struct RowSeries {
    uint32_t born_tick = 0;
    bool changed = true;
    std::vector<uint32_t> spread;        // by slot: index of states_
    std::vector<uint32_t> concentrated;  // the same
    std::vector<uint32_t> sums;  // of a roll-up, by slot: index of sums_, kNone between ticks
  };
  // A spike or loop that people were told of.
  struct Announced {
    uint32_t series = 0;
    Spike spike;
  };

  void BeginTick(uint32_t tick, uint32_t ticks);
  void EndHour(uint32_t index);
  // Of series: by row and slot, as ticks visit them. They are added in the order in which they
  // first count.
  void PutInOrder();
  void Feed(const CellGain& gain, uint32_t tick, uint32_t ticks);
  void AddToRollups(uint32_t leaf, const CellGain& gain);
  void FeedRollups(uint32_t tick, uint32_t ticks);
  void Advance(const Series& series, const TickInput& input);
  // Its index; made where it is missing.
  uint32_t Find(const Series& series, const TickInput& input);
  std::vector<uint32_t>& IndexOf(const Series& series);
  uint32_t Known(uint32_t row, uint32_t slot, Kind kind) const;
  Season* OwnSeason(const SeriesState& state);
  const Season* OwnSeason(const SeriesState& state) const;
  const Season* SeasonAbove(const Series& series) const;
  double ExpectedNow(uint32_t index) const;

  void UpdateSpikes();
  void UpdateCode(uint32_t slot);
  // What lasts of one place's senders, one at a time, by the index of its series.
  void UpdateLoops(const std::vector<uint32_t>& loops);
  bool IsPartOfASpike(uint32_t loop) const;
  RowState StateOf(uint32_t row, uint32_t slot) const;
  void Announce(uint32_t series);
  void Refresh(Announced* announced);
  SpikePlace WhereOf(const Series& series) const;
  int64_t SecondsOf(uint32_t tick) const;

  std::string SaveHead() const;
  std::string SaveRow(uint32_t row) const;
  void SaveSeries(uint32_t index, std::string* bytes) const;
  absl::Status LoadAll(const std::vector<DetectorPage>& pages);
  // Of all that was loaded: whether what names a series fits it.
  absl::Status CheckSeries() const;
  absl::Status LoadHead(const internal::DetectorHead& head);
  absl::Status LoadRow(const DetectorPage& page);
  absl::Status LoadSeries(uint32_t row, absl::string_view* bytes);

  DetectSettings settings_;
  SeriesModel model_;
  std::vector<WatchedCode> codes_;
  Rows rows_;
  std::vector<uint32_t> place_rows_;   // by the row of the counters
  std::vector<RowSeries> row_series_;  // by row
  std::vector<CellGain> sums_;         // of this tick, by roll-up and slot

  // By index.
  std::vector<SeriesState> states_;
  std::vector<Series> series_;
  std::vector<Season> seasons_;
  std::vector<uint32_t> rising_;  // indexes, in the order of their rise

  uint32_t last_tick_ = 0;
  std::vector<Announced> announced_;
  Incidents incidents_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_DETECTOR_H_
