// Counters that a test fills through epochs, as the daemon does, and a TriageMemory over them.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_DAEMON_TRIAGE_COUNTED_WORLD_H_
#define GMEWATCH_TESTS_DAEMON_TRIAGE_COUNTED_WORLD_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "daemon/aggregate/aggregate.h"
#include "daemon/base/clock.h"
#include "daemon/catalog/catalog.h"
#include "daemon/triage/memory.h"

namespace gmewatch {

// The first second of an hour.
inline constexpr int64_t kWorldStart = 28'000'020 * int64_t{60};

class CountedWorld {
 public:
  CountedWorld() : clock(absl::FromUnixSeconds(kWorldStart)), memory(aggregate.counters(), clock) {
    Epoch epoch;
    internal::Policy& policy = epoch.policy.emplace();
    for (const CatalogCode& code : catalog.codes()) policy.add_catalog_codes(code.value);
    policy.set_max_app_regions(1000);
    policy.set_session_horizon_ms(int64_t{24} * 3600 * 1000);
    Apply(&epoch);
    Read();
  }

  static Origin From(const std::string& app, const std::string& region,
                     const std::string& app_version = "1.0",
                     const std::string& sdk_version = "2.9") {
    return {app, region, app_version, sdk_version, "ios"};
  }

  // Counts a batch of a new session.
  void Count(const Origin& origin, std::vector<Entry> entries, bool late = false,
             std::vector<Detail> details = {}) {
    Batch batch;
    batch.session = {++sessions_, 7};
    batch.sequence = 1;
    batch.late = late;
    batch.entries = std::move(entries);
    batch.details = std::move(details);
    Epoch epoch;
    epoch.Add(batch, HashedOrigin(origin));
    Apply(&epoch);
  }
  void Apply(Epoch* epoch) {
    epoch->time_ms = absl::ToUnixMillis(clock.Now());
    aggregate.Apply(++number_, *epoch, &verdicts_);
    memory.Observe(number_, *epoch, verdicts_);
  }
  void Read() { memory.ReadCounters(rejected, absl::ZeroDuration()); }
  // Time passes; the counters are read every ten seconds.
  void Pass(absl::Duration time) {
    for (absl::Duration past; past < time; past += absl::Seconds(10)) {
      clock.Advance(absl::Seconds(10));
      Read();
    }
  }

  size_t Slot(int32_t code) const {
    const Counters& counters = aggregate.counters();
    for (size_t slot = kOtherSlot + 1; slot < counters.codes(); ++slot) {
      if (counters.code(slot) == code) return slot;
    }
    return kOtherSlot;
  }
  CodeNumbers Numbers(int32_t code) const { return memory.Codes()[Slot(code)].numbers; }

  Catalog catalog = Catalog::Embedded();
  ManualClock clock;
  Aggregate aggregate;
  TriageMemory memory;
  RejectedByReason rejected{};

 private:
  uint64_t number_ = 0;
  uint64_t sessions_ = 0;
  std::vector<Verdict> verdicts_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_TRIAGE_COUNTED_WORLD_H_
