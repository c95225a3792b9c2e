// TriageMemory::Observe runs on the thread that counts, so it must not allocate.
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/daemon/triage/counted_world.h"
#include "tests/support/allocations.h"

namespace gmewatch {
namespace {

// More versions, operations and codes than the tables hold, so that values come and go.
Epoch EpochOf(uint64_t number, const CountedWorld& world) {
  Epoch epoch;
  for (uint64_t i = 0; i < 20; ++i) {
    const uint64_t random = number * 20 + i;
    Batch batch;
    batch.session = {random + 1, 1};
    batch.sequence = 1;
    for (size_t code = 0; code < 10; ++code) {
      batch.entries.push_back({world.catalog.codes()[(i * 10 + code) % 73].value, 1});
    }
    batch.entries.push_back({1'000'000 + static_cast<int32_t>(random % 100), 1});
    batch.details.push_back({0, 1005, static_cast<int64_t>(random % 77),
                             absl::StrCat("an operation with a long name ", random % 77)});
    epoch.Add(batch, HashedOrigin(CountedWorld::From(
                         "shooter", "eu", absl::StrCat("a version of a long name ", random % 77))));
  }
  return epoch;
}

TEST(TriageMemoryAllocationTest, ObservingAnEpochAllocatesNothing) {
  CountedWorld world;
  std::vector<Verdict> verdicts;
  uint64_t number = 1'000'000;
  uint64_t allocations = 0;
  const auto observe = [&] {
    world.clock.Advance(absl::Milliseconds(50));
    Epoch epoch = EpochOf(number, world);
    epoch.time_ms = absl::ToUnixMillis(world.clock.Now());
    world.aggregate.Apply(number, epoch, &verdicts);
    const uint64_t before = Allocations();
    world.memory.Observe(number++, epoch, verdicts);
    allocations += Allocations() - before;
  };
  for (int i = 0; i < 300; ++i) observe();
  EXPECT_GT(allocations, 0U) << "the first epochs must allocate tables, or nothing was counted";
  allocations = 0;
  for (int i = 0; i < 1000; ++i) observe();
  EXPECT_EQ(allocations, 0U);
}

}  // namespace
}  // namespace gmewatch
