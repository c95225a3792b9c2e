#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "daemon/detect/detector.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/require.h"
#include "tests/fuzz/targets.h"

namespace gmewatch {
namespace {

constexpr uint32_t kTicks = 3;

std::vector<DetectorPage> ReadPages(FuzzInput* in) {
  std::vector<DetectorPage> pages = {{{}, in->LongText()}};
  while (!in->at_end()) {
    const Place place = {in->Text(), in->Text()};
    pages.push_back({place, in->LongText()});
  }
  return pages;
}

std::vector<WatchedCode> ColumnsOf(const Detector& detector) {
  std::vector<WatchedCode> columns;
  for (size_t slot = 0; slot < detector.codes(); ++slot) {
    WatchedCode& column = columns.emplace_back();
    column.code = detector.code(slot);
    column.other = slot == 0;
  }
  return columns;
}

void Run(Detector* detector) {
  const uint32_t begin = detector->last_tick();
  if (begin > UINT32_MAX - 10 * kTicks) return;
  for (uint32_t i = 1; i <= kTicks; ++i) {
    std::vector<CellGain> gains;
    for (size_t place = 0; place < std::min<size_t>(detector->places(), 4); ++place) {
      for (size_t slot = 0; slot < std::min<size_t>(detector->codes(), 8); ++slot) {
        CellGain gain;
        gain.place = static_cast<uint32_t>(place);
        gain.slot = static_cast<uint32_t>(slot);
        gain.events = uint64_t{100} * i;
        gains.push_back(gain);
      }
    }
    detector->Tick(begin + i, 1, gains);
  }
  for (size_t slot = 0; slot < detector->codes(); ++slot) {
    detector->ViewOf(detector->code(slot), slot == 0);
  }
}

}  // namespace

void FuzzDetector(absl::string_view bytes) {
  google::protobuf::SetLogHandler(nullptr);  // no log lines about invalid UTF-8
  FuzzInput in(bytes);
  Detector detector{DetectSettings()};
  const absl::Status loaded = detector.Load(ReadPages(&in));
  if (!loaded.ok()) {
    Require(absl::IsDataLoss(loaded) || absl::IsFailedPrecondition(loaded),
            "damage is DataLoss, another version FailedPrecondition");
    Require(detector.places() == 0 && detector.codes() == 0, "then nothing is loaded");
    return;
  }
  {
    Detector again{DetectSettings()};
    Require(again.Load(detector.Save(/*changed_only=*/false)).ok(), "what was loaded is saved");
  }
  // gmewatchd compares the columns with those of the counters before it goes on.
  if (detector.codes() > kCodeSlotsMax) return;
  detector.SetCodes(ColumnsOf(detector));
  Run(&detector);
  Detector again{DetectSettings()};
  // Numbers at the ends of their range may leave it.
  const absl::Status loaded_again = again.Load(detector.Save(/*changed_only=*/false));
  Require(loaded_again.ok() || absl::IsDataLoss(loaded_again), "damage is named later, too");
}

}  // namespace gmewatch
