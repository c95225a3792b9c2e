// Why acknowledged means counted exactly once, whatever the network does to the records of fronts:
// a model of clients, two fronts' lanes and a partition, with the real aggregate behind it. A step
// is one thing that may happen: a client sends, its connection is cut, a front writes what waits, a
// record lands, lands again or is lost, a front learns which of these it was, or does not.
//
// The rules that make it true are the lane's: one record is under way at a time, and if it is not
// known to have landed, everything that waits in the lane is rejected, so that the client begins
// again with the oldest batch. Without one of them, or without duplicate detection, the test fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/daemon/aggregate/shared_log.h"
#include "tests/support/environment.h"

namespace gmewatch {
namespace {

// The rules as they are, or without one.
enum class Rules { kAll, kTwoRecordsUnderWay, kNothingThatWaitsFails, kNoDuplicateDetection };

constexpr size_t kClients = 2;
constexpr size_t kFronts = 2;
constexpr uint64_t kBatches = 3;  // of a client
constexpr int kSteps = 70;        // then everything comes to its end

struct Sent {
  size_t client = 0;
  uint64_t sequence = 0;
  uint64_t call = 0;
};

struct Record {
  std::vector<Sent> batches;
  int landed = 0;
  bool reported = false;
};

struct Client {
  uint64_t acknowledged = 0;  // up to this batch
  uint64_t next = 1;
  uint64_t call = 1;
  size_t front = 0;
};

struct Lane {
  std::deque<Sent> waiting;
  std::vector<std::shared_ptr<Record>> under_way;
};

class Schedule {
 public:
  Schedule(Rules rules, uint64_t number, uint64_t seed, Aggregate* aggregate, int64_t* offset)
      : rules_(rules), number_(number), random_(seed), aggregate_(*aggregate), offset_(*offset) {
    for (Client& client : clients_) client.front = Below(kFronts);
  }

  // What is wrong after it; empty if nothing is.
  std::string Run() {
    for (int step = 0; step < kSteps; ++step) Step();
    for (int step = 0; step < 1000 && !IsOver(); ++step) Finish();
    if (!IsOver()) return "it does not end";
    // What was given up long ago may still land.
    for (const auto& record : lost_) {
      if (OneIn(2)) Land(record.get());
    }
    return Check();
  }

 private:
  size_t Below(size_t n) { return random_() % n; }
  bool OneIn(size_t n) { return Below(n) == 0; }

  void Step() {
    const size_t what = Below(10);
    Lane& lane = lanes_[Below(kFronts)];
    if (what < 3) return Send(&clients_[Below(kClients)]);
    if (what == 3 && OneIn(3)) return BeginAgain(&clients_[Below(kClients)]);
    if (what < 6) return Write(&lane);
    if (what == 6 && !lost_.empty()) return Land(lost_[Below(lost_.size())].get());
    if (lane.under_way.empty()) return;
    const size_t which = Below(lane.under_way.size());
    if (what == 7) return Land(lane.under_way[which].get());
    Report(&lane, which, /*lost=*/OneIn(3));
  }

  // Without cuts and losses, until all is acknowledged.
  void Finish() {
    for (Client& client : clients_) Send(&client);
    for (Lane& lane : lanes_) {
      Write(&lane);
      if (lane.under_way.empty()) continue;
      Report(&lane, 0, /*lost=*/false);
    }
  }

  bool IsOver() const {
    return std::all_of(clients_.begin(), clients_.end(),
                       [](const Client& client) { return client.acknowledged == kBatches; });
  }

  void Send(Client* client) {
    if (client->next > kBatches) return;
    const auto index = static_cast<size_t>(client - clients_.data());
    lanes_[client->front].waiting.push_back({index, client->next++, client->call});
  }

  // A new call, to either front, with the oldest batch that was not acknowledged.
  void BeginAgain(Client* client) {
    ++client->call;
    client->front = Below(kFronts);
    client->next = client->acknowledged + 1;
  }

  void Write(Lane* lane) {
    const size_t most = rules_ == Rules::kTwoRecordsUnderWay ? 2 : 1;
    if (lane->under_way.size() == most || lane->waiting.empty()) return;
    auto record = std::make_shared<Record>();
    for (size_t n = 1 + Below(lane->waiting.size()); n > 0; --n) {
      record->batches.push_back(lane->waiting.front());
      lane->waiting.pop_front();
    }
    lane->under_way.push_back(std::move(record));
  }

