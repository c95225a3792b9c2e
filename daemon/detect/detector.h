// Detects spikes: watches every series of the counters and their roll-ups, and reports which codes
// rise above their baseline, in which apps and regions, and which of them belong together. A pure
// function of its ticks: no clock, no thread, no I/O. README.md has the mathematics.
//
// Thread safety: none. A series takes 84 bytes from its first event on, 168 more once it has a
// Season, 12 for its indexes, and the spare capacity of the vectors. A tick costs nothing for a
// series without events; at the end of an hour every series is visited.
#ifndef GMEWATCH_DAEMON_DETECT_DETECTOR_H_
#define GMEWATCH_DAEMON_DETECT_DETECTOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "daemon/detect/choose_places.h"
#include "daemon/detect/code_view.h"
#include "daemon/detect/counter_reader.h"
#include "daemon/detect/incidents.h"
#include "daemon/detect/rows.h"
#include "daemon/detect/series/recurrence.h"
#include "daemon/detect/series/season.h"
#include "daemon/detect/series/series_model.h"
#include "daemon/detect/series/series_state.h"
#include "daemon/detect/series/traffic.h"
#include "daemon/detect/traffic_lines.h"
#include "daemon/detect/usual_traffic.h"
#include "daemon/model/checkpoint.h"
#include "daemon/model/detect_settings.h"
#include "daemon/model/spike.h"
#include "gmewatch/internal/detector.pb.h"

namespace gmewatch {

// A column of the counters, as far as the detector needs it.
struct WatchedCode {
  int32_t code = 0;
  bool other = false;    // the overflow column, `other`
  bool ignored = false;  // benign or in ignored_codes: has no series, raises no spike
  std::string action;    // the catalogue's action; empty if the catalogue does not have the code
};

struct SavedSeries;

class Detector {
 public:
  explicit Detector(const DetectSettings& settings);

  // Takes effect with the next tick. REQUIRES: settings.tick does not change.
  void SetSettings(const DetectSettings& settings);
  // Sets all columns. REQUIRES: the code of a column does not change.
  void SetCodes(std::vector<WatchedCode> codes);
  // The number of the first incident is above `number`, unless those that were loaded are.
  void NumberIncidentsFrom(uint64_t number) { incidents_.NumberFrom(number); }
  uint64_t last_incident() const { return incidents_.last_id(); }
  // Actions that can be the first cause of an incident, the likeliest first.
  void SetFirstCauses(std::vector<std::string> actions) {
    incidents_.SetFirstCauses(std::move(actions));
  }
  // Adds the next row of the counters.
  void AddPlace(const Place& place);
  size_t places() const { return place_rows_.size(); }
  const Place& place(size_t id) const { return rows_.place(place_rows_[id]); }
  size_t codes() const { return codes_.size(); }
  int32_t code(size_t slot) const { return codes_[slot].code; }

  // Takes the events of the `ticks` ticks that end with `tick`. `ticks` above 1: they were counted
  // together. Ticks between the call before and these have no data. REQUIRES: ticks increase and do
  // not overlap; gains name known rows and columns, each cell at most once.
  void Tick(uint32_t tick, uint32_t ticks, absl::Span<const CellGain> gains);

  // 0 before the first tick.
  uint32_t last_tick() const { return last_tick_; }
  SpikeReport Report() const;
  // What is known of a code; nothing if it has no column.
  std::optional<CodeView> ViewOf(int32_t code, bool other) const;

  // Returns the pages that changed since the last call, or all of them. Load of the newest version
  // of every page restores the same detector, bit for bit.
  std::vector<DetectorPage> Save(bool changed_only);
  // FailedPrecondition if the pages have another format or tick length, DataLoss if they contradict
  // themselves; the detector is then as new. REQUIRES: nothing was added yet.
  absl::Status Load(const std::vector<DetectorPage>& pages);

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  // A cell has two series: the events of many senders, and the excess of the one sender that
  // dominates a tick. A rise of the second is a retry loop, unless the dominant senders alternate.
  enum class Kind : uint8_t { kManySenders, kOneSender };
  struct Series {
    uint32_t row = 0;
    uint16_t slot = 0;
    Kind kind = Kind::kManySenders;
  };
  // Calls `function` with the index of each series of a row, those of kManySenders first.
  template <typename Row, typename Function>
  static void ForEachIndex(Row& row, const Function& function) {
    for (auto* list : {&row.many_senders, &row.one_sender}) {
      for (auto& index : *list) {
        if (index != kNone) function(index);
      }
    }
  }
  struct RowSeries {
    uint32_t born_tick = 0;
    bool changed = true;
    std::vector<uint32_t> many_senders;  // by slot: index of states_, or kNone
    std::vector<uint32_t> one_sender;    // the same
    std::vector<uint32_t> sums;  // of a roll-up, by slot: index of sums_, kNone between ticks
  };
  // A spike or retry loop that was announced.
  struct Announced {
    uint32_t series = 0;
    Spike spike;
    uint32_t tick = 0;      // of the announcement
    bool recurred = false;  // it comes back at its hour
    bool expected = false;  // that, or it is no farther than the code often rises: not reported
    float factor = 1;       // its events over the expected ones, while it was high
    SenderBits senders;     // since the announcement

