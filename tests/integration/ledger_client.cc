#include "tests/integration/ledger_client.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/support/child_process.h"

namespace gmewatch {
namespace {

constexpr char kInvalid[] = "invalid";
constexpr uint32_t kBurstMax = 12;
constexpr absl::Duration kRetryPause = absl::Milliseconds(5);

// The reason of a status with which the daemon rejects for good; empty for any other status.
std::string ReasonOf(const grpc::Status& status) {
  constexpr std::pair<grpc::StatusCode, const char*> kReasons[] = {
      {grpc::StatusCode::INVALID_ARGUMENT, kInvalid},
      {grpc::StatusCode::PERMISSION_DENIED, "permission_denied"},
      {grpc::StatusCode::UNAUTHENTICATED, "unauthenticated"}};
  for (const auto& [code, reason] : kReasons) {
    if (code == status.error_code()) return reason;
  }
  return "";
}

}  // namespace

LedgerClient::LedgerClient(const LedgerClientOptions& options)
    : options_(options),
      random_(options.seed),
      direct_(options.address),
      connect_(options.connect_address) {
  if (!options.cutting_address.empty()) cut_.emplace(options.cutting_address);
  BeginSession();
}

void LedgerClient::BeginSession() {
  std::string id(16, '\0');
  std::generate(id.begin(), id.end(), [this] { return static_cast<char>(random_()); });
  session_ = MakeSession(options_.app, options_.region, id);
  sequence_ = 0;
}

LedgerClient::Open LedgerClient::MakeBatch() {
  Open open;
  sequence_ += Below(20) == 0 ? 2 : 1;  // a number may be left out
  open.batch.set_sequence(sequence_);
  for (uint32_t entries = Below(6); entries > 0; --entries) {
    const uint32_t code = Below(std::size(kLedgerCodes) + 1);
    open.batch.add_codes(code == std::size(kLedgerCodes) ? kSuccessfulCode
                                                         : kLedgerCodes[code].code);
    open.batch.add_counts(1 + Below(5));
  }
  if (Below(10) == 0) open.batch.mutable_age()->set_seconds(900);
  if (Below(20) == 0) {
    v1::ClientLoss* loss = open.batch.add_losses();
    loss->set_reason(static_cast<v1::ClientLoss::Reason>(1 + Below(4)));
    loss->set_events(1 + Below(100));
  }
  if (Below(20) == 0) {
    open.batch.add_codes(1005);
    open.batch.add_counts(0);  // the rule says from 1 on
    open.reason = kInvalid;
  }
  return open;
}

void LedgerClient::Run(const std::atomic<ClientPhase>& phase) {
  while (phase == ClientPhase::kGoOn) {
    if (Below(25) == 0) BeginSession();
    if (Below(40) == 0) SendAsStranger(phase);
    for (uint32_t batches = 1 + Below(kBurstMax); batches > 0; --batches) {
      open_.push_back(MakeBatch());
    }
    while (!open_.empty() && phase != ClientPhase::kGiveUp) {
      const size_t before = open_.size();
      if (Below(3) == 0) {
        SendUnary();
      } else {
        SendStream();
      }
      if (open_.size() == before) Pause(kRetryPause);
    }
    if (options_.pause > absl::ZeroDuration()) Pause(options_.pause);
  }
}

WireClient& LedgerClient::AnyConnection() {
  return cut_.has_value() && Below(2) == 0 ? *cut_ : direct_;
}

grpc::Status LedgerClient::ReportByAny(const v1::ReportRequest& request, uint64_t* acknowledged,
                                       const std::string& authorization) {
  if (Below(2) == 0) return connect_.Report(request, acknowledged, authorization);
  return AnyConnection().Report(request, acknowledged, authorization);
}

void LedgerClient::SendUnary() {
  while (!open_.empty()) {
    const Open& open = open_.front();
    if (!Report(session_, open, "")) return;
    if (open.reason.empty()) ledger_.Acknowledged(session_, open.batch);
    open_.pop_front();
  }
}

bool LedgerClient::Report(const v1::Session& session, const Open& open,
                          const std::string& authorization) {
  v1::ReportRequest request = open.batch;
  *request.mutable_session() = session;
  uint64_t acknowledged = 0;
  const grpc::Status status = ReportByAny(request, &acknowledged, authorization);
  if (status.ok()) {
    ledger_.AnsweredAcknowledged();
    if (acknowledged < request.sequence() || !open.reason.empty()) {
      ledger_.Surprised(absl::StrCat("acknowledged ", acknowledged, " of ", request.sequence(),
                                     " with reason \"", open.reason, "\""));
    }
    return true;
  }
  if (const std::string reason = ReasonOf(status); !reason.empty()) {
    ledger_.AnsweredRejected(reason, request);
    if (reason != open.reason)
      ledger_.Surprised(absl::StrCat(reason, ": ", status.error_message()));
    return true;
  }
  if (RetryDelayOf(status) > absl::ZeroDuration()) {
    ledger_.AnsweredRetry();
  } else {
    ledger_.Unanswered(open.reason, request);
  }
  return false;
}

void LedgerClient::SendStream() {
  WireStream stream(&AnyConnection());
  size_t written = 0;
  for (const Open& open : open_) {
    v1::ReportRequest request = open.batch;
    if (written == 0) *request.mutable_session() = session_;
    ++written;  // what a failed Write has sent is not known
    if (!stream.Write(request)) break;
  }
  stream.AwaitAcknowledged(open_[written - 1].batch.sequence());
  const grpc::Status status = stream.Finish();
  const std::string reason = ReasonOf(status);
  if (!reason.empty()) ledger_.Surprised(absl::StrCat(reason, ": ", status.error_message()));
  std::set<uint64_t> rejected;
  for (const v1::RefusedBatch& batch : stream.refused()) rejected.insert(batch.sequence());
  for (; written > 0 && open_.front().batch.sequence() <= stream.acknowledged(); --written) {
    const Open& open = open_.front();
    const bool is_rejected = rejected.contains(open.batch.sequence());
    if (is_rejected) {
      ledger_.AnsweredRejected(kInvalid, open.batch);
    } else {
      ledger_.AnsweredAcknowledged();
      ledger_.Acknowledged(session_, open.batch);
    }
    if (is_rejected != !open.reason.empty()) {
      ledger_.Surprised(absl::StrCat("batch ", open.batch.sequence(), " on a stream was ",
                                     is_rejected ? "rejected" : "acknowledged", " with reason \"",
                                     open.reason, "\""));
    }
    open_.pop_front();
  }
  for (size_t i = 0; i < written; ++i) ledger_.Unanswered(open_[i].reason, open_[i].batch);
}

void LedgerClient::SendAsStranger(const std::atomic<ClientPhase>& phase) {
  const bool wrong_key = Below(2) == 0;
  const v1::Session session = wrong_key ? MakeSession("keyed", "eu") : MakeSession("demo", "mars");
  Open open;
  open.reason = wrong_key ? "unauthenticated" : "permission_denied";
  open.batch = MakeRequest(1, {{1005, 1 + Below(5)}});
  while (phase != ClientPhase::kGiveUp &&
         !Report(session, open, wrong_key ? "Bearer not-the-key" : "")) {
    Pause(kRetryPause);
  }
}

}  // namespace gmewatch
