#include "daemon/triage/memory.h"

#include <algorithm>

namespace gmewatch {

void TriageMemory::ReadCounters(const RejectedByReason& rejected, absl::Duration min_age) {
  absl::MutexLock lock(&mutex_);
  const absl::Time now = clock_.Now();
  const absl::Duration age = now - time_;
  if (age >= absl::ZeroDuration() && age < min_age) return;
  ReadCountersAt(now, rejected);
}

void TriageMemory::ReadCountersAt(absl::Time now, const RejectedByReason& rejected) {
  const bool first = time_ == absl::InfinitePast();
  // The history clears itself then; these tables are of a time that is yet to come.
  if (now + absl::Seconds(History::kBackSeconds) < time_) {
    for (Tables* tables : {&apps_, &regions_}) {
      for (std::unique_ptr<ShareTable>& table : *tables) table.reset();
    }
  }
  time_ = now;
  sums_.Read();
  const int64_t now_s = absl::ToUnixSeconds(now);
  history_.Add(sums_, rejected, now_s);
  AddGains(sums_.apps(), first, now_s / 60, &apps_before_, &apps_);
  AddGains(sums_.regions(), first, now_s / 60, &regions_before_, &regions_);
}

void TriageMemory::AddGains(const std::vector<CounterSums::Group>& groups, bool first,
                            int64_t minute, std::vector<std::vector<uint64_t>>* before,
                            Tables* tables) {
  before->resize(groups.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    const CounterSums::Group& group = groups[i];
    const HashedValue name(group.name);
    std::vector<uint64_t>& sums = (*before)[i];
    sums.resize(group.in_time.size());
    for (size_t slot = 0; slot < sums.size(); ++slot) {
      // A sum that is read while it is written may be a little behind.
      if (group.in_time[slot] <= sums[slot]) continue;
      const uint64_t gain = group.in_time[slot] - sums[slot];
      sums[slot] = group.in_time[slot];
      if (first) continue;
      std::unique_ptr<ShareTable>& table = (*tables)[slot];
      if (table == nullptr) table = std::make_unique<ShareTable>();
      table->Add(name, gain, gain, minute);
    }
  }
}

std::string TriageMemory::Save(const RejectedByReason& rejected) {
  absl::MutexLock lock(&mutex_);
  ReadCountersAt(clock_.Now(), rejected);
  internal::TriageHistory record;
  history_.Save(&record);
  for (int slot = 0; slot < record.codes_size(); ++slot) {
    record.mutable_codes(slot)->set_code(counters_.code(static_cast<size_t>(slot)));
  }
  return record.SerializeAsString();
}

absl::Status TriageMemory::Load(const std::string& saved) {
  if (saved.empty()) return absl::OkStatus();
  internal::TriageHistory record;
  if (!record.ParseFromString(saved)) {
    return absl::DataLossError("the saved history of counts is not a TriageHistory message");
  }
  const size_t known = std::min(static_cast<size_t>(record.codes_size()), counters_.codes());
  for (size_t slot = kOtherSlot + 1; slot < known; ++slot) {
    if (record.codes(static_cast<int>(slot)).code() == counters_.code(slot)) continue;
    return absl::DataLossError("the saved history of counts belongs to other counters");
  }
  absl::MutexLock lock(&mutex_);
  return history_.Load(record);
}

void TriageMemory::ReadCountersAsOf(absl::Time time, const RejectedByReason& rejected,
                                    absl::Duration min_age) {
  absl::MutexLock lock(&mutex_);
  // The loaded history may be newer than the first replayed epochs.
  time = std::max(time, absl::FromUnixSeconds(history_.last_s()));
  if (time - time_ >= min_age) ReadCountersAt(time, rejected);
}

void TriageMemory::Forget() {
  absl::MutexLock lock(&mutex_);
  sums_.Read();
  history_.Forget(sums_);
  // As at the first read: the next one only remembers the sums.
  apps_before_.clear();
  regions_before_.clear();
  time_ = absl::InfinitePast();
}

absl::Time TriageMemory::time() const {
  absl::MutexLock lock(&mutex_);
  return time_;
}

std::vector<SeenCode> TriageMemory::Codes() const {
  absl::MutexLock lock(&mutex_);
  std::vector<SeenCode> out(history_.codes());
  for (size_t slot = 0; slot < out.size(); ++slot) {
    out[slot].code = counters_.code(slot);
    out[slot].other = slot == kOtherSlot;
    out[slot].numbers = history_.Numbers(slot);
  }
  return out;
}

CodePast TriageMemory::Past(size_t slot) const {
  CodePast out;
  absl::MutexLock lock(&mutex_);
  const int64_t minute = absl::ToUnixSeconds(time_) / 60;
  out.hour = history_.Hour(slot);
  out.day = history_.Day(slot);
  if (apps_[slot] != nullptr) out.apps = apps_[slot]->Shares(minute);
  if (regions_[slot] != nullptr) out.regions = regions_[slot]->Shares(minute);
  out.shares = shares_.Of(slot, minute);
  return out;
}

StepCounts TriageMemory::Hour(size_t slot) const {
  absl::MutexLock lock(&mutex_);
  return history_.Hour(slot);
}

RecentNumbers TriageMemory::Recent() const {
  absl::MutexLock lock(&mutex_);
  return history_.Recent();
}

}  // namespace gmewatch
