#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <cstring>

#include "client/src/text.h"
#include "daemon/ingest/check_batch.h"
#include "daemon/model/limits.h"
#include "daemon/model/loss_reason.h"
#include "gmewatch/v1/error_reporting.pb.h"
#include "tests/fuzz/require.h"
#include "tests/fuzz/targets.h"

namespace gmewatch {
namespace {

// The rules of error_reporting.proto, written a second time over the message of the generated
// parser. For texts they are the client library's rules, because it must send nothing that the
// daemon rejects.
bool IsRightText(const std::string& text) { return text.size() <= 64 && client::IsPrintable(text); }

bool IsRightLabel(const std::string& text) {
  return client::IsLabel(text) && text != "all" && text != "other";
}

bool IsRightSession(const v1::Session& session) {
  return session.id().size() == 16 && IsRightLabel(session.app()) &&
         IsRightLabel(session.region()) && IsRightText(session.app_version()) &&
         IsRightText(session.sdk_version()) && IsRightText(session.platform());
}

bool IsRightAge(const google::protobuf::Duration& age) {
  return age.seconds() >= 0 && age.seconds() <= 315'576'000'000 && age.nanos() >= 0 &&
         age.nanos() <= 999'999'999;
}

uint64_t EventsOf(const v1::ReportRequest& request) {
  uint64_t events = 0;
  for (const uint32_t count : request.counts()) events += count;
  return events;
}

bool IsRightBatch(const v1::ReportRequest& request) {
  const auto right_count = [](uint32_t n) { return n >= 1 && n <= 1'000'000; };
  const auto right_loss = [](const v1::ClientLoss& loss) {
    return loss.events() <= kLostEventsMax;
  };
  const auto right_detail = [](const v1::ErrorDetail& detail) {
    return IsRightText(detail.operation());
  };
  return request.sequence() > 0 && request.codes_size() == request.counts_size() &&
         request.codes_size() <= 512 && request.losses_size() <= 16 &&
         request.details_size() <= 16 && EventsOf(request) <= kEventsPerBatchMax &&
         std::all_of(request.counts().begin(), request.counts().end(), right_count) &&
         IsRightAge(request.age()) &&
         std::all_of(request.losses().begin(), request.losses().end(), right_loss) &&
         std::all_of(request.details().begin(), request.details().end(), right_detail);
}

void CompareSession(const SessionInfo& checked, const v1::Session& parsed) {
  Require(std::memcmp(&checked.id, parsed.id().data(), 16) == 0, "session.id");
  Require(checked.origin == Origin{parsed.app(), parsed.region(), parsed.app_version(),
                                   parsed.sdk_version(), parsed.platform()},
          "session's texts");
}

// REQUIRES: the batch is right.
void CompareBatch(const Batch& checked, const v1::ReportRequest& parsed) {
  Require(checked.sequence == parsed.sequence(), "sequence");
  Require(checked.entries.size() == static_cast<size_t>(parsed.codes_size()), "codes");
  for (int i = 0; i < parsed.codes_size(); ++i) {
    const Entry& entry = checked.entries[static_cast<size_t>(i)];
    Require(entry.code == parsed.codes(i) && entry.count == parsed.counts(i), "codes and counts");
  }
  const bool late =
      parsed.age().seconds() > 600 || (parsed.age().seconds() == 600 && parsed.age().nanos() > 0);
  Require(checked.late == late, "late");
  Require(checked.losses.size() == static_cast<size_t>(parsed.losses_size()), "losses");
  for (int i = 0; i < parsed.losses_size(); ++i) {
    const Loss& loss = checked.losses[static_cast<size_t>(i)];
    const int reason = parsed.losses(i).reason();
    const bool known = reason >= 0 && reason < static_cast<int>(kLossReasons);
    Require(loss.reason == static_cast<uint64_t>(known ? reason : 0), "a loss's reason");
    Require(loss.events == parsed.losses(i).events(), "a loss's events");
  }
  Require(checked.details.size() == static_cast<size_t>(parsed.details_size()), "details");
  for (int i = 0; i < parsed.details_size(); ++i) {
    const Detail& detail = checked.details[static_cast<size_t>(i)];
    Require(detail.code == parsed.details(i).code() &&
                detail.operation == parsed.details(i).operation() &&
                detail.underlying_code == parsed.details(i).underlying_code(),
            "a detail");
  }
}

}  // namespace

void FuzzBatch(absl::string_view bytes) {
  // It would log every string that is not UTF-8.
  google::protobuf::SetLogHandler(nullptr);
  CheckedRequest checked;
  CheckRequest(bytes, &checked);
  v1::ReportRequest parsed;
  const bool is_message = parsed.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  Require(checked.session.has_value() ==
              (checked.has_session && !checked.session_violation.has_value()),
          "session is set if and only if it breaks no rule");
  Require(!checked.malformed || !is_message, "a message was called malformed");
  if (!is_message) {
    // If a string is not UTF-8, the generated parser rejects the message and we name the field.
    Require(checked.session_violation.has_value() || checked.batch_violation.has_value(),
            "bytes that are not a message broke no rule");
    return;
  }
  Require(checked.has_session == parsed.has_session(), "has_session");
  Require(checked.events == std::min(EventsOf(parsed), kEventsPerBatchMax), "events");
  Require(checked.session.has_value() == (parsed.has_session() && IsRightSession(parsed.session())),
          "the session's rules");
  Require(checked.batch_violation.has_value() != IsRightBatch(parsed), "the batch's rules");
  if (checked.session.has_value()) CompareSession(*checked.session, parsed.session());
  if (!checked.batch_violation.has_value()) CompareBatch(checked.batch, parsed);
}

}  // namespace gmewatch
