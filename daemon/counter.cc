#include "daemon/counter.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/log.h"
#include "daemon/base/yaml_message.h"
#include "daemon/clock_check.h"
#include "daemon/log/memory_log.h"
#include "daemon/log/sqlite_checkpoint.h"
#include "daemon/log/state_copy.h"

namespace gmewatch {
namespace {

constexpr absl::Duration kConnectAgain = absl::Seconds(5);
constexpr absl::Duration kSayAgain = absl::Minutes(1);
// How long one try to catch up lasts, so that a stop does not wait longer.
constexpr absl::Duration kCatchUpStep = absl::Seconds(10);
// How often markers are written at least: the time of partitions that nobody else writes goes on by
// them, and fronts read them.
constexpr absl::Duration kMarkersEvery = absl::Seconds(10);
constexpr absl::Duration kMarkersWait = absl::Seconds(5);
constexpr absl::Duration kTickWaitMax = absl::Seconds(5);
constexpr absl::Duration kCheckEvery = absl::Minutes(1);
// A counter that is farther behind is not ready, so that a proxy asks another one.
constexpr absl::Duration kBehindMax = absl::Seconds(30);
// A log without a state is read from its begin; its records may be this old.
constexpr absl::Duration kLongBefore = absl::Hours(24 * 7);

}  // namespace

absl::StatusOr<std::unique_ptr<Counter>> Counter::Start(DaemonOptions options, Clock& clock) {
  // It has no such ports, so nobody reaches them.
  options.ingest_address.clear();
  options.connect_address.clear();
  std::unique_ptr<Counter> self(new Counter(std::move(options), clock));
  absl::Status status = self->core_.Load();
  for (const auto step : {&Counter::OpenState, &Counter::Restore, &Counter::StartAdmin}) {
    if (status.ok()) status = (self.get()->*step)();
  }
  if (status.ok()) return self;
  self->Stop().IgnoreError();  // the error of the start is the one to return
  return status;
}

Counter::~Counter() { Stop().IgnoreError(); }

absl::Status Counter::OpenState() {
  const std::string& state_dir = core_.options().state_dir;
  if (state_dir.empty()) {
    store_ = std::make_unique<MemoryLog>();
    return absl::OkStatus();
  }
  absl::StatusOr<StateLock> lock = StateLock::Acquire(state_dir);
  if (!lock.ok()) return lock.status();
  lock_.emplace(*std::move(lock));
  absl::StatusOr<std::unique_ptr<SqliteCheckpoint>> store = SqliteCheckpoint::Open(state_dir);
  if (!store.ok()) return store.status();
  store_ = *std::move(store);
  return absl::OkStatus();
}

absl::Status Counter::Restore() {
  CountReaderParts parts;
  parts.rejected = [this] { return aggregate_.stats().rejected; };
  parts.intake = [this] {
    Intake intake = IntakeOf(aggregate_.stats(), {});
    intake.commits = log_->records();
    intake.failed_commits = log_->failed_waits();
    return intake;
  };
  parts.show = [this](const std::vector<Place>& places, const std::vector<int32_t>& codes) {
    log_->Show(places, codes);
  };
  parts.shared = true;
  const absl::Duration tick = DetectSettings(core_.files().settings.detect()).tick;
  const absl::Duration wait = std::min(tick / 2, kTickWaitMax);
  parts.complete = [this, wait] { return log_->Await(wait).ok(); };
  parts.pushes = [this] { return scraped_.IsLately(); };
  parts.add_stats = [this](SelfStats* stats) { AddStats(stats); };
  parts.add_state = [this](DaemonState* state) { AddState(state); };
  readers_ = std::make_unique<CountReaders>(
      aggregate_, core_.clock(), DetectSettings(core_.files().settings.detect()), std::move(parts));
  const std::string& state_dir = core_.options().state_dir;
  absl::StatusOr<std::optional<Checkpoint>> checkpoint = store_->LoadCheckpoint();
  if (!checkpoint.ok()) return checkpoint.status();
  if (!checkpoint->has_value()) {
    // For who expected otherwise: another directory, a volume that is not mounted.
    LogInfo("the log is counted from its begin",
            {{"state_dir", state_dir.empty() ? "in memory" : state_dir}});
    readers_->Recovered(core_.clock().Now() - kLongBefore);
  } else {
    const absl::Time time = absl::FromUnixMillis((*checkpoint)->time_ms);
    restored_ = (*checkpoint)->partitions;
    number_ = (*checkpoint)->epoch;
    absl::Status restored = readers_->Restore(**std::move(checkpoint));
    if (!restored.ok()) {
      return absl::DataLossError(absl::StrCat(state_dir, "/state.db: ", restored.message()));
    }
    WarnIfClockIsOdd(core_.clock().Now(), time, time);
    LogInfo("state loaded", {{"records", absl::StrCat(number_)},
                             {"saved", absl::FormatTime(time)},
                             {"sessions", absl::StrCat(aggregate_.session_count())}});
  }
  core_.CountStart(store_->CountStart());
  readers_->LoadDetectors();
  return absl::OkStatus();
}

absl::Status Counter::StartAdmin() {
  absl::StatusOr<KafkaSettings> kafka = KafkaSettingsOf(core_.files().settings.log().kafka());
  if (!kafka.ok()) return kafka.status();
  CounterLogParts parts;
  parts.counted = [this](const Epoch& epoch, const std::vector<Verdict>& verdicts) {
    Counted(epoch, verdicts);
  };
  parts.fail = [this](const absl::Status& status) { core_.Fail(status); };
  parts.alive = core_.options().on_alive;
  log_ =
      std::make_unique<CounterLog>(*std::move(kafka), aggregate_, core_.clock(), std::move(parts));
  AdminServerOptions admin;
  admin.address = core_.options().admin_address;
  admin.guard = &core_.guard();
  admin_ = std::make_unique<AdminServer>(
      admin, core_.clock(),
      [this](const ScrapeRequest& request, ChunkSink sink) { return Scrape(request, sink); },
      [this] { return Ready(); });
  readers_->AddTo(admin_.get());
  admin_->AddStream("/state.db", [this](ChunkSink sink) { return SendState(sink); });
  absl::Status status = admin_->Start();
  if (!status.ok()) return status;
  Use(core_.files());
  work_.Start();
  return absl::OkStatus();
}

void Counter::Use(const DaemonFiles& files) {
  const std::string url = ServiceCore::UrlOf(files.settings, admin_address());
  core_.Use(files.settings, url);
  log_->SetPolicy(files.Policy());
  sessions_limit_ = files.settings.limits().max_sessions();
  read_wait_ms_ = absl::ToInt64Milliseconds(ToDuration(files.settings.expose().read_wait()));
  readers_->Use(files, url);
}

void Counter::Reload() {
  absl::MutexLock lock(&reload_mutex_);
  core_.Reload([this](const DaemonFiles& files) { Use(files); });
}

absl::Duration Counter::Work() {
  if (!log_->connected()) return Connect();
  return caught_up_ ? LookAfter() : CatchUp();
}

absl::Duration Counter::Connect() {
  core_.options().on_alive();
  const absl::Status status = log_->Connect(restored_);
  if (status.ok()) {
    // Only now the state has a place in the log.
    if (!core_.options().state_dir.empty()) {
      absl::MutexLock lock(&reload_mutex_);
      readers_->StartCheckpoints(*store_,
                                 ToDuration(core_.files().settings.log().checkpoint_interval()));
    }
    return absl::ZeroDuration();
  }
  if (!absl::IsUnavailable(status)) {
    core_.Fail(status);
    return absl::InfiniteDuration();
  }
  if (IsToSay()) {
    LogWarning(
        "the brokers do not answer; the counter waits for them, is not ready until then and "
        "shows what it had counted",
        {{"error", std::string(status.message())}});
  }
  return kConnectAgain;
}

bool Counter::IsToSay() {
  const absl::Duration now = core_.clock().Monotonic();
  if (now - said_waiting_ < kSayAgain) return false;
  said_waiting_ = now;
  return true;
}

absl::Duration Counter::CatchUp() {
  const absl::Status status = log_->Await(kCatchUpStep);
  if (status.ok()) {
    Serve();
    return absl::ZeroDuration();
  }
  if (absl::IsCancelled(status)) return absl::InfiniteDuration();
  if (IsToSay()) {
    LogInfo("catches up with the log", {{"records", absl::StrCat(log_->records())}});
  }
  return absl::ZeroDuration();
}

void Counter::Serve() {
  const DaemonStats stats = core_.Stats(true);
  core_.SetRecovery(stats.uptime);
  LogInfo("caught up with the log", {{"records", absl::StrCat(log_->records())},
                                     {"sessions", absl::StrCat(aggregate_.session_count())},
                                     {"took", absl::FormatDuration(stats.uptime)}});
  absl::MutexLock lock(&reload_mutex_);
  caught_up_ = true;
  readers_->Start(core_.files(), ServiceCore::UrlOf(core_.files().settings, admin_address()));
  readers_->StartSilence();
  core_.SetReady(true);
}

absl::Duration Counter::LookAfter() {
  const absl::Duration now = core_.clock().Monotonic();
  if (now - checked_ >= kCheckEvery) {
    checked_ = now;
    if (!core_.AcceptsTopic(log_->CheckTopic())) return absl::InfiniteDuration();
  }
  const std::optional<absl::Duration> behind = log_->behind();
  // A scrape or a tick has just written some.
  if (behind.has_value() && *behind < kMarkersEvery / 2) return kMarkersEvery / 2;
  log_->Await(kMarkersWait).IgnoreError();  // it is counted
  return kMarkersEvery / 2;
}

void Counter::Counted(const Epoch& epoch, const std::vector<Verdict>& verdicts) {
  ++number_;
  if (session_room_.Watch(aggregate_.session_count(), sessions_limit_)) {
    log_->SetSessionsScarce(session_room_.is_scarce());
  }
  if (caught_up_) {
    readers_->Observe(number_, epoch, verdicts);
  } else {
    // Partitions are read in pieces; the counts are complete up to the oldest of their times.
    readers_->Replayed(number_, epoch, verdicts, absl::FromUnixMillis(aggregate_.OldestRecordMs()));
  }
}

absl::Status Counter::Scrape(const ScrapeRequest& request, ChunkSink sink) {
  absl::Status status = log_->Await(absl::Milliseconds(read_wait_ms_.load()));
  if (status.ok()) status = readers_->Render(request, sink);
  if (status.ok()) scraped_.Note(request);
  return status;
}

absl::Status Counter::SendState(ChunkSink sink) {
  // It has the ids of sessions, and whoever knows one can report in its name.
  if (!core_.guard().needs_token()) {
    return absl::PermissionDeniedError(
        "a copy of the state is for those who show a token: start gmewatchd with "
        "--admin_token_file");
  }
  return SendCounterState(core_.options().state_dir, sink);
}

absl::Status Counter::Ready() const {
  absl::Status status = core_.fatal();
  if (!status.ok()) return status;
  if (!log_->connected()) return absl::UnavailableError("waits for the brokers");
  if (!core_.is_ready()) return absl::UnavailableError("the log is not counted up to its end yet");
  const std::optional<absl::Duration> behind = log_->behind();
  if (behind.has_value() && *behind <= kBehindMax) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "the log is not counted beyond ",
      absl::FormatDuration(absl::Trunc(behind.value_or(absl::ZeroDuration()), absl::Seconds(1))),
      " ago"));
}

void Counter::AddStats(SelfStats* stats) const {
  stats->daemon = core_.Stats(Ready().ok());
  std::optional<absl::Time> saved;
  if (stats->checkpoints.saved > 0) saved = stats->checkpoints.last_success;
  stats->shared_log = log_->Stats(saved);
}

void Counter::AddState(DaemonState* state) const {
  core_.AddTo(state);
  state->reads_log = true;
  state->log_behind = log_->behind();
}

absl::Status Counter::Stop() {
  if (!std::exchange(stopped_, true)) StopParts();
  return core_.fatal();
}

void Counter::StopParts() {
  core_.SetReady(false);
  if (caught_up_) readers_->StopSilence();
  if (log_ != nullptr) log_->StopWaits();
  work_.Stop();
  if (log_ != nullptr) log_->Stop();
  if (readers_ != nullptr) readers_->Stop();
  if (admin_ != nullptr) admin_->Stop();
}

}  // namespace gmewatch
