// Properties of the whole path from batches to spike reports: what must not change the result.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "daemon/detect/counter_reader.h"
#include "daemon/detect/detector.h"
#include "tests/daemon/aggregate/epochs.h"
#include "tests/daemon/detect/detector_run.h"
#include "tests/daemon/detect/series/model_run.h"
#include "tests/support/random.h"

namespace gmewatch {
namespace {

using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

constexpr size_t kApps = 3;
constexpr size_t kRegions = 3;
constexpr size_t kPlaces = kApps * kRegions;
constexpr uint64_t kSessions = kPlaces * 16;
constexpr int32_t kCodes[] = {1005, 10001, 10003};
constexpr int kHour = static_cast<int>(kTicksPerHour);

// The reports of a tick in the order of their arrival, at most one from each session.
struct Report {
  uint64_t session = 0;
  std::vector<Entry> entries;
};
using Traffic = std::vector<std::vector<Report>>;

// Each session reports from one place.
size_t PlaceOf(uint64_t session) { return session % kPlaces; }
// Pseudo-random, as session ids are.
uint64_t IdOf(uint64_t session) { return (session + 1) * 0x9E3779B97F4A7C15U >> 20U; }

// Counts of each code at this mean; none of a code that has not occurred.
std::vector<Entry> SomeEntries(double mean, Random* counts) {
  std::vector<Entry> entries;
  for (const int32_t code : kCodes) {
    const auto events = static_cast<uint32_t>(counts->Poisson(mean));
    if (events > 0) entries.push_back({code, events});
  }
  return entries;
}

// An hour at the baseline; then ten minutes with `factor` times the rate in region 1 and, if
// `loops`, one looping session.
Traffic SomeTraffic(uint64_t seed, double factor, bool loops) {
  Random counts(seed);
  Traffic traffic(kHour + 60);
  for (size_t tick = 0; tick < traffic.size(); ++tick) {
    const bool outage = tick >= kHour;
    for (uint64_t session = 0; session < kSessions; ++session) {
      const double mean = outage && PlaceOf(session) % kRegions == 1 ? 0.1 * factor : 0.1;
      Report report = {session, SomeEntries(mean, &counts)};
      if (outage && loops && session == 0) report.entries.push_back({kCodes[0], 300});
      if (!report.entries.empty()) traffic[tick].push_back(std::move(report));
    }
  }
  return traffic;
}

struct Names {
  std::vector<std::string> apps = {"app0", "app1", "app2"};
  std::vector<std::string> regions = {"region0", "region1", "region2"};
};

// An Aggregate whose counters a Detector watches.
class Chain {
 public:
  explicit Chain(const Names& names)
      : names_(names), feed_(&aggregate_), detector_(StrictSettings()), sequences_(kSessions + 1) {
    internal::Policy policy = SomePolicy();
    feed_.SetPolicy(policy);
    // Adds the places in order.
    for (size_t place = 0; place < kPlaces; ++place) {
      Add({kSessions, {}}, place);
    }
    Apply();
    reader_.emplace(aggregate_.counters());
  }

  // Returns the text of the report after each tick.
  std::vector<std::string> Play(const Traffic& traffic, bool split) {
    std::vector<std::string> reports;
    for (size_t tick = 0; tick < traffic.size(); ++tick) {
      for (const Report& report : traffic[tick]) {
        if (split) {
          AddSplit(report);
        } else {
          Add(report, PlaceOf(report.session));
        }
      }
      Apply();
      Tick(kFirstTick + static_cast<uint32_t>(tick));
      reports.push_back(ReportText(detector_.Report()));
    }
    return reports;
  }
  SpikeReport Last() const { return detector_.Report(); }

