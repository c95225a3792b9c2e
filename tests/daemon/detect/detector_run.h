// A Detector over apps x regions x codes, fed tick by tick with seeded counts from many senders.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_DAEMON_DETECT_DETECTOR_RUN_H_
#define GMEWATCH_TESTS_DAEMON_DETECT_DETECTOR_RUN_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "daemon/detect/detector.h"
#include "tests/daemon/detect/series/model_run.h"
#include "tests/support/random.h"

namespace gmewatch {

inline DetectSettings StrictSettings() {
  DetectSettings settings;
  settings.false_alarms_per_week = 0.05;  // so that no alarm is due to chance
  return settings;
}

// "1005 in eu of shooter", plus "(loop)" and "(over)".
inline std::string SpikeText(const Spike& spike) {
  return absl::StrCat(spike.where.other_code ? "other" : absl::StrCat(spike.where.code), " in ",
                      spike.where.place.region, " of ", spike.where.place.app,
                      spike.retry_loop ? " (loop)" : "", spike.active ? "" : " (over)");
}

inline std::vector<std::string> SpikeTexts(const SpikeReport& report) {
  std::vector<std::string> texts;
  for (const Spike& spike : report.spikes) texts.push_back(SpikeText(spike));
  std::sort(texts.begin(), texts.end());
  return texts;
}

// The texts of the active spikes alone.
inline std::vector<std::string> ActiveSpikeTexts(SpikeReport report) {
  std::erase_if(report.spikes, [](const Spike& spike) { return !spike.active; });
  return SpikeTexts(report);
}

// A whole report, with every bit of its numbers.
inline std::string ReportText(const SpikeReport& report) {
  std::string text = absl::StrCat(report.time_s, " ", report.series, "\n");
  const auto exact = [](double value) { return absl::StrFormat("%a", value); };
  for (const Spike& spike : report.spikes) {
    absl::StrAppend(&text, SpikeText(spike), " ", spike.start_s, " ", spike.end_s, " ",
                    exact(spike.expected_rate), " ", exact(spike.observed_rate), " ",
                    exact(spike.score), "\n");
  }
  for (const Incident& incident : report.incidents) {
    absl::StrAppend(&text, incident.id, incident.active ? " " : " over ", incident.start_s, " ",
                    incident.end_s, " ", incident.place.app, "/", incident.place.region, " cause ",
                    incident.cause_code, " ", incident.cause_action, ":");
    for (const SpikePlace& member : incident.members) {
      absl::StrAppend(&text, " ", member.code, "@", member.place.app, "/", member.place.region);
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

// The events of a cell in a tick.
struct CellInput {
  uint64_t events = 0;  // from many senders
  uint64_t loop = 0;    // from one more sender
};

class DetectorRun {
 public:
  static constexpr size_t kApps = 3;
  static constexpr size_t kRegions = 3;
  // Column 0 is "other"; the last is benign.
  static constexpr std::array<int32_t, 5> kCodes = {0, 1005, 10001, 10004, 1003};
  static constexpr size_t kBenign = 4;

  // A cell at a tick.
  struct At {
    int tick;  // the first is 0
    size_t app;
    size_t region;
    size_t slot;
  };
  using InputFn = std::function<CellInput(const At& at, Random* counts)>;

  explicit DetectorRun(uint64_t seed, const DetectSettings& settings = StrictSettings())
      : counts(seed), detector(settings) {
    detector.SetCodes(WatchedCodes());
    detector.SetFirstCauses({"network", "configuration"});
    for (size_t app = 0; app < kApps; ++app) {
      for (size_t region = 0; region < kRegions; ++region) {
        detector.AddPlace({absl::StrCat("app", app), absl::StrCat("region", region)});
      }
    }
  }

  static std::vector<WatchedCode> WatchedCodes() {
    std::vector<WatchedCode> codes(kCodes.size());
    for (size_t slot = 0; slot < codes.size(); ++slot) codes[slot].code = kCodes[slot];
    codes[0].other = true;
    codes[1].action = "network";
    codes[2].action = "configuration";
    codes[3].action = "read_logs";
    codes[kBenign].ignored = true;
    return codes;
  }

  // Returns the gains of all cells in the next tick.
  std::vector<CellGain> Gains(const InputFn& input) {
    std::vector<CellGain> gains;
    for (uint32_t place = 0; place < kApps * kRegions; ++place) {
      for (uint32_t slot = 0; slot < kCodes.size(); ++slot) {
        const CellInput cell = input({tick, place / kRegions, place % kRegions, slot}, &counts);
        if (cell.events + cell.loop == 0) continue;
        CellGain& gain = gains.emplace_back();
        gain.place = place;
        gain.slot = slot;
        gain.events = cell.events + cell.loop;
        for (uint64_t i = 0; i < cell.events; ++i) AddEvents(Pick(256), 1, &gain);
        if (cell.loop > 0) AddEvents(77, cell.loop, &gain);
      }
    }
    return gains;
  }

  // Replaces the detector by a new one that loads `pages`.
  absl::Status Load(const std::vector<DetectorPage>& pages) {
    detector = Detector(StrictSettings());
    absl::Status status = detector.Load(pages);
    detector.SetCodes(WatchedCodes());
    detector.SetFirstCauses({"network", "configuration"});
    return status;
  }

  // `ticks`: how many ticks the gains were counted over.
  void Tick(const std::vector<CellGain>& gains, uint32_t ticks = 1) {
    tick += static_cast<int>(ticks);
    detector.Tick(kFirstTick + static_cast<uint32_t>(tick) - 1, ticks, gains);
    if (on_report) on_report(detector.Report());
  }
  void Until(int end, const InputFn& input) {
    while (tick < end) Tick(Gains(input));
  }

  Random counts;
  Detector detector;
  int tick = 0;  // the next one
  std::function<void(const SpikeReport&)> on_report;

 private:
  uint64_t Pick(uint64_t below) {
    return static_cast<uint64_t>(counts.Uniform() * static_cast<double>(below));
  }
  static void AddEvents(uint64_t sender, uint64_t events, CellGain* gain) {
    gain->by_sender[sender % Senders::kBuckets] += static_cast<uint32_t>(events);
    gain->sessions |= uint32_t{1} << (sender / Senders::kBuckets % 32);
  }
};

// A Poisson count from many senders.
inline CellInput Many(double mean, Random* counts) { return {.events = counts->Poisson(mean)}; }

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_DETECT_DETECTOR_RUN_H_
