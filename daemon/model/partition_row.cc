#include "daemon/model/partition_row.h"

#include <climits>

#include "absl/strings/str_cat.h"
#include "daemon/model/limits.h"
#include "gmewatch/internal/partition_state.pb.h"

namespace gmewatch {
namespace {

absl::Status ReadWriterSums(const internal::WriterState& state, WriterSums* sums) {
  const absl::StatusOr<WriterId> writer = WriterId::FromBytes(state.writer());
  if (!writer.ok()) return writer.status();
  sums->writer = *writer;
  sums->sequence = state.sequence();
  sums->offset = state.offset();
  for (const internal::RejectedRecord& r : state.rejected()) {
    if (r.reason() >= kRejectReasons) {
      return absl::DataLossError(absl::StrCat("reject reason ", r.reason(), " is unknown"));
    }
    sums->rejected[r.reason()] = {r.batches(), r.events()};
  }
  return absl::OkStatus();
}

}  // namespace

std::string PartitionRow::SerializeState() const {
  internal::PartitionState out;
  out.set_steady_ms(steady_ms);
  out.set_once_horizon_ms(once_horizon_ms);
  out.set_once_oldest_ms(once_oldest_ms);
  for (const int32_t code : granted_codes) out.add_granted_codes(code);
  for (const ColumnRequest& request : granted_requests) request.Write(out.add_granted_requests());
  for (const WriterSums& sums : writers) {
    internal::WriterState* state = out.add_writers();
    state->set_writer(sums.writer.ToBytes());
    state->set_sequence(sums.sequence);
    state->set_offset(sums.offset);
    for (size_t reason = 0; reason < kRejectReasons; ++reason) {
      if (sums.rejected[reason].batches == 0 && sums.rejected[reason].events == 0) continue;
      internal::RejectedRecord* r = state->add_rejected();
      r->set_reason(static_cast<uint32_t>(reason));
      r->set_batches(sums.rejected[reason].batches);
      r->set_events(sums.rejected[reason].events);
    }
  }
  counted.Write(out.mutable_counted());
  for (const PartitionCheck& check : checks) check.Write(out.add_checks());
  return out.SerializeAsString();
}

absl::Status PartitionRow::ParseState(absl::string_view bytes) {
  internal::PartitionState in;
  if (bytes.size() > INT_MAX || !in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("the state of a partition cannot be read");
  }
  if (!IsTime(in.steady_ms()) || !IsTime(in.once_horizon_ms()) || !IsTime(in.once_oldest_ms())) {
    return absl::DataLossError("a time of a partition is out of range");
  }
  constexpr auto kCodesMax = static_cast<int>(kCodeSlotsMax);
  if (in.granted_codes_size() > kCodesMax || in.granted_requests_size() > kCodesMax) {
    return absl::DataLossError(
        absl::StrCat("a partition names more than the ", kCodesMax, " codes that have room"));
  }
  steady_ms = in.steady_ms();
  once_horizon_ms = in.once_horizon_ms();
  once_oldest_ms = in.once_oldest_ms();
  granted_codes.assign(in.granted_codes().begin(), in.granted_codes().end());
  for (const internal::ColumnRequestRecord& each : in.granted_requests()) {
    absl::StatusOr<ColumnRequest> request = ColumnRequest::Read(each);
    if (!request.ok()) return request.status();
    granted_requests.push_back(*std::move(request));
  }
  for (const internal::WriterState& state : in.writers()) {
    absl::Status status = ReadWriterSums(state, &writers.emplace_back());
    if (!status.ok()) return status;
  }
  counted = PartitionCheck::Read(in.counted());
  for (const internal::CheckRecord& check : in.checks()) {
    checks.push_back(PartitionCheck::Read(check));
  }
  return absl::OkStatus();
}

}  // namespace gmewatch