  // Once, or again: the broker's answer was lost and the record was sent once more.
  void Land(Record* record) {
    if (record->landed == 2) return;
    ++record->landed;
    Epoch epoch;
    epoch.shared.writer = {1, 1};
    for (const Sent& sent : record->batches) {
      epoch.Add(SomeBatch(number_ * kClients + sent.client, sent.sequence, {{1005, 1}}), origin_);
    }
    const LoggedEpoch logged{kStartMs, std::move(epoch)};
    const std::vector<Verdict> verdicts = ApplyTo(&aggregate_, 0, offset_++, logged);
    for (size_t i = 0; i < verdicts.size(); ++i) {
      const bool counted =
          verdicts[i] == Verdict::kCounted || rules_ == Rules::kNoDuplicateDetection;
      if (counted) ++counted_[{record->batches[i].client, record->batches[i].sequence}];
    }
  }

  // The front learns that the record has landed, or gives it up; then it may land later or never.
  void Report(Lane* lane, size_t which, bool lost) {
    const std::shared_ptr<Record> record = lane->under_way[which];
    if (!lost && record->landed == 0) Land(record.get());
    lane->under_way.erase(lane->under_way.begin() + static_cast<std::ptrdiff_t>(which));
    lost_.push_back(record);
    for (const Sent& sent : record->batches) Answer(sent, !lost);
    if (!lost || rules_ == Rules::kNothingThatWaitsFails) return;
    const std::deque<Sent> waiting = std::exchange(lane->waiting, {});
    for (const Sent& sent : waiting) Answer(sent, false);
  }

  // The answer, if the call still stands.
  void Answer(const Sent& sent, bool acknowledged) {
    Client& client = clients_[sent.client];
    if (client.call != sent.call) return;
    if (!acknowledged) return BeginAgain(&client);
    client.acknowledged = std::max(client.acknowledged, sent.sequence);
  }

  std::string Check() const {
    for (size_t client = 0; client < kClients; ++client) {
      for (uint64_t sequence = 1; sequence <= kBatches; ++sequence) {
        const auto found = counted_.find({client, sequence});
        const int times = found == counted_.end() ? 0 : found->second;
        if (times != 1) {
          return absl::StrCat("batch ", sequence, " of client ", client,
                              " was acknowledged and is counted ", times, " times");
        }
      }
    }
    return "";
  }

  const Rules rules_;
  const uint64_t number_;
  std::mt19937_64 random_;
  Aggregate& aggregate_;
  int64_t& offset_;
  const HashedOrigin origin_ = From("shooter", "eu");
  std::array<Client, kClients> clients_;
  std::array<Lane, kFronts> lanes_;
  std::vector<std::shared_ptr<Record>> lost_;  // reported, or given up
  std::map<std::pair<size_t, uint64_t>, int> counted_;
};

constexpr uint64_t kSeed = 20'240'608;
constexpr uint64_t kSchedulesOfAnAggregate = 10'000;

// Runs schedules until one goes wrong; returns what went wrong, and when.
std::string RunSchedules(Rules rules, uint64_t schedules) {
  std::mt19937_64 random(kSeed);
  std::unique_ptr<Aggregate> aggregate;
  int64_t offset = 0;
  for (uint64_t i = 0; i < schedules; ++i) {
    if (i % kSchedulesOfAnAggregate == 0) {
      aggregate = NewShared(1);
      offset = 0;
    }
    const uint64_t seed = random();
    const std::string wrong = Schedule(rules, i, seed, aggregate.get(), &offset).Run();
    if (!wrong.empty()) return absl::StrCat("schedule ", i, ", seed ", seed, ": ", wrong);
  }
  return "";
}

TEST(OrderModelTest, WhatIsAcknowledgedIsCountedOnceInEverySchedule) {
  EXPECT_EQ(RunSchedules(Rules::kAll, NumberOr("GMEWATCH_ORDER_SCHEDULES", 100'000)), "");
}

TEST(OrderModelTest, TwoRecordsUnderWayAreFound) {
  EXPECT_NE(RunSchedules(Rules::kTwoRecordsUnderWay, 10'000), "");
}

TEST(OrderModelTest, ALaneThatGoesOnAfterALossIsFound) {
  EXPECT_NE(RunSchedules(Rules::kNothingThatWaitsFails, 10'000), "");
}

TEST(OrderModelTest, ACounterThatKnowsNoDuplicatesIsFound) {
  EXPECT_NE(RunSchedules(Rules::kNoDuplicateDetection, 10'000), "");
}

}  // namespace
}  // namespace gmewatch