 private:
  void Add(const Report& report, size_t place) {
    epoch_.Add(SomeBatch(IdOf(report.session), ++sequences_[report.session], report.entries),
               From(names_.apps[place / kRegions], names_.regions[place % kRegions]));
  }
  // Adds every event in a batch of its own, and applies an epoch now and then.
  void AddSplit(const Report& report) {
    for (const Entry& entry : report.entries) {
      for (uint32_t i = 0; i < entry.count; ++i) {
        Add({report.session, {{entry.code, 1}}}, PlaceOf(report.session));
      }
    }
    if (report.session % 5 == 0) Apply();
  }
  void Apply() {
    feed_.Apply(&epoch_);
    epoch_.Clear();
  }
  void Tick(uint32_t tick) {
    const Counters& counters = aggregate_.counters();
    if (detector_.codes() != counters.codes()) {
      std::vector<WatchedCode> codes(counters.codes());
      for (size_t slot = 0; slot < codes.size(); ++slot) codes[slot].code = counters.code(slot);
      codes[kOtherSlot].other = true;
      detector_.SetCodes(std::move(codes));
    }
    for (size_t id = detector_.places(); id < counters.places(); ++id) {
      detector_.AddPlace(counters.place(id).place());
    }
    detector_.Tick(tick, 1, reader_->Read());
  }

  const Names names_;
  Aggregate aggregate_;
  Feed feed_;
  Epoch epoch_;
  std::optional<CounterReader> reader_;
  Detector detector_;
  std::vector<uint64_t> sequences_;
};

// The expected reports. There are a spike and a loop, so that the comparison means something.
std::vector<std::string> Expected(const Traffic& traffic) {
  Chain chain({});
  std::vector<std::string> reports = chain.Play(traffic, false);
  EXPECT_THAT(SpikeTexts(chain.Last()),
              IsSupersetOf({"1005 in region1 of all", "1005 in region0 of app0 (loop)"}));
  EXPECT_THAT(chain.Last().incidents, Not(IsEmpty()));
  return reports;
}

TEST(DetectPropertiesTest, SplittingBatchesChangesNothing) {
  const Traffic traffic = SomeTraffic(51, 5, true);
  EXPECT_EQ(Chain({}).Play(traffic, true), Expected(traffic));
}

TEST(DetectPropertiesTest, TheOrderOfBatchesInATickChangesNothing) {
  const Traffic traffic = SomeTraffic(52, 5, true);
  Traffic shuffled = traffic;
  Random random(53);
  for (std::vector<Report>& tick : shuffled) {
    for (size_t i = tick.size(); i > 1; --i) {
      std::swap(tick[i - 1], tick[static_cast<size_t>(random.Uniform() * static_cast<double>(i))]);
    }
  }
  ASSERT_NE(shuffled[0][0].session, traffic[0][0].session);
  EXPECT_EQ(Chain({}).Play(shuffled, false), Expected(traffic));
}

TEST(DetectPropertiesTest, NamesChangeNothingButTheNames) {
  const Traffic traffic = SomeTraffic(54, 5, true);
  // In reverse alphabetical order.
  const Names names = {{"Zulu", "Mike", "Alfa"}, {"Yankee", "Lima", "Bravo"}};
  std::vector<std::string> reports = Chain(names).Play(traffic, false);
  for (std::string& report : reports) {
    for (size_t i = 0; i < 3; ++i) {
      absl::StrReplaceAll(
          {{names.apps[i], Names().apps[i]}, {names.regions[i], Names().regions[i]}}, &report);
    }
  }
  EXPECT_EQ(reports, Expected(traffic));
}

TEST(DetectPropertiesTest, AMultipleOfAllEventsIsNoSpike) {
  for (uint64_t seed = 55; seed < 60; ++seed) {
    Traffic traffic = SomeTraffic(seed, 1, false);
    for (std::vector<Report>& tick : traffic) {
      for (Report& report : tick) {
        for (Entry& entry : report.entries) entry.count *= 7;
      }
    }
    Chain chain({});
    for (const std::string& report : chain.Play(traffic, false)) {
      EXPECT_THAT(report, Not(testing::HasSubstr(" in "))) << seed;
    }
  }
}

}  // namespace
}  // namespace gmewatch
