#include "daemon/triage/epoch_shares.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

constexpr int64_t kMinuteMs = 60'000;

// Who stays in a table is decided by how many batches name it and not by their counts: one batch
// can say a billion.
constexpr uint64_t kWeight = 1;

}  // namespace

void EpochShares::Observe(uint64_t number, const Epoch& epoch,
                          const std::vector<Verdict>& verdicts) {
  absl::MutexLock lock(&mutex_);
  LearnCodes();
  const size_t allowed = Allowance(epoch.time_ms);
  ObserveDetails(epoch, allowed / 4);
  ObserveBatches(number, epoch, verdicts, allowance_);
}

void EpochShares::LearnCodes() {
  for (; known_codes_ < counters_.codes(); ++known_codes_) {
    slots_[counters_.code(known_codes_)] = known_codes_;
  }
}

size_t EpochShares::SlotFor(int32_t code) const {
  const auto found = slots_.find(code);
  return found == slots_.end() ? kOtherSlot : found->second;
}

EpochShares::Tables& EpochShares::TablesFor(int32_t code) {
  std::unique_ptr<Tables>& tables = tables_[SlotFor(code)];
  if (tables == nullptr) tables = std::make_unique<Tables>();
  return *tables;
}

size_t EpochShares::Allowance(int64_t time_ms) {
  const int64_t passed = std::clamp<int64_t>(time_ms - last_ms_, 0, kEntriesMax);
  last_ms_ = std::max(last_ms_, time_ms);
  allowance_ = std::min(allowance_ + static_cast<size_t>(passed) * kEntriesPerMs, kEntriesMax);
  return allowance_;
}

void EpochShares::ObserveBatches(uint64_t number, const Epoch& epoch,
                                 const std::vector<Verdict>& verdicts, size_t allowed) {
  // A batch costs about as much as an entry besides those that it has.
  const size_t cost = epoch.batch_bytes() / sizeof(Entry);
  const int64_t minute = epoch.time_ms / kMinuteMs;
  const size_t stride = allowed == 0 ? verdicts.size() + 1 : 1 + cost / allowed;
  if (stride > 1) sampled_minute_ = minute;
  // Another one each time, so that no place in an epoch is ever left out.
  size_t next = number % stride;
  size_t offset = 0;
  BatchView batch;
  for (size_t i = 0; i < verdicts.size() && epoch.Next(&offset, &batch); ++i) {
    if (i != next) continue;
    next += stride;
    if (verdicts[i] != Verdict::kCounted || batch.header.late != 0) continue;
    const size_t spent = batch.entries.size() + 1;
    if (spent > allowance_) break;
    allowance_ -= spent;
    ObserveBatch(batch, epoch.origins()[batch.header.origin], stride, minute);
  }
}

void EpochShares::ObserveBatch(const BatchView& batch, const Origin& origin, uint64_t stands_for,
                               int64_t minute) {
  const HashedValue app_version(origin.app_version);
  const HashedValue sdk_version(origin.sdk_version);
  const HashedValue platform(origin.platform);
  for (const Entry& entry : batch.entries) {
    if (entry.code == kSuccessCode) continue;
    Tables& tables = TablesFor(entry.code);
    const uint64_t events = entry.count * stands_for;
    tables.app_versions.Add(app_version, events, kWeight, minute);
    tables.sdk_versions.Add(sdk_version, events, kWeight, minute);
    tables.platforms.Add(platform, events, kWeight, minute);
  }
}

// A detail does not say which batch it came with, so those of duplicates are among them: they are
// hints, and of few events anyway.
void EpochShares::ObserveDetails(const Epoch& epoch, size_t allowed) {
  const int64_t minute = epoch.time_ms / kMinuteMs;
  const size_t looked_at = std::min(epoch.details.size(), allowed);
  for (size_t i = 0; i < looked_at; ++i) {
    const Detail& detail = epoch.details[i];
    if (detail.code == kSuccessCode) continue;
    Tables& tables = TablesFor(detail.code);
    if (!detail.operation.empty()) {
      tables.operations.Add(HashedValue(detail.operation), 1, kWeight, minute);
    }
    if (detail.underlying_code != 0) {
      const absl::AlphaNum text(detail.underlying_code);
      tables.underlying_codes.Add(HashedValue(text.Piece()), 1, kWeight, minute);
    }
  }
  allowance_ -= looked_at;
}

EpochShares::CodeShares EpochShares::Of(size_t slot, int64_t minute) const {
  absl::MutexLock lock(&mutex_);
  CodeShares out;
  if (tables_[slot] == nullptr) return out;
  const Tables& tables = *tables_[slot];
  out.app_versions = tables.app_versions.Shares(minute);
  out.sdk_versions = tables.sdk_versions.Shares(minute);
  out.platforms = tables.platforms.Shares(minute);
  out.operations = tables.operations.Shares(minute);
  out.underlying_codes = tables.underlying_codes.Shares(minute);
  out.sampled = minute - sampled_minute_ < 10;
  return out;
}

}  // namespace gmewatch
