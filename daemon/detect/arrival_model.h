// The model of one place's reports: how many sessions a tick are expected to report, and how much
// evidence there is that they have stopped, or come again. README.md, "When reports stop", has the
// mathematics.
//
// Thread safety: none. A pure function of its ticks. Memory: about 800 bytes, most of them the
// rhythm's.
#ifndef GMEWATCH_DAEMON_DETECT_ARRIVAL_MODEL_H_
#define GMEWATCH_DAEMON_DETECT_ARRIVAL_MODEL_H_

#include <cstdint>

#include "daemon/detect/arrival_rhythm.h"

namespace gmewatch {

class ArrivalModel {
 public:
  // What is learned from ticks: sums that forget.
  struct Learned {
    float arrivals = 0;  // of the last minutes
    float ticks = 0;
    float deviations = 0;  // squared, of the minutes of the last day
    float expected = 0;    // arrivals in these minutes
  };

  // The next tick of `seconds`, in which `arrivals` sessions reported. `threshold`: the evidence
  // that a stop needs. `held`: the place is part of one that has stopped, so nothing is learned.
  void Tick(double arrivals, double seconds, double threshold, bool held);
  // Ticks without data have passed: what looked like a stop may be due to them.
  void Interrupt();
  // A quarter of an hour has ended; `next`, a later one, begins.
  void EndQuarter(int64_t quarter, int64_t next, double seconds);
  // Looks up what is usual in this quarter; EndQuarter does the same.
  void BeginQuarter(int64_t quarter) { least_ = rhythm_.LeastAround(quarter); }

  // Whether reports have stopped.
  bool stopped() const { return stopped_; }
  // Whether the last ticks speak for a stop rather than against it.
  bool quiet() const { return stopped_ || score_ > 0; }
  // The evidence for a stop: a log-likelihood ratio, 0 if nothing speaks for one.
  double score() const { return score_; }
  // How many ticks are quiet so far.
  uint32_t quiet_ticks() const { return quiet_ticks_; }
  // Sessions a tick before it was quiet.
  double Usual(double seconds) const;
  // Ends the stop, or what looked like one.
  void Resume();
  // What is now is usual from now on.
  void Forget();

  const Learned& learned() const { return learned_; }
  const ArrivalRhythm& rhythm() const { return rhythm_; }
  // Goes on after a restart. `learned` counts ticks of today's length.
  void Load(const Learned& learned, bool stopped);
  bool LoadRhythm(absl::string_view bytes) { return rhythm_.Load(bytes); }

  // A stop is proved by ticks of at least this number.
  static constexpr uint32_t kQuietTicksMin = 3;

 private:
  double Expected(double seconds) const;
  double Dispersion() const;
  void Watch(double arrivals, double expected, double threshold);
  void Learn(double arrivals, double seconds);

  Learned learned_;
  Learned before_;  // when it became quiet
  float score_ = 0;
  float back_score_ = 0;
  uint32_t quiet_ticks_ = 0;
  bool stopped_ = false;
  bool heard_ = false;  // reports came when the level was known
  // The minute that is running: how many ticks, arrivals, and expected arrivals.
  float minute_ticks_ = 0;
  float minute_arrivals_ = 0;
  float minute_expected_ = 0;
  // The quarter of an hour that is running.
  float quarter_arrivals_ = 0;
  uint16_t quarter_ticks_ = 0;
  uint16_t quarter_stopped_ticks_ = 0;
  ArrivalRhythm::Least least_;
  ArrivalRhythm rhythm_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_ARRIVAL_MODEL_H_
