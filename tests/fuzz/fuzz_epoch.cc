#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <string>
#include <vector>

#include "daemon/aggregate/aggregate.h"
#include "daemon/model/epoch.h"
#include "daemon/model/limits.h"
#include "tests/fuzz/require.h"
#include "tests/fuzz/targets.h"

namespace gmewatch {
namespace {

bool SamePlaces(const Epoch& x, const Epoch& y) {
  return x.shown_places == y.shown_places && x.shown_codes == y.shown_codes;
}

bool SameBatches(const Epoch& x, const Epoch& y) {
  if (!(x.origins() == y.origins())) return false;
  size_t x_offset = 0;
  size_t y_offset = 0;
  BatchView a;
  BatchView b;
  while (x.Next(&x_offset, &a)) {
    if (!y.Next(&y_offset, &b) || !(a.header.session == b.header.session) ||
        a.header.sequence != b.header.sequence || a.header.origin != b.header.origin ||
        EventsOf(a.entries) != EventsOf(b.entries) || a.losses.size() != b.losses.size()) {
      return false;
    }
  }
  return !y.Next(&y_offset, &b);
}

bool SameRejected(const Epoch& x, const Epoch& y) {
  for (size_t i = 0; i < kRejectReasons; ++i) {
    if (x.rejected[i].batches != y.rejected[i].batches ||
        x.rejected[i].events != y.rejected[i].events) {
      return false;
    }
  }
  return true;
}

bool SameDetails(const Epoch& x, const Epoch& y) {
  return std::equal(x.details.begin(), x.details.end(), y.details.begin(), y.details.end(),
                    [](const Detail& a, const Detail& b) {
                      return a.batch == b.batch && a.code == b.code &&
                             a.underlying_code == b.underlying_code && a.operation == b.operation;
                    });
}

void CheckRoundTrip(const Epoch& epoch) {
  std::string record;
  epoch.Serialize(&record);
  const absl::StatusOr<Epoch> again = Epoch::Parse(record);
  Require(again.ok(), "what was serialized parses");
  Require(epoch.time_ms == again->time_ms && epoch.size_bytes() == again->size_bytes() &&
              epoch.policy.has_value() == again->policy.has_value() && SameDetails(epoch, *again) &&
              SamePlaces(epoch, *again) && SameBatches(epoch, *again) &&
              SameRejected(epoch, *again) && epoch.shared == again->shared,
          "it is the same");
  std::string record_again;
  again->Serialize(&record_again);
  Require(record == record_again, "to the byte");
}

uint64_t CountedBy(const Counters& counters) {
  uint64_t sum = 0;
  for (size_t id = 0; id < counters.places(); ++id) {
    sum += counters.place(id).success_events();
    for (size_t slot = 0; slot < counters.codes(); ++slot) {
      sum += counters.place(id).cell(slot).events.value();
    }
  }
  return sum;
}

void CheckCounting(const Epoch& epoch) {
  Aggregate aggregate;
  std::vector<Verdict> verdicts;
  aggregate.Apply(1, epoch, &verdicts);
  uint64_t events = 0;
  size_t offset = 0;
  BatchView batch;
  for (const Verdict verdict : verdicts) {
    Require(epoch.Next(&offset, &batch), "no verdict without a batch");
    if (verdict == Verdict::kCounted) events += EventsOf(batch.entries);
  }
  Require(!epoch.Next(&offset, &batch), "no batch without a verdict");
  Require(CountedBy(aggregate.counters()) == events, "totals add up to what was counted");
  // The same epoch again has the same time, so its sessions are known and its batches duplicates.
  aggregate.Apply(2, epoch, &verdicts);
  Require(CountedBy(aggregate.counters()) == events, "a retry counts nothing");
}

}  // namespace

void FuzzEpoch(absl::string_view bytes) {
  google::protobuf::SetLogHandler(nullptr);  // no log lines about invalid UTF-8
  const absl::StatusOr<Epoch> epoch = Epoch::Parse(bytes);
  if (!epoch.ok()) {
    Require(absl::IsDataLoss(epoch.status()) || absl::IsUnimplemented(epoch.status()),
            "damage is DataLoss, a newer version Unimplemented");
    return;
  }
  CheckRoundTrip(*epoch);
  CheckCounting(*epoch);
}

}  // namespace gmewatch
