#include "daemon/model/epoch.h"

#include <google/protobuf/io/coded_stream.h>

#include <climits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

// Protobuf's tag of EpochRecord.batches: the field's number, and 2 for "length-delimited".
constexpr uint32_t kBatchesTag = internal::EpochRecord::kBatchesFieldNumber << 3 | 2;

// Appends the field `batches` to a serialized EpochRecord. The batches are nearly all of a record,
// so they are copied once and not through the message; the order of fields is free.
void AppendBatches(const PackedBatches& batches, std::string* record) {
  using google::protobuf::io::CodedOutputStream;
  std::array<uint8_t, 16> prefix;
  uint8_t* end = CodedOutputStream::WriteTagToArray(kBatchesTag, prefix.data());
  end = CodedOutputStream::WriteVarint64ToArray(batches.bytes().size(), end);
  record->append(prefix.begin(), prefix.begin() + (end - prefix.data()));
  record->append(batches.bytes());
}

// A time or duration beyond this is damage: it is far from now, while differences of times up to it
// cannot overflow.
constexpr int64_t kMillisecondsMax = int64_t{1} << 53;

// The most series that one record shows or forgets: one of each of 65,536 rows.
constexpr int kRecordItemsMax = 65'536;

// Roughly the bytes in memory and in a record.
size_t SizeOf(const Origin& origin) {
  return sizeof(origin) + origin.app.size() + origin.region.size() + origin.app_version.size() +
         origin.sdk_version.size() + origin.platform.size();
}
size_t SizeOf(const Detail& detail) { return sizeof(detail) + detail.operation.size(); }

// Checks the numbers that nothing else bounds.
absl::Status CheckBounds(const internal::EpochRecord& in) {
  if (!IsTime(in.time_ms()) || !IsTime(in.steady_ms()) || !IsTime(in.once_horizon_ms())) {
    return absl::DataLossError("a time is out of range");
  }
  if (in.shown_places_size() > kRecordItemsMax || in.shown_codes_size() > kRecordItemsMax ||
      in.forget_size() > kRecordItemsMax) {
    return absl::DataLossError(
        absl::StrCat("it shows or forgets more than ", kRecordItemsMax, " series"));
  }
  return CheckPolicy(in.policy());
}

}  // namespace

bool IsTime(int64_t ms) { return ms >= -kMillisecondsMax && ms <= kMillisecondsMax; }

