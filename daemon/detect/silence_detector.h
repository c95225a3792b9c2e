// Reports when reports stop: of everything, of an app, of a region, or of one app in one region. A
// pure function of its ticks: no clock, no thread, no I/O. README.md, "When reports stop", has the
// mathematics.
//
// One stop is one silence, in the most general place that explains it, from its start until reports
// come again. A place in which few sessions report is never silent. There are at most kSilencesMax
// silences, ended ones included; further places wait until one is gone.
//
// Thread safety: none. Memory: about 900 bytes for each place and roll-up. Its time is in seconds
// and only goes forward; setting the wall clock must not move it.
#ifndef GMEWATCH_DAEMON_DETECT_SILENCE_DETECTOR_H_
#define GMEWATCH_DAEMON_DETECT_SILENCE_DETECTOR_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "daemon/detect/arrival_model.h"
#include "daemon/detect/arrival_reader.h"
#include "daemon/model/silence.h"
#include "gmewatch/internal/silence.pb.h"

namespace gmewatch {

class SilenceDetector {
 public:
  // `sessions_min`: a place with fewer sessions in a quarter of an hour is never silent.
  SilenceDetector(int64_t tick_seconds, double sessions_min);
  static constexpr size_t kSilencesMax = 100;

  void SetSessionsMin(double sessions_min) { sessions_min_ = sessions_min; }
  // Adds the next row of the counters.
  void AddPlace(const Place& place);
  size_t places() const { return rows_.size(); }

  // Takes what arrived in the `ticks` ticks that end at `time_s`, by the row of the counters.
  // REQUIRES: every row was added; `time_s` is later than in the call before.
  void Tick(int64_t time_s, int ticks, absl::Span<const Arrivals> arrivals);
  // Ticks without data have passed: gmewatchd did not run, or did not count what arrived.
  void Interrupt();

  // All silences, by its own time.
  SilenceReport Report() const;

  // All but the wall clock's time.
  internal::SilenceState Save() const;
  // Goes on at `time_s`. DataLoss if the state contradicts itself; the detector is then as new.
  // REQUIRES: nothing was added yet.
  absl::Status Load(const internal::SilenceState& state, int64_t time_s);

 private:
  struct Node {
    Place place;
    ArrivalModel model;
    std::vector<uint32_t> leaves;  // its (app, region) pairs; a pair is its own
    double arrivals = 0;           // in this tick
    double sessions = 0;           // of a pair: in a quarter of an hour, the most of the last hours
    bool held = false;             // part of a place that is silent
    double weight = 0;             // see Weigh
    double goes_on = 0;            // the part of `weight` that is not quiet
    double evidence = 0;           // that of its pairs
  };
  // A pair and its roll-ups.
  struct Row {
    uint32_t leaf = 0;
    uint32_t app = 0;
    uint32_t region = 0;
  };
  static constexpr uint32_t kEverything = 0;

  uint32_t Ensure(const Place& place);
  void EndQuarter(int64_t quarter);
  void AddUp(absl::Span<const Arrivals> arrivals, int ticks);
  void EndSilences();
  void End(Silence* silence, bool for_good);
  // Adds up what Explains compares.
  void Weigh();
  // Whether nothing of the place goes on as usual, and there is proof that more of it has stopped
  // than each of its parts alone.
  bool Explains(const Node& node, double threshold) const;
  bool IsLarge(const Node& node) const;
  void Begin(const Node& node);
  void UpdateHeld();

  const int64_t tick_seconds_;
  double sessions_min_;
  int64_t time_s_ = 0;
  int64_t quarter_ = 0;  // the quarter of an hour that is running
  std::vector<Node> nodes_;
  absl::flat_hash_map<Place, uint32_t> index_;
  std::vector<Row> rows_;
  std::vector<uint32_t> by_generality_;  // nodes, the most general first
  std::vector<Silence> silences_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SILENCE_DETECTOR_H_
