// A client of its own that watches, in a test with a ledger, what scrapes show.
//
// Thread safety: Run on one thread; the rest after it.
#ifndef GMEWATCH_TESTS_CLUSTER_LEDGER_READER_H_
#define GMEWATCH_TESTS_CLUSTER_LEDGER_READER_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/integration/ledger.h"
#include "tests/support/gmewatchd_process.h"

namespace gmewatch {

// Reports one event after the other to any front and scrapes any counter after each. Notes a scrape
// that lacks an event of its own that was acknowledged, or that is below an earlier scrape.
class LedgerReader {
 public:
  // Until `stop`.
  void Run(const std::atomic<bool>& stop, const std::vector<std::string>& fronts,
           const std::vector<std::string>& counters);

  const Ledger& ledger() const { return ledger_; }
  uint64_t scrapes() const { return scrapes_; }
  uint64_t unanswered() const { return unanswered_; }
  const std::vector<std::string>& below() const { return below_; }

 private:
  void Look(const Samples& samples);

  Ledger ledger_;
  uint64_t acknowledged_ = 0;
  uint64_t scrapes_ = 0;
  uint64_t unanswered_ = 0;
  double largest_ = 0;
  std::vector<std::string> below_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_CLUSTER_LEDGER_READER_H_