absl::Status CheckPolicy(const internal::Policy& policy) {
  if (!IsTime(policy.session_horizon_ms()) || !IsTime(policy.once_horizon_ms())) {
    return absl::DataLossError("a time of the policy is out of range");
  }
  const auto within = [](absl::string_view field, uint64_t value, uint64_t max) {
    return value <= max ? absl::OkStatus()
                        : absl::DataLossError(absl::StrCat("the policy's ", field, " is ", value,
                                                           "; at most ", max, " is possible"));
  };
  for (absl::Status status :
       {within("max_app_regions", policy.max_app_regions(), kAppRegionsMax),
        within("number of configured places", static_cast<uint64_t>(policy.configured_size()),
               kAppRegionsMax),
        within("number of catalog_codes", static_cast<uint64_t>(policy.catalog_codes_size()),
               kCatalogCodesMax),
        within("number of overlay_codes", static_cast<uint64_t>(policy.overlay_codes_size()),
               kOverlayCodesMax),
        within("unknown_codes_of_app", policy.unknown_codes_of_app(), kUnknownCodesMax),
        within("watched_events_max", policy.watched_events_max(), kWatchedEventsMax),
        within("series_events_max", policy.series_events_max(), kSeriesEventsMax)}) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void Epoch::Add(const Batch& batch, const HashedOrigin& origin) {
  for (const Detail& detail : batch.details) {
    details.push_back(detail);
    details.back().batch = batches_.count();
    extra_bytes_ += SizeOf(detail);
  }
  batches_.Add(batch, OriginIndex(origin));
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
  steady_ms = 0;
  policy.reset();
  details.clear();
  rejected = {};
  shown_places.clear();
  shown_codes.clear();
  once_horizon_ms.reset();
  forget.clear();
  shared = {};
  origins_.clear();
  origin_index_.clear();
  batches_.Clear();
  extra_bytes_ = 0;
}

void Epoch::Reject(RejectReason reason, uint64_t batches, uint64_t events) {
  rejected[static_cast<size_t>(reason)].batches += batches;
  rejected[static_cast<size_t>(reason)].events += events;
}

void Epoch::RejectBatches(RejectReason reason) {
  size_t offset = 0;
  BatchView batch;
  while (Next(&offset, &batch)) Reject(reason, 1, EventsOf(batch.entries));
  batches_.Clear();
  details.clear();
  origins_.clear();
  origin_index_.clear();
  extra_bytes_ = 0;
}

void Epoch::Inherit(const Epoch& failed, RejectReason reason) {
  size_t offset = 0;
  BatchView batch;
  while (failed.Next(&offset, &batch)) Reject(reason, 1, EventsOf(batch.entries));
  for (size_t i = 0; i < kRejectReasons; ++i) {
    rejected[i].batches += failed.rejected[i].batches;
    rejected[i].events += failed.rejected[i].events;
  }
  if (!policy.has_value()) policy = failed.policy;
  if (!once_horizon_ms.has_value()) once_horizon_ms = failed.once_horizon_ms;
  forget.insert(forget.end(), failed.forget.begin(), failed.forget.end());
  shown_places.insert(shown_places.end(), failed.shown_places.begin(), failed.shown_places.end());
  shown_codes.insert(shown_codes.end(), failed.shown_codes.begin(), failed.shown_codes.end());
  shared.Inherit(failed.shared);
}

bool Epoch::empty() const {
  for (const Rejected& r : rejected) {
    if (r.batches != 0 || r.events != 0) return false;
  }
  return batches_.empty() && !policy.has_value() && shown_places.empty() && shown_codes.empty() &&
         !once_horizon_ms.has_value() && forget.empty() && shared.empty();
}

void Epoch::Serialize(std::string* record) const {
  internal::EpochRecord out;
  out.set_time_ms(time_ms);
  out.set_steady_ms(steady_ms);
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
  if (once_horizon_ms.has_value()) out.set_once_horizon_ms(*once_horizon_ms);
  for (const Forget& what : forget) {
    internal::ForgetRecord* f = out.add_forget();
    f->set_app(what.app);
    f->set_region(what.region);
    if (what.code.has_value()) f->set_code(*what.code);
  }
  shared.Write(&out);
  out.SerializeToString(record);
  if (!batches_.empty()) AppendBatches(batches_, record);
}

absl::StatusOr<Epoch> Epoch::Parse(absl::string_view record) {
  internal::EpochRecord in;
  if (record.size() > INT_MAX ||
      !in.ParseFromArray(record.data(), static_cast<int>(record.size()))) {
    return absl::DataLossError("the record is not an EpochRecord");
  }
  if (in.format() > kFormat) {
    return absl::UnimplementedError(absl::StrCat("the record is of a newer version: its format is ",
                                                 in.format(), ", and this one reads up to ",
                                                 kFormat, "; install that version"));
  }
  absl::Status sound = CheckBounds(in);
  if (!sound.ok()) return sound;
  Epoch epoch;
  epoch.time_ms = in.time_ms();
  epoch.steady_ms = in.steady_ms();
  if (in.has_policy()) epoch.policy = in.policy();
  for (const internal::OriginRecord& o : in.origins()) {
    // Not OriginIndex: batches name origins by their position in the record, which may hold an
    // origin twice.
    const HashedOrigin origin(
        {o.app(), o.region(), o.app_version(), o.sdk_version(), o.platform()});
    epoch.origin_index_.emplace(origin, static_cast<uint32_t>(epoch.origins_.size()));
    epoch.origins_.push_back(origin.origin());
    epoch.extra_bytes_ += SizeOf(origin.origin());
  }
  absl::StatusOr<PackedBatches> batches =
      PackedBatches::Parse(std::move(*in.mutable_batches()), epoch.origins_.size());
  if (!batches.ok()) return batches.status();
  epoch.batches_ = *std::move(batches);
  for (const internal::DetailRecord& d : in.details()) {
    if (d.batch() >= epoch.batches_.count()) return absl::DataLossError("a detail has no batch");
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
  if (in.has_once_horizon_ms()) epoch.once_horizon_ms = in.once_horizon_ms();
  for (const internal::ForgetRecord& f : in.forget()) {
    Forget& what = epoch.forget.emplace_back(Forget{f.app(), f.region(), std::nullopt});
    if (f.has_code()) what.code = f.code();
  }
  sound = epoch.shared.Read(in);
  if (!sound.ok()) return sound;
  return epoch;
}

}  // namespace gmewatch
