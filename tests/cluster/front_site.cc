#include "tests/cluster/front_site.h"

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "daemon/log/kafka/kafka_topic.h"
#include "tests/cluster/kafka_brokers.h"
#include "tests/integration/ledger_client.h"
#include "tests/support/free_port.h"

namespace gmewatch {

FrontSite::FrontSite(int partitions, int fronts, absl::Duration write_timeout,
                     const std::string& more, const WaysToBrokers& ways)
    : write_timeout_(write_timeout), ways_(ways) {
  absl::StatusOr<KafkaLayout> layout = KafkaBrokers::MakeTopic(partitions, &kafka_);
  if (!layout.ok()) {
    std::cerr << "no topic: " << layout.status() << "\n";
    std::abort();
  }
  layout_.emplace(*std::move(layout));
  config_ = dir_.Write("front.yaml", Settings("front", more));
  for (int i = 0; i < fronts; ++i) {
    const auto address = [] { return absl::StrCat("127.0.0.1:", FreePort()); };
    fronts_.push_back({address(), address(), address(), nullptr});
  }
}

std::string FrontSite::Settings(const std::string& role, const std::string& more) const {
  const std::string& way = role == "front" ? ways_.fronts : ways_.counters;
  return absl::StrCat("role: ", role, "\n", kLedgerApps,
                      "log:\n  commit_interval: 20ms\n  checkpoint_interval: 2s\n  kafka:\n",
                      "    brokers: [", way.empty() ? kafka_.brokers : way,
                      "]\n    topic: ", kafka_.topic, "\n    compression: lz4\n    write_timeout: ",
                      absl::FormatDuration(write_timeout_), "\n", more);
}

const std::string& FrontSite::CounterConfig(const std::string& more) {
  if (counter_config_.empty()) {
    counter_config_ = dir_.Write("counter.yaml", Settings("counter", more));
  }
  return counter_config_;
}

std::vector<std::string> FrontSite::CounterArguments(size_t counter, const std::string& more) {
  std::string& admin = counters_[counter].admin;
  if (admin.empty()) admin = absl::StrCat("127.0.0.1:", FreePort());
  std::vector<std::string> arguments = {"--config=" + CounterConfig(more),
                                        "--admin_address=" + admin,
                                        "--state_dir=" + StateDir(counter)};
  arguments.insert(arguments.end(), counter_flags_.begin(), counter_flags_.end());
  return arguments;
}

absl::Status FrontSite::StartCounter(size_t counter, const std::string& more) {
  absl::StatusOr<std::unique_ptr<GmewatchdProcess>> process =
      GmewatchdProcess::Start(CounterArguments(counter, more));
  if (!process.ok()) return process.status();
  counters_[counter].process = *std::move(process);
  return absl::OkStatus();
}

void FrontSite::KillCounter(size_t counter) {
  counters_[counter].process->process().Signal(SIGKILL);
  counters_[counter].process->process().Wait();
  counters_[counter].process.reset();
}

absl::StatusOr<std::unique_ptr<GmewatchdProcess>> FrontSite::StartNewCounter() {
  std::vector<std::string> arguments = CounterArguments(0);
  return GmewatchdProcess::Start({arguments[0], "--in_memory"});
}

std::vector<std::string> FrontSite::Arguments(size_t front) const {
  return {"--config=" + config_, "--ingest_address=" + fronts_[front].ingest,
          "--admin_address=" + fronts_[front].admin, "--connect_address=" + fronts_[front].connect};
}

absl::Status FrontSite::StartFront(size_t front) {
  absl::StatusOr<std::unique_ptr<GmewatchdProcess>> process =
      GmewatchdProcess::Start(Arguments(front));
  if (!process.ok()) return process.status();
  fronts_[front].process = *std::move(process);
  return absl::OkStatus();
}

void FrontSite::KillFront(size_t front) {
  fronts_[front].process->process().Signal(SIGKILL);
  fronts_[front].process->process().Wait();
  fronts_[front].process.reset();
}

}  // namespace gmewatch
