// The cost of durability. Files go below TMPDIR, else below /var/tmp: name a directory on a disk,
// because /tmp may be in memory. "CPU" is the time of the calling thread.
//
//   build/release/tests/bench/log_bench
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/log/sqlite_log.h"
#include "tests/support/random.h"

namespace gmewatch {
namespace {

constexpr size_t kBatchBytes = 32 + 8;

class TempLog {
 public:
  TempLog() {
    const char* base =
        std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): nothing sets it here
    path_ = absl::StrCat(base != nullptr ? base : "/var/tmp", "/gmewatch_bench_XXXXXX");
    if (mkdtemp(path_.data()) == nullptr) std::abort();
    log_ = SqliteLog::Open(path_).value();
  }
  TempLog(const TempLog&) = delete;
  TempLog& operator=(const TempLog&) = delete;
  ~TempLog() {
    log_.reset();
    std::filesystem::remove_all(path_);
  }
  SqliteLog& log() { return *log_; }

 private:
  std::string path_;
  std::unique_ptr<SqliteLog> log_;
};

Epoch EpochOf(size_t bytes) {
  Epoch epoch;
  const HashedOrigin origin({"shooter", "eu", "1.2.3", "2.9.4", "android"});
  Batch batch;
  batch.entries = {{1005, 1}};
  for (size_t size = 0; size < bytes; size += kBatchBytes) {
    batch.session.a += 0x9e3779b97f4a7c15;
    batch.sequence += 1;
    epoch.Add(batch, origin);
  }
  return epoch;
}

// range(0): bytes; range(1): 1 if checkpoints are made, so that commits drop epochs too.
void Commit(benchmark::State& state) {
  TempLog temp;
  const Epoch epoch = EpochOf(static_cast<size_t>(state.range(0)));
  const uint64_t every = state.range(1) != 0 ? 500 : 0;
  uint64_t number = 0;
  for (auto _ : state) {
    absl::Status status = temp.log().Append(++number, epoch);
    if (!status.ok()) state.SkipWithError(status.ToString().c_str());
    if (every != 0 && number % every == 0) {
      state.PauseTiming();
      Checkpoint checkpoint;
      checkpoint.epoch = number;
      status = temp.log().SaveCheckpoint(checkpoint);
      if (!status.ok()) state.SkipWithError(status.ToString().c_str());
      state.ResumeTiming();
    }
  }
  state.counters["disk_bytes"] = static_cast<double>(temp.log().SizeBytes());
}
BENCHMARK(Commit)
    ->ArgNames({"bytes", "drop"})
    ->ArgsProduct({{1'000, 10'000, 100'000}, {0, 1}})
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

void FillPages(Checkpoint* checkpoint, Random* random) {
  for (SessionPage& page : checkpoint->pages) {
    for (size_t i = 0; i < page.bytes.size(); i += 8) {
      page.bytes[i] = static_cast<char>(random->Bits());
    }
  }
}

// Everything has changed since the last checkpoint: 1,024 places with 74 codes and a million
// sessions.
void SaveCheckpoint(benchmark::State& state) {
  constexpr uint32_t kPlaces = 1024;
  constexpr uint32_t kCodes = 74;
  constexpr size_t kSessions = 1'000'000;
  constexpr size_t kSessionBytes = 56;
  constexpr size_t kSessionsPerPage = 4096;
  Random random(1);
  Checkpoint checkpoint;
  for (uint32_t slot = 0; slot < kCodes; ++slot) {
    checkpoint.codes.push_back({slot, static_cast<int32_t>(1000 + slot), true, true});
  }
  for (uint32_t id = 0; id < kPlaces; ++id) {
    checkpoint.places.push_back({id, {absl::StrCat("app", id / 8), absl::StrCat("r", id % 8)}});
    for (uint32_t slot = 0; slot < kCodes; ++slot) {
      checkpoint.counters.push_back({id, slot, random.Bits() >> 20, random.Bits() >> 30, 0});
    }
  }
  for (uint32_t page = 0; page < kSessions / kSessionsPerPage + 1; ++page) {
    checkpoint.pages.push_back({page, std::string(kSessionsPerPage * kSessionBytes, '\0')});
  }
  TempLog temp;
  for (auto _ : state) {
    state.PauseTiming();
    ++checkpoint.epoch;
    FillPages(&checkpoint, &random);
    for (CounterRow& row : checkpoint.counters) ++row.events;
    state.ResumeTiming();
    const absl::Status status = temp.log().SaveCheckpoint(checkpoint);
    if (!status.ok()) state.SkipWithError(status.ToString().c_str());
  }
  state.counters["disk_bytes"] = static_cast<double>(temp.log().SizeBytes());
}
BENCHMARK(SaveCheckpoint)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace gmewatch