    bool IsSpike() const { return spike.active && !spike.retry_loop; }
  };

  void BeginTick(uint32_t tick, uint32_t ticks);
  // Counts the operations of the tick.
  void CountTraffic(uint32_t tick, uint32_t ticks, absl::Span<const CellGain> gains);
  // Ends the hour of each row's traffic.
  void EndTrafficHour();
  void Flatten(uint32_t row);
  // Advances a series to last_tick_.
  void CatchUp(uint32_t index);
  void EndHour(uint32_t index);
  // Sorts series by row and slot, the order in which ticks visit them. New ones are appended in the
  // order of their first events.
  void SortSeries();
  void Feed(const CellGain& gain, uint32_t tick, uint32_t ticks);
  void AddToRollups(uint32_t leaf, const CellGain& gain);
  void FeedRollups(uint32_t tick, uint32_t ticks);
  void Advance(const Series& series, TickInput input);
  // Returns the index of a series, which is added if it is missing.
  uint32_t FindOrAdd(const Series& series, const TickInput& input);
  std::vector<uint32_t>& IndicesOf(const Series& series);
  // Returns the index of a series, or kNone.
  uint32_t FindIndex(uint32_t row, uint32_t slot, Kind kind) const;
  Season* OwnSeason(const SeriesState& state);
  const Season* OwnSeason(const SeriesState& state) const;
  const Season* SeasonAbove(const Series& series) const;
  double ExpectedNow(uint32_t index) const;

  void UpdateSpikes();
  // Notes who took part in the announced rises in this tick.
  void NoteSenders(absl::Span<const CellGain> gains);
  static void CountSenders(Announced* announced);
  // `rows`: in which the code is found to rise.
  void UpdateCode(uint32_t slot, const std::vector<uint32_t>& rows);
  // Those and what holds or is held by one of them, which join them.
  std::vector<RaisedRow> FindRaisedRows(uint32_t slot, const std::vector<uint32_t>& rows);
  bool IsSpikeOf(uint32_t slot, const Announced& announced) const;
  // Whether it is young enough to move to a place that explains more.
  bool MayMove(const Announced& announced) const;
  // Sets its share of the operations of its place, and their number beside the usual one.
  void RefreshTraffic(Spike* spike, uint32_t row) const;
  // Announces a spike in the row, instead of the spikes of the code that overlap it, unless one of
  // them is too old to move.
  void AnnounceIn(uint32_t row, uint32_t slot, const std::vector<uint32_t>& rows);
  // Ends an announced spike whose series is back, or replaced by another.
  void End(Announced* announced);
  // Ends the other rises of a code that a spike explains, which is over: nothing begins because it
  // ends.
  void DropExplained(const Announced& over);
  // Forgets series that joined a rise which is over, or of which they are no part.
  void DropJoined();
  // Sets whether rises like this are usual.
  void UpdateExpected(Announced* announced) const;
  // `loops`: indexes of the leaf series in a loop, or in a spike of alternating single senders.
  void UpdateLoops(const std::vector<uint32_t>& loops);
  bool IsPartOfSpike(uint32_t loop) const;
  RaisedRow RaisedRowOf(uint32_t row, uint32_t index, double vmr) const;
  // Returns what is expected of the parts of a roll-up over what is expected of itself. They differ
  // by some percent, since each is learned alone, and the lower one would win a comparison.
  double PartsShare(uint32_t row, uint32_t index) const;
  // Returns the active entry of the series or its place; adds one if there isn't any.
  Announced& Announce(uint32_t series);
  void Refresh(Announced* announced);
  SpikePlace WhereOf(const Series& series) const;
  int64_t SecondsOf(uint32_t tick) const;
  uint32_t TickOf(int64_t seconds) const;

  std::string SaveHead() const;
  std::string SaveRow(uint32_t row) const;
  absl::Status LoadAll(const std::vector<DetectorPage>& pages);
  // Checks that everything that was loaded fits together.
  absl::Status CheckSeries() const;
  absl::Status LoadHead(const internal::DetectorHead& head);
  absl::Status LoadPastRises(const internal::DetectorHead& head);
  absl::Status LoadTraffic(const internal::DetectorHead& head);
  absl::Status LoadUsualTraffic(const internal::DetectorHead& head);
  absl::Status LoadRow(uint32_t format, const DetectorPage& saved);
  // Returns false if the series is unknown, or is there already.
  bool AddSaved(uint32_t row, const SavedSeries& saved);

  DetectSettings settings_;
  SeriesModel model_;
  std::vector<WatchedCode> codes_;
  Rows rows_;
  Traffic traffic_;
  UsualTraffic usual_traffic_;
  TrafficLines traffic_lines_;
  Recurrence recurrence_;
  std::vector<uint32_t> place_rows_;   // by the row of the counters
  std::vector<RowSeries> row_series_;  // by row
  std::vector<CellGain> sums_;         // of this tick, by roll-up and slot

  // By index of a series; seasons_ by SeriesState::season.
  std::vector<SeriesState> states_;
  std::vector<Series> series_;
  std::vector<Season> seasons_;
  std::vector<uint32_t> rising_;  // indexes of series in a rise, in the order of their detection

  uint32_t last_tick_ = 0;
  std::vector<Announced> announced_;
  Incidents incidents_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_DETECTOR_H_
