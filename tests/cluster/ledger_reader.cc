#include "tests/cluster/ledger_reader.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "tests/support/wire_client.h"

namespace gmewatch {

void LedgerReader::Run(const std::atomic<bool>& stop, const std::vector<std::string>& fronts,
                       const std::vector<std::string>& counters) {
  const v1::Session session = MakeSession("demo", "us");
  std::vector<std::unique_ptr<WireClient>> clients;
  clients.reserve(fronts.size());
  for (const std::string& front : fronts) clients.push_back(std::make_unique<WireClient>(front));
  for (uint64_t turn = 0; !stop; ++turn) {
    const v1::ReportRequest request =
        MakeRequest(session, acknowledged_ + 1, {{kReaderCode.code, 1}});
    if (clients[turn % clients.size()]->Report(request).ok()) {
      ++acknowledged_;
      ledger_.Acknowledged(session, request);
      ledger_.AnsweredAcknowledged();
    } else {
      ledger_.Unanswered("", request);
    }
    Look(ScrapeMetrics(counters[turn / 2 % counters.size()]));
  }
}

void LedgerReader::Look(const Samples& samples) {
  if (samples.empty()) {
    ++unanswered_;
    return;
  }
  ++scrapes_;
  const double own =
      ValueOf(samples, CodeSeries("gme_error_events_total", absl::StrCat(kReaderCode.code),
                                  kReaderCode.category, "us", "demo"));
  if (own < static_cast<double>(acknowledged_)) {
    below_.push_back(absl::StrCat(own, " of ", acknowledged_, " acknowledged events"));
  }
  const double sum = SumOf(samples, "gme_error_events_total");
  if (sum < largest_) below_.push_back(absl::StrCat("in all ", sum, " after ", largest_));
  largest_ = std::max(largest_, sum);
  if (ValueOf(samples, "gmewatch_replica_mismatch_total") != 0) below_.emplace_back("a mismatch");
}

}  // namespace gmewatch
