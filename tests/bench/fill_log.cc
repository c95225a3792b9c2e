// Fills the topic that fronts and counters share, for tests/bench/cluster.py: batches of many
// sessions in records as large as those of busy fronts, from one process that costs little.
//
//   fill_log --config=FILE [--sessions=N] [--entries=N] [--batches=N] [--known]
//
// Writes the first batch of each session, unless --known says that an earlier run did, then so many
// batches of random sessions. Prints what the brokers have confirmed.
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/clock.h"
#include "daemon/config/settings.h"
#include "daemon/log/kafka/kafka_lane.h"
#include "daemon/log/kafka/kafka_producer.h"
#include "daemon/log/kafka/kafka_topic.h"
#include "tests/bench/batch_bytes.h"
#include "tests/bench/traffic.h"
#include "tests/support/random.h"

ABSL_FLAG(std::string, config, "", "a settings file with log.kafka");
ABSL_FLAG(size_t, sessions, 1'000'000, "sessions");
ABSL_FLAG(size_t, entries, 4, "entries in a batch");
ABSL_FLAG(size_t, batches, 0, "batches of random sessions, after the first one of each");
ABSL_FLAG(bool, known, false, "the first batch of each session is in the log already");

namespace gmewatch {
namespace {

constexpr size_t kRecordBytes = 100'000;

// The lanes of one writer; a session always has the same one.
class LogFiller {
 public:
  LogFiller(KafkaProducer& producer, int partitions) {
    for (int32_t i = 0; i < partitions; ++i) {
      const std::string writer = absl::StrCat("fill", absl::Dec(i, absl::kZeroPad12));
      lanes_.push_back({std::make_unique<KafkaLane>(producer, clock_, i, writer), {}});
    }
  }

  absl::Status Add(size_t session, Traffic* traffic) {
    Lane& lane = lanes_[session % lanes_.size()];
    traffic->Add(session, &lane.epoch);
    ++batches_;
    return lane.epoch.batch_bytes() < kRecordBytes ? absl::OkStatus() : Write(&lane);
  }

  absl::Status WriteRest() {
    for (Lane& lane : lanes_) {
      if (lane.epoch.empty()) continue;
      absl::Status status = Write(&lane);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  uint64_t batches() const { return batches_; }

 private:
  struct Lane {
    std::unique_ptr<KafkaLane> sink;
    Epoch epoch;
  };

  absl::Status Write(Lane* lane) {
    lane->epoch.time_ms = lane->epoch.steady_ms = absl::ToUnixMillis(clock_.Now());
    absl::Status status = lane->sink->Append(0, lane->epoch);
    lane->epoch.Clear();
    return status;
  }

  RealClock clock_;
  std::vector<Lane> lanes_;
  uint64_t batches_ = 0;
};

absl::Status Fill(Traffic* traffic, LogFiller* filler) {
  const size_t sessions = traffic->sessions();
  Epoch earlier;
  for (size_t i = 0; i < sessions; ++i) {
    if (absl::GetFlag(FLAGS_known)) {
      traffic->Add(i, &earlier);
      earlier.Clear();
      continue;
    }
    absl::Status status = filler->Add(i, traffic);
    if (!status.ok()) return status;
  }
  Random random(2);
  for (size_t i = 0; i < absl::GetFlag(FLAGS_batches); ++i) {
    absl::Status status = filler->Add(random.Bits() % sessions, traffic);
    if (!status.ok()) return status;
  }
  return filler->WriteRest();
}

absl::Status Run() {
  const absl::StatusOr<Settings> settings = LoadSettings(absl::GetFlag(FLAGS_config));
  if (!settings.ok()) return settings.status();
  const absl::StatusOr<KafkaSettings> kafka = KafkaSettingsOf(settings->log().kafka());
  if (!kafka.ok()) return kafka.status();
  const absl::StatusOr<KafkaLayout> layout = CheckKafkaTopic(*kafka);
  if (!layout.ok()) return layout.status();
  const absl::StatusOr<std::unique_ptr<KafkaProducer>> producer = KafkaProducer::Start(*kafka);
  if (!producer.ok()) return producer.status();
  const size_t entries = absl::GetFlag(FLAGS_entries);
  Traffic traffic(absl::GetFlag(FLAGS_sessions), entries);
  LogFiller filler(**producer, layout->partitions());
  absl::Status status = Fill(&traffic, &filler);
  if (status.ok()) {
    std::cout << absl::StrCat("acknowledged ", filler.batches(), " batches with ",
                              filler.batches() * BenchEvents(entries), " events\n");
  }
  return status;
}

}  // namespace
}  // namespace gmewatch

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const absl::Status status = gmewatch::Run();
  if (!status.ok()) std::cerr << "fill_log: " << status.message() << "\n";
  return status.ok() ? 0 : 1;
}
