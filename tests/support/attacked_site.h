// gmewatchd, alone or behind the shipped HAProxy, with clients of one app that report at a steady
// pace while others attack it.
//
// Thread safety: none. Errors: absl::Status with the standard error of the process.
#ifndef GMEWATCH_TESTS_SUPPORT_ATTACKED_SITE_H_
#define GMEWATCH_TESTS_SUPPORT_ATTACKED_SITE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/support/attacks.h"
#include "tests/support/child_process.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wire_client.h"

namespace gmewatch {

// What the good clients saw. A report that fails is sent again, as a reporter does.
struct GoodReports {
  std::vector<absl::Duration> answered;
  int failed = 0;
  std::string failure;  // the last one

  absl::Duration Quantile(double share);
  void Add(const GoodReports& more);
};

class AttackedSite {
 public:
  // `front` is HAProxy's configuration file; empty: gmewatchd alone.
  static absl::StatusOr<std::unique_ptr<AttackedSite>> Start(const std::string& front);

  // The reports of four good clients, one every 40 ms each, while two attackers do what they can if
  // `attack` is not null. They have less of the processor than all others, since attackers have
  // machines of their own.
  GoodReports Measure(const Attack* attack, absl::Duration time);

  // The most that gmewatchd has had so far, sampled every 50 ms.
  double most_mib() const { return most_mib_; }
  double ResidentMiB() const;
  // Empty if what was acknowledged is what is counted; of the attackers' events those without an
  // answer may be counted too.
  std::string WrongCounts() const;

 private:
  AttackedSite() = default;
  absl::Status StartFront(const std::string& file);
  void WatchMemory(const std::atomic<bool>& stop);
  // One good client.
  void ReportUntil(absl::Time end, size_t number, GoodReports* reports);

  TempDir dir_;
  std::unique_ptr<GmewatchdProcess> daemon_;
  std::unique_ptr<ChildProcess> front_;
  AttackRun target_;
  std::vector<std::unique_ptr<WireClient>> good_;
  std::vector<v1::Session> sessions_;
  std::vector<uint64_t> acknowledged_;  // of each good client: its last batch, of one event
  uint64_t bad_sent_ = 0;
  uint64_t bad_acknowledged_ = 0;
  double most_mib_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_ATTACKED_SITE_H_
