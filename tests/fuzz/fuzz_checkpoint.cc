#include <google/protobuf/stubs/logging.h>

#include <string>
#include <vector>

#include "daemon/aggregate/aggregate.h"
#include "daemon/model/checkpoint.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/require.h"
#include "tests/fuzz/targets.h"

namespace gmewatch {
namespace {

// As state.db's tables have it: any numbers, whatever the checksums say.
Checkpoint ReadCheckpoint(FuzzInput* in) {
  Checkpoint out;
  out.epoch = in->Number(8);
  out.time_ms = static_cast<int64_t>(in->Number(8));
  out.steady_ms = static_cast<int64_t>(in->Number(8));
  out.policy = in->Text();
  out.batches_counted = in->Number(8);
  for (uint64_t n = in->Number(1); n > 0; --n) {
    out.codes.push_back({static_cast<uint32_t>(in->Number(2)), static_cast<int32_t>(in->Number(4)),
                         in->Number(1) % 2 == 1, in->Number(1) % 2 == 1});
  }
  for (uint64_t n = in->Number(1) % 16; n > 0; --n) {
    PlaceRow row;
    row.id = static_cast<uint32_t>(in->Number(2));
    row.place = {in->Text(), in->Text()};
    row.shown = in->Number(1) % 2 == 1;
    row.success_events = in->Number(8);
    row.sessions = in->Number(8);
    row.lost[0] = in->Number(8);
    out.places.push_back(row);
  }
  for (uint64_t n = in->Number(1); n > 0; --n) {
    out.counters.push_back({static_cast<uint32_t>(in->Number(2)),
                            static_cast<uint32_t>(in->Number(2)), in->Number(8), in->Number(8),
                            in->Number(8)});
  }
  for (uint64_t n = in->Number(1) % 4; n > 0; --n) {
    out.pages.push_back({static_cast<uint32_t>(in->Number(4)), in->LongText()});
  }
  return out;
}

uint64_t EventsOf(const Checkpoint& checkpoint) {
  uint64_t events = 0;
  for (const PlaceRow& row : checkpoint.places) events += row.success_events;
  for (const CounterRow& row : checkpoint.counters) events += row.events;
  return events;
}

}  // namespace

void FuzzCheckpoint(absl::string_view bytes) {
  google::protobuf::SetLogHandler(nullptr);  // no log lines about invalid UTF-8
  FuzzInput in(bytes);
  const Checkpoint checkpoint = ReadCheckpoint(&in);
  Aggregate aggregate;
  const absl::Status restored = aggregate.Restore(checkpoint);
  if (!restored.ok()) {
    Require(absl::IsDataLoss(restored), "damage is DataLoss");
    return;
  }
  const Checkpoint taken = aggregate.TakeCheckpoint(/*changed_only=*/false);
  Aggregate again;
  Require(again.Restore(taken).ok(), "what was saved is restored");
  const Checkpoint taken_again = again.TakeCheckpoint(/*changed_only=*/false);
  Require(EventsOf(taken) == EventsOf(taken_again) &&
              taken.codes.size() == taken_again.codes.size() &&
              taken.places.size() == taken_again.places.size() &&
              aggregate.session_count() == again.session_count(),
          "it is the same");
  const absl::StatusOr<Epoch> epoch = Epoch::Parse(in.Rest());
  if (!epoch.ok()) return;
  std::vector<Verdict> verdicts;
  aggregate.Apply(checkpoint.epoch + 1, *epoch, &verdicts);
}

}  // namespace gmewatch
