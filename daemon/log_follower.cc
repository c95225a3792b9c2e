#include "daemon/log_follower.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(100);
constexpr absl::Duration kSayAlive = absl::Seconds(1);

}  // namespace

absl::StatusOr<std::unique_ptr<LogFollower>> LogFollower::Start(const KafkaSettings& settings,
                                                                std::vector<int64_t> next_offsets,
                                                                LogFollowerParts parts) {
  absl::StatusOr<std::unique_ptr<KafkaReader>> reader =
      KafkaReader::Start(settings, std::move(next_offsets));
  if (!reader.ok()) return reader.status();
  std::unique_ptr<LogFollower> self(new LogFollower(*std::move(reader), std::move(parts)));
  self->thread_ = std::thread(&LogFollower::Run, self.get());
  return self;
}

LogFollower::~LogFollower() { Stop(); }

void LogFollower::Stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void LogFollower::Run() {
  while (!stopping_) {
    const absl::Status status =
        reader_->Poll(kPoll, [this](const KafkaRecord& record) { return Apply(record); });
    if (absl::IsCancelled(status)) return;
    if (!status.ok()) {
      parts_.fail(status);
      return;
    }
    const absl::Duration now = clock_.Monotonic();
    if (now - said_alive_ < kSayAlive) continue;
    said_alive_ = now;
    parts_.alive();
  }
}

absl::Status LogFollower::Apply(const KafkaRecord& record) {
  // Between two records, since as many may wait as take seconds.
  if (stopping_) return absl::CancelledError("the process stops");
  absl::StatusOr<Epoch> epoch = Epoch::Parse(record.bytes);
  if (epoch.ok()) return parts_.apply(record, *std::move(epoch));
  if (absl::IsUnimplemented(epoch.status())) {
    return absl::FailedPreconditionError(
        absl::StrCat(epoch.status().message(), "; update this program: counters before fronts"));
  }
  return absl::Status(epoch.status().code(),
                      absl::StrCat(epoch.status().message(),
                                   "; the record is damaged or another program wrote it. It cannot "
                                   "be skipped, since what it counted would be lost in silence"));
}

}  // namespace gmewatch
