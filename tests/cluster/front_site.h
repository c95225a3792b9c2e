// A topic on the brokers, fronts that write to it and counters that read it, each a gmewatchd
// process at ports that stay over a kill. A counter keeps its state over a kill, too.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_CLUSTER_FRONT_SITE_H_
#define GMEWATCH_TESTS_CLUSTER_FRONT_SITE_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "daemon/log/kafka/kafka_layout.h"
#include "daemon/log/kafka/kafka_settings.h"
#include "tests/support/gmewatchd_process.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {

// Where each role finds the brokers; empty: without a proxy in between.
struct WaysToBrokers {
  std::string fronts;
  std::string counters;
};

class FrontSite {
 public:
  // Makes the topic and the settings of the fronts. `more`: lines added to the settings.
  FrontSite(int partitions, int fronts, absl::Duration write_timeout, const std::string& more,
            const WaysToBrokers& ways = {});

  absl::Status StartFront(size_t front);
  void KillFront(size_t front);

  // `more`: lines added to the settings of counters. They are made once, with the first call.
  const std::string& CounterConfig(const std::string& more = "");
  absl::Status StartCounter(size_t counter, const std::string& more = "");
  // For counters that start from now on.
  void SetCounterFlags(std::vector<std::string> flags) { counter_flags_ = std::move(flags); }
  void KillCounter(size_t counter);
  // A counter that reads the whole log and keeps nothing.
  absl::StatusOr<std::unique_ptr<GmewatchdProcess>> StartNewCounter();
  // Once it was started.
  const std::string& counter_address(size_t counter) const { return counters_.at(counter).admin; }
  GmewatchdProcess& counter(size_t counter) { return *counters_[counter].process; }
  std::vector<std::string> CounterArguments(size_t counter, const std::string& more = "");
  std::string StateDir(size_t counter) const { return absl::StrCat(dir_.path(), "/", counter); }

  GmewatchdProcess& front(size_t front) { return *fronts_[front].process; }
  const std::string& ingest_address(size_t front) const { return fronts_[front].ingest; }
  const std::string& connect_address(size_t front) const { return fronts_[front].connect; }
  const KafkaSettings& kafka() const { return kafka_; }
  const KafkaLayout& layout() const { return *layout_; }
  // The arguments with which a front starts.
  std::vector<std::string> Arguments(size_t front) const;

 private:
  struct Process {
    std::string ingest;
    std::string admin;
    std::string connect;
    std::unique_ptr<GmewatchdProcess> process;
  };

  std::string Settings(const std::string& role, const std::string& more) const;

  const TempDir dir_;
  const absl::Duration write_timeout_;
  const WaysToBrokers ways_;
  KafkaSettings kafka_;
  std::optional<KafkaLayout> layout_;
  std::string config_;
  std::string counter_config_;
  std::vector<std::string> counter_flags_;
  std::vector<Process> fronts_;
  std::map<size_t, Process> counters_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_CLUSTER_FRONT_SITE_H_
