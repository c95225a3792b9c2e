// What clients know of their batches: acknowledged, rejected and by which reason, or without an
// answer. It follows what gmewatchd must have counted, to the event.
//
// Thread safety: none; each client has its own, and Add makes one of all.
#ifndef GMEWATCH_TESTS_INTEGRATION_LEDGER_H_
#define GMEWATCH_TESTS_INTEGRATION_LEDGER_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gmewatch/v1/error_reporting.pb.h"
#include "tests/support/gmewatchd_process.h"

namespace gmewatch {

// A code that the clients of a ledger report.
struct LedgerCode {
  int32_t code;
  const char* category;
};
inline constexpr LedgerCode kLedgerCodes[] = {{1005, "client"},
                                              {10001, "server"},
                                              {10004, "server"},
                                              {8195, "voice_message"},
                                              {424242, "unknown"}};
inline constexpr int32_t kSuccessfulCode = 0;
// One that no client of LedgerClient reports.
inline constexpr LedgerCode kReaderCode = {1006, "client"};

// Where the daemon's answers and the batches that arrived are written down.
enum class LedgerLog {
  kOwn,          // by a process that was never killed, so that it knows every answer it gave
  kOwnKilled,    // by one that was killed: its last answers may be missing
  kSharedByMany  // as kOwnKilled, and a record may be there twice, so that duplicates are more
};

// What the daemon's counters have that they should not have, or lack.
struct Differences {
  int64_t missing = 0;             // events acknowledged and not counted
  int64_t surplus = 0;             // events counted and not acknowledged, or counted twice
  std::vector<std::string> wrong;  // a line for each series that differs, whatever it counts

  std::string Text() const;
};

class Ledger {
 public:
  // A batch is settled for good. Once for each batch, however often it was sent.
  void Acknowledged(const v1::Session& session, const v1::ReportRequest& batch);
  // An attempt to send was answered with an acknowledgement, or with an error of the daemon that
  // lets the batch be sent again.
  void AnsweredAcknowledged() { ++answered_; }
  void AnsweredRetry() { ++answered_retry_; }
  // An attempt was answered with a rejection for good. `reason` is the label of the metric.
  void AnsweredRejected(const std::string& reason, const v1::ReportRequest& batch);
  // Nobody knows whether this attempt arrived. `reason`: what it must be rejected for if it did;
  // empty for a batch that breaks no rule.
  void Unanswered(const std::string& reason, const v1::ReportRequest& batch);
  // An answer that the wire does not allow.
  void Surprised(const std::string& what) { surprises_.push_back(what); }

  void Add(const Ledger& other);

  // Compares with a scrape. Every counter of the clients' events that is not in the ledger must be
  // zero.
  Differences Compare(const Samples& samples, LedgerLog log) const;

  uint64_t batches() const { return batches_; }
  uint64_t unanswered() const { return unanswered_; }
  uint64_t answered_retry() const { return answered_retry_; }
  uint64_t rejected() const;
  // The events by series of gme_error_events_total.
  std::map<std::string, uint64_t> Events() const;

 private:
  struct Count {
    uint64_t batches = 0;
    uint64_t events = 0;
  };
  // What the daemon may have counted under a reason.
  struct Rejections {
    Count answered;
    Count unanswered;
  };
  struct Cell {
    uint64_t events = 0;
    uint64_t late = 0;
    std::set<std::string> sessions;
  };
  struct PlaceCounts {
    std::map<int32_t, Cell> codes;
    uint64_t successes = 0;
    std::set<std::string> sessions;
    std::map<int, uint64_t> lost;
  };
  // A value within a range.
  struct Bounds {
    uint64_t low = 0;
    uint64_t high = 0;
  };

  std::map<std::string, Bounds> Expected(LedgerLog log) const;

  std::map<std::pair<std::string, std::string>, PlaceCounts> places_;  // by app, region
  std::map<std::string, Rejections> rejected_;                         // by reason
  uint64_t batches_ = 0;
  uint64_t answered_ = 0;
  uint64_t answered_retry_ = 0;
  uint64_t unanswered_ = 0;
  std::vector<std::string> surprises_;
};

// The sum of a batch's counts.
uint64_t EventsIn(const v1::ReportRequest& batch);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_INTEGRATION_LEDGER_H_
