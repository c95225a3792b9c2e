#include "daemon/model/epoch.h"

#include <climits>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/model/limits.h"
#include "daemon/model/loss_reason.h"

namespace gmewatch {
namespace {

constexpr char kBatchesTag = internal::EpochRecord::kBatchesFieldNumber << 3 | 2;  // of bytes

void AppendVarint(std::string* out, uint64_t n) {
  for (; n >= 0x80; n >>= 7) out->push_back(static_cast<char>(n | 0x80));
  out->push_back(static_cast<char>(n));
}

template <typename T>
void AppendRaw(std::string* out, const T* items, size_t n) {
  // The standard has no cast-free way to see objects as bytes.
  out->append(reinterpret_cast<const char*>(items), n * sizeof(T));
}

// Times and durations beyond it are damage: far from now, and far from where their difference would
// overflow.
constexpr int64_t kMillisecondsMax = int64_t{1} << 53;

bool IsTime(int64_t ms) { return ms >= -kMillisecondsMax && ms <= kMillisecondsMax; }

// Roughly what they take up in memory and in a record.
size_t SizeOf(const Origin& origin) {
  return sizeof(origin) + origin.app.size() + origin.region.size() + origin.app_version.size() +
         origin.sdk_version.size() + origin.platform.size();
}
size_t SizeOf(const Detail& detail) { return sizeof(detail) + detail.operation.size(); }

absl::Status Damaged(size_t offset, absl::string_view how) {
  return absl::DataLossError(absl::StrCat("the batch at byte ", offset, " ", how));
}

// What counting relies on: reasons are indices, and no sum overflows. REQUIRES: `batch` lies inside
// its epoch.
absl::Status CheckBatch(const BatchView& batch, size_t offset) {
  // Logs outlive versions, so these limits may rise but never fall.
  bool kept = batch.header.late <= 1 && batch.header.entries <= kEntriesPerBatchMax &&
              batch.header.losses <= kLossesPerBatchMax;
  for (const Entry& entry : batch.entries) {
    kept = kept && entry.count >= 1 && entry.count <= kCountMax;
  }
  for (const Loss& loss : batch.losses) {
    if (loss.reason >= kLossReasons) {
      return absl::DataLossError(absl::StrCat("loss reason ", loss.reason, " is unknown"));
    }
    kept = kept && loss.events <= kLostEventsMax;
  }
  return kept ? absl::OkStatus() : Damaged(offset, "breaks a limit");
}

}  // namespace

uint64_t EventsOf(absl::Span<const Entry> entries) {
  uint64_t events = 0;  // 512 entries of 10^9 fit a million times
  for (const Entry& entry : entries) events += entry.count;
  return events;
}

void Epoch::Add(const Batch& batch, const HashedOrigin& origin) {
  BatchHeader header;
  header.session = batch.session;
  header.sequence = batch.sequence;
  header.origin = OriginIndex(origin);
  header.entries = static_cast<uint16_t>(batch.entries.size());
  header.losses = static_cast<uint8_t>(batch.losses.size());
  header.late = batch.late ? 1 : 0;
  AppendRaw(&batches_, &header, 1);
  AppendRaw(&batches_, batch.entries.data(), batch.entries.size());
  AppendRaw(&batches_, batch.losses.data(), batch.losses.size());
  for (const Detail& detail : batch.details) {
    details.push_back(detail);
    details.back().batch = static_cast<uint32_t>(batch_count_);
    extra_bytes_ += SizeOf(detail);
  }
  ++batch_count_;
}

uint32_t Epoch::OriginIndex(const HashedOrigin& origin) {
  const auto found = origin_index_.find(origin);
  if (found != origin_index_.end()) return found->second;
  const auto index = static_cast<uint32_t>(origins_.size());
  origins_.push_back(origin.origin());
  origin_index_.emplace(origin, index);
  extra_bytes_ += SizeOf(origin.origin());
  return index;
}

void Epoch::Clear() {
  time_ms = 0;
  policy.reset();
  details.clear();
  rejected = {};
  shown_places.clear();
  shown_codes.clear();
  origins_.clear();
  origin_index_.clear();
  batches_.clear();
  batch_count_ = 0;
  extra_bytes_ = 0;
}

void Epoch::Reject(RejectReason reason, uint64_t batches, uint64_t events) {
  rejected[static_cast<size_t>(reason)].batches += batches;
  rejected[static_cast<size_t>(reason)].events += events;
}

void Epoch::TurnAway(RejectReason reason) {
  size_t offset = 0;
  BatchView batch;
  while (Next(&offset, &batch)) Reject(reason, 1, EventsOf(batch.entries));
  batches_.clear();
  batch_count_ = 0;
  details.clear();
  origins_.clear();
  origin_index_.clear();
  extra_bytes_ = 0;
}

void Epoch::TakeOver(const Epoch& failed, RejectReason reason) {
  size_t offset = 0;
  BatchView batch;
  while (failed.Next(&offset, &batch)) Reject(reason, 1, EventsOf(batch.entries));
  for (size_t i = 0; i < kRejectReasons; ++i) {
    rejected[i].batches += failed.rejected[i].batches;
    rejected[i].events += failed.rejected[i].events;
  }
  if (!policy.has_value()) policy = failed.policy;
  shown_places.insert(shown_places.end(), failed.shown_places.begin(), failed.shown_places.end());
  shown_codes.insert(shown_codes.end(), failed.shown_codes.begin(), failed.shown_codes.end());
}

bool Epoch::empty() const {
  for (const Rejected& r : rejected) {
    if (r.batches != 0 || r.events != 0) return false;
  }
  return batch_count_ == 0 && !policy.has_value() && shown_places.empty() && shown_codes.empty();
}

bool Epoch::Next(size_t* offset, BatchView* batch) const {
  if (*offset >= batches_.size()) return false;
  const char* at = batches_.data() + *offset;
  std::memcpy(&batch->header, at, sizeof(BatchHeader));
  at += sizeof(BatchHeader);
  // Aligned: the heap block is, and header, Entry and Loss are all multiples of eight bytes long.
  batch->entries = {reinterpret_cast<const Entry*>(at), batch->header.entries};
  at += sizeof(Entry) * batch->header.entries;
  batch->losses = {reinterpret_cast<const Loss*>(at), batch->header.losses};
  at += sizeof(Loss) * batch->header.losses;
  *offset = static_cast<size_t>(at - batches_.data());
  return true;
}

void Epoch::Serialize(std::string* record) const {
  internal::EpochRecord out;
  out.set_time_ms(time_ms);
  if (policy.has_value()) *out.mutable_policy() = *policy;
  for (const Origin& origin : origins_) {
    internal::OriginRecord* o = out.add_origins();
    o->set_app(origin.app);
    o->set_region(origin.region);
    o->set_app_version(origin.app_version);
    o->set_sdk_version(origin.sdk_version);
    o->set_platform(origin.platform);
  }
  for (const Detail& detail : details) {
    internal::DetailRecord* d = out.add_details();
    d->set_batch(detail.batch);
    d->set_code(detail.code);
    d->set_operation(detail.operation);
    d->set_underlying_code(detail.underlying_code);
  }
  for (size_t reason = 0; reason < kRejectReasons; ++reason) {
    if (rejected[reason].batches == 0 && rejected[reason].events == 0) continue;
    internal::RejectedRecord* r = out.add_rejected();
    r->set_reason(static_cast<uint32_t>(reason));
    r->set_batches(rejected[reason].batches);
    r->set_events(rejected[reason].events);
  }
  for (const Place& place : shown_places) {
    internal::PlaceRecord* p = out.add_shown_places();
    p->set_app(place.app);
    p->set_region(place.region);
  }
  for (const int32_t code : shown_codes) out.add_shown_codes(code);
  out.SerializeToString(record);
  // The batches are nearly all of it, so they are copied once, and not through the message; the
  // order of fields is free.
  if (batches_.empty()) return;
  record->push_back(kBatchesTag);
  AppendVarint(record, batches_.size());
  record->append(batches_);
}

absl::StatusOr<Epoch> Epoch::Parse(absl::string_view record) {
  internal::EpochRecord in;
  if (record.size() > INT_MAX ||
      !in.ParseFromArray(record.data(), static_cast<int>(record.size()))) {
    return absl::DataLossError("the record is not an EpochRecord");
  }
  if (!IsTime(in.time_ms()) || !IsTime(in.policy().session_horizon_ms())) {
    return absl::DataLossError("a time is out of range");
  }
  Epoch epoch;
  epoch.time_ms = in.time_ms();
  if (in.has_policy()) epoch.policy = in.policy();
  for (const internal::OriginRecord& o : in.origins()) {
    // Not OriginIndex: the record's positions count, even if an origin stands in it twice.
    const HashedOrigin origin(
        {o.app(), o.region(), o.app_version(), o.sdk_version(), o.platform()});
    epoch.origin_index_.emplace(origin, static_cast<uint32_t>(epoch.origins_.size()));
    epoch.origins_.push_back(origin.origin());
    epoch.extra_bytes_ += SizeOf(origin.origin());
  }
  epoch.batches_ = std::move(*in.mutable_batches());
  for (const internal::DetailRecord& d : in.details()) {
    epoch.details.push_back({d.batch(), d.code(), d.underlying_code(), d.operation()});
    epoch.extra_bytes_ += SizeOf(epoch.details.back());
  }
  for (const internal::RejectedRecord& r : in.rejected()) {
    if (r.reason() >= kRejectReasons) {
      return absl::DataLossError(absl::StrCat("reject reason ", r.reason(), " is unknown"));
    }
    epoch.rejected[r.reason()].batches += r.batches();
    epoch.rejected[r.reason()].events += r.events();
  }
  for (const internal::PlaceRecord& p : in.shown_places()) {
    epoch.shown_places.push_back({p.app(), p.region()});
  }
  epoch.shown_codes.assign(in.shown_codes().begin(), in.shown_codes().end());
  absl::Status checked = epoch.CheckBatches();
  if (!checked.ok()) return checked;
  for (const Detail& detail : epoch.details) {
    if (detail.batch >= epoch.batch_count_) return absl::DataLossError("a detail has no batch");
  }
  return epoch;
}

absl::Status Epoch::CheckBatches() {
  size_t offset = 0;
  while (offset < batches_.size()) {
    BatchHeader header;
    if (batches_.size() - offset < sizeof(header)) {
      return absl::DataLossError(absl::StrCat("a batch header is cut off at byte ", offset));
    }
    std::memcpy(&header, batches_.data() + offset, sizeof(header));
    const size_t size =
        sizeof(header) + header.entries * sizeof(Entry) + header.losses * sizeof(Loss);
    if (batches_.size() - offset < size || header.origin >= origins_.size()) {
      return Damaged(offset, "points outside");
    }
    size_t next = offset;
    BatchView batch;
    Next(&next, &batch);
    absl::Status kept = CheckBatch(batch, offset);
    if (!kept.ok()) return kept;
    offset = next;
    ++batch_count_;
  }
  return absl::OkStatus();
}

}  // namespace gmewatch
