// Under a steady load the daemon's memory, descriptors and files do not grow. Not part of the
// ordinary run: tests/run --soak=MINUTES.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/integration/ledger_site.h"

namespace gmewatch {
namespace {

constexpr double kMiB = 1 << 20;

// A quantity over time, and how much of it the run may add after the warm-up.
struct Quantity {
  const char* name;
  double unit;
  double growth_max;                               // in units, in a run of up to an hour
  double growth_max_per_hour;                      // and in each further hour
  std::vector<std::pair<double, double>> samples;  // seconds, units

  // The slope of the line of least squares, times the time between first and last sample.
  double Growth() const {
    double time = 0;
    double value = 0;
    for (const auto& [at, v] : samples) {
      time += at;
      value += v;
    }
    const auto n = static_cast<double>(samples.size());
    double both = 0;
    double square = 0;
    for (const auto& [at, v] : samples) {
      both += (at - time / n) * (v - value / n);
      square += (at - time / n) * (at - time / n);
    }
    return square == 0 ? 0 : both / square * (samples.back().first - samples.front().first);
  }
};

double BytesIn(const std::string& dir) {
  double bytes = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(dir, ignored)) {
    const std::uintmax_t size = entry.file_size(ignored);
    if (size != static_cast<std::uintmax_t>(-1)) bytes += static_cast<double>(size);
  }
  return bytes;
}

TEST(SoakTest, MemoryDescriptorsAndFilesDoNotGrow) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets it
  const char* text = std::getenv("GMEWATCH_SOAK_MINUTES");
  double minutes = 0;
  ASSERT_TRUE(text != nullptr && absl::SimpleAtod(text, &minutes) && minutes > 0)
      << "GMEWATCH_SOAK_MINUTES must be a number of minutes; tests/run --soak=MINUTES sets it";
  LedgerSiteOptions options;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets it
  const char* program = std::getenv("GMEWATCH_KILL_PROGRAM");  // another build of gmewatchd
  if (program != nullptr) options.program = program;
  options.seed = 1;
  options.clients = 24;
  options.client_pause = absl::Milliseconds(200);
  options.prometheus = true;
  // Sessions end soon, so that their table is full of expired ones within the warm-up.
  options.settings = "log: {checkpoint_interval: 5s}\nlimits: {session_horizon: 1m}\n";
  LedgerSite site(options);
  ASSERT_TRUE(site.Start());

  Quantity memory = {"resident memory, MiB", kMiB, 8, 8, {}};
  Quantity descriptors = {"open descriptors", 1, 8, 0, {}};
  Quantity files = {"files of the state, MiB", kMiB, 8, 0, {}};
  const absl::Duration whole = absl::Minutes(minutes);
  const absl::Duration warm_up = std::min(whole / 2, std::max(whole / 4, absl::Minutes(3)));
  const absl::Time begin = absl::Now();
  double rate = 0;
  const Deadline end(whole, absl::Seconds(1));
  while (end.PauseUnlessPassed()) {
    const absl::Duration at = absl::Now() - begin;
    if (at < warm_up) continue;
    const Samples samples = site.daemon().Scrape();
    ASSERT_FALSE(samples.empty());
    const double seconds = absl::ToDoubleSeconds(at);
    memory.samples.emplace_back(seconds, ValueOf(samples, "process_resident_memory_bytes"));
    descriptors.samples.emplace_back(seconds, ValueOf(samples, "process_open_fds"));
    files.samples.emplace_back(seconds, BytesIn(site.StateDir()));
    rate = ValueOf(samples, "gmewatch_batches_total{result=\"counted\"}") / seconds;
  }
  for (const Quantity* quantity : {&memory, &descriptors, &files}) {
    ASSERT_GT(quantity->samples.size(), 10U);
    const double hours = absl::ToDoubleHours(whole - warm_up);
    const double allowed = quantity->growth_max + quantity->growth_max_per_hour * hours;
    const double growth = quantity->Growth() / quantity->unit;
    std::cout << quantity->name << ": " << quantity->samples.front().second / quantity->unit
              << " after the warm-up, " << quantity->samples.back().second / quantity->unit
              << " at the end, growth " << growth << ", allowed " << allowed << "\n";
    EXPECT_LE(growth, allowed) << quantity->name;
  }
  const Findings findings = site.Finish();
  std::cout << minutes << " minutes, " << rate << " batches a second; " << findings.Summary()
            << "\n";
  EXPECT_TRUE(findings.differences.wrong.empty());
  EXPECT_EQ(findings.lowered, 0U);
  EXPECT_EQ(site.daemon().Terminate(), 0);
}

}  // namespace
}  // namespace gmewatch
