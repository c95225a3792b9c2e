#include "daemon/detect/arrival_reader.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <vector>

#include "tests/support/random.h"
#include "tests/support/session_with_spread.h"

namespace gmewatch {
namespace {

class ArrivalReaderTest : public testing::Test {
 protected:
  ArrivalReaderTest() {
    for (const char* region : {"eu", "us"}) counters_.AddPlace({"shooter", region}, true);
  }
  void Send(size_t place, int sessions, int batches = 1) {
    for (int i = 0; i < sessions; ++i) {
      const SessionId session = {random_.Bits(), random_.Bits()};
      for (int j = 0; j < batches; ++j) counters_.place(place).reporters().Add(session);
    }
  }

  Counters counters_;
  Random random_{71};
};

TEST_F(ArrivalReaderTest, CountsSessionsOfEachPlaceSinceTheReadBefore) {
  Send(0, 7);
  ArrivalReader reader(counters_);
  EXPECT_EQ(reader.Read()[0].sessions, 0) << "before it";
  for (const int sessions : {1, 30, 1000, 100'000}) {
    Send(1, sessions);
    const std::vector<Arrivals>& arrivals = reader.Read();
    EXPECT_EQ(arrivals[0].sessions, 0);
    EXPECT_NEAR(arrivals[1].sessions, sessions, 0.4 * sessions) << sessions;
    EXPECT_EQ(reader.Read()[1].sessions, 0);
  }
}

TEST_F(ArrivalReaderTest, OneSessionIsOneHoweverMuchItSends) {
  ArrivalReader reader(counters_);
  Send(0, 1, 10'000);
  EXPECT_NEAR(reader.Read()[0].sessions, 1, 0.1);
  EXPECT_NEAR(reader.Read()[0].all_sessions, 1, 0.1);
}

TEST_F(ArrivalReaderTest, ForgedIdsAreNoMoreSessionsThanBatches) {
  ArrivalReader reader(counters_);
  // One for each register, with the highest rank.
  for (uint64_t id = 0; id < Reporters::kRegisters; ++id) {
    counters_.place(0).reporters().Add(SessionWithSpread(id));
  }
  EXPECT_EQ(reader.Read()[0].sessions, Reporters::kRegisters);
}

TEST_F(ArrivalReaderTest, IdsThatAreNotRandomAreSessionsToo) {
  constexpr uint64_t kSessions = 1000;
  // A count at either end of the id, as big-endian and as text; a host with process numbers.
  for (const auto& id : std::vector<std::function<SessionId(uint64_t)>>{
           [](uint64_t i) {
             return SessionId{i, 0};
           },
           [](uint64_t i) {
             return SessionId{0, i};
           },
           [](uint64_t i) {
             return SessionId{0, i << 48};
           },
           [](uint64_t i) {
             return SessionId{i << 40, i << 40};
           },
           [](uint64_t i) {
             return SessionId{i, i};
           },
           [](uint64_t i) {
             return SessionId{0x70616C7965722D30, 0x3030303030 + (i << 40)};
           }}) {
    ArrivalReader reader(counters_);
    std::set<uint64_t> buckets;
    for (uint64_t i = 0; i < kSessions; ++i) {
      counters_.place(0).reporters().Add(id(i));
      buckets.insert(SpreadOf(id(i)) % Senders::kBuckets);
    }
    EXPECT_NEAR(reader.Read()[0].sessions, kSessions, 0.4 * kSessions);
    EXPECT_EQ(buckets.size(), Senders::kBuckets);
  }
}

TEST_F(ArrivalReaderTest, CountsDifferentSessionsOverManyReadsUntilForget) {
  ArrivalReader reader(counters_);
  for (int i = 0; i < 10; ++i) {
    Send(0, 2);
    reader.Read();
  }
  EXPECT_NEAR(reader.Read()[0].all_sessions, 20, 6);
  reader.Forget();
  EXPECT_EQ(reader.Read()[0].all_sessions, 0);
}

TEST_F(ArrivalReaderTest, ReadsPlacesThatAreAddedLater) {
  ArrivalReader reader(counters_);
  counters_.AddPlace({"racer", "eu"}, true);
  Send(2, 5);
  ASSERT_EQ(reader.Read().size(), 3U);
}

}  // namespace
}  // namespace gmewatch
