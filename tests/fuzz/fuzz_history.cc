#include <google/protobuf/stubs/logging.h>

#include <string>

#include "daemon/aggregate/counters.h"
#include "daemon/base/clock.h"
#include "daemon/triage/memory.h"
#include "tests/fuzz/require.h"
#include "tests/fuzz/targets.h"

namespace gmewatch {

void FuzzHistory(absl::string_view bytes) {
  google::protobuf::SetLogHandler(nullptr);  // no log lines about invalid UTF-8
  Counters counters;
  for (const int32_t code : {1005, -7, 10003}) counters.AddCode(code, /*shown=*/true);
  counters.AddPlace({"demo", "eu"}, /*shown=*/true)->mutable_cell(1)->events.Add(12);
  ManualClock clock(absl::FromUnixSeconds(1'790'000'000));
  TriageMemory memory(counters, clock);
  const absl::Status loaded = memory.Load(std::string(bytes));
  if (!loaded.ok()) Require(absl::IsDataLoss(loaded), "damage is DataLoss");
  // Whatever was loaded or not, the pages are made of it.
  for (int minute = 0; minute < 3; ++minute) {
    memory.ReadCounters({}, absl::ZeroDuration());
    clock.Advance(absl::Minutes(1));
  }
  const std::vector<SeenCode> codes = memory.Codes();
  Require(codes.size() == counters.codes(), "a code for each column");
  for (size_t slot = 0; slot < codes.size(); ++slot) memory.Past(slot);
  memory.Recent();
  TriageMemory again(counters, clock);
  Require(again.Load(memory.Save({})).ok(), "what was saved is loaded");
}

}  // namespace gmewatch
