#include "daemon/triage/epoch_shares.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/model/limits.h"
#include "daemon/triage/history.h"

namespace gmewatch {
namespace {

constexpr int64_t kMinuteMs = 60'000;

// What a batch costs besides its entries, in entries.
constexpr size_t kBatchCost = sizeof(BatchHeader) / sizeof(Entry);

// The number of batches that name a value decides whether it stays in a table, not their counts: a
// single batch can claim a billion events.
constexpr uint64_t kWeight = 1;

// How many portions of at most `most` make up `all`.
size_t Portions(size_t all, size_t most) { return (all + most - 1) / most; }

}  // namespace

void EpochShares::Observe(uint64_t number, const Epoch& epoch,
                          const std::vector<Verdict>& verdicts) {
  absl::MutexLock lock(&mutex_);
  LearnCodes();
  if (epoch.time_ms + History::kBackSeconds * 1000 < last_ms_) Forget();
  Refill(epoch.time_ms);
  ObserveDetails(number, epoch, verdicts);
  ObserveBatches(number, epoch, verdicts);
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

void EpochShares::Forget() {
  for (std::unique_ptr<Tables>& tables : tables_) tables.reset();
  sampled_minute_ = INT64_MIN / 2;
}

void EpochShares::Refill(int64_t time_ms) {
  const int64_t passed = std::clamp<int64_t>(time_ms - last_ms_, 0, kEntriesMax);
  last_ms_ = time_ms;
  allowance_ = std::min(allowance_ + static_cast<size_t>(passed) * kEntriesPerMs, kEntriesMax);
}

void EpochShares::ObserveBatches(uint64_t number, const Epoch& epoch,
                                 const std::vector<Verdict>& verdicts) {
  const size_t batches = verdicts.size();
  if (batches == 0) return;
  const int64_t minute = epoch.time_ms / kMinuteMs;
  const size_t cost = epoch.batch_bytes() / sizeof(Entry);
  if (minute != skipped_minute_) skipped_ = 0;
  skipped_minute_ = minute;
  // Skipping a batch costs a little too, so an epoch with very many batches is skipped whole.
  const bool crowded = batches > kBatchesMax;
  if ((crowded && number % kEpochsApart != 0) || allowance_ < cost / batches) {
    skipped_ += batches;
    sampled_minute_ = minute;
    return;
  }
  const size_t apart = Portions(cost, allowance_);
  const auto all = static_cast<double>(apart * (batches + std::exchange(skipped_, 0)));
  const double scale = all / static_cast<double>(batches);
  if (scale > 1) sampled_minute_ = minute;
  // Begins at another batch each time, so that every position in an epoch is read at some time.
  size_t next = (crowded ? number / kEpochsApart : number) % apart;
  size_t offset = 0;
  BatchView batch;
  for (size_t i = 0; next < batches && epoch.Next(&offset, &batch); ++i) {
    if (i != next) continue;
    next += apart;
    if (verdicts[i] != Verdict::kCounted || batch.header.Has(BatchHeader::kLate)) continue;
    const size_t spent = kBatchCost + batch.entries.size();
    if (spent > allowance_) break;
    allowance_ -= spent;
    ObserveBatch(batch, epoch.origins()[batch.header.origin], scale, minute);
  }
}

void EpochShares::ObserveBatch(const BatchView& batch, const Origin& origin, double scale,
                               int64_t minute) {
  const HashedValue app_version(origin.app_version);
  const HashedValue sdk_version(origin.sdk_version);
  const HashedValue platform(origin.platform);
  for (const Entry& entry : batch.entries) {
    if (entry.code == kSuccessCode) continue;
    Tables& tables = TablesFor(entry.code);
    const auto events = static_cast<uint64_t>(std::llround(entry.count * scale));
    tables.app_versions.Add(app_version, events, kWeight, minute);
    tables.sdk_versions.Add(sdk_version, events, kWeight, minute);
    tables.platforms.Add(platform, events, kWeight, minute);
  }
}

void EpochShares::ObserveDetails(uint64_t number, const Epoch& epoch,
                                 const std::vector<Verdict>& verdicts) {
  if (epoch.details.empty()) return;
  const int64_t minute = epoch.time_ms / kMinuteMs;
  const size_t allowed = allowance_ / 4;
  if (allowed < epoch.details.size()) sampled_minute_ = minute;
  if (allowed == 0) return;
  const size_t apart = Portions(epoch.details.size(), allowed);
  for (size_t i = number % apart; i < epoch.details.size(); i += apart) {
    const Detail& detail = epoch.details[i];
    --allowance_;
    if (detail.code == kSuccessCode || verdicts[detail.batch] != Verdict::kCounted) continue;
    Tables& tables = TablesFor(detail.code);
    if (!detail.operation.empty()) {
      tables.operations.Add(HashedValue(detail.operation), apart, kWeight, minute);
    }
    if (detail.underlying_code != 0) {
      const absl::AlphaNum text(detail.underlying_code);
      tables.underlying_codes.Add(HashedValue(text.Piece()), apart, kWeight, minute);
    }
  }
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
