// How clients of one app fare while strangers, or players of another app, attack gmewatchd: the
// times of their reports without and with each attack, in turns, the memory that gmewatchd takes,
// and whether its counters are true. With --front the same through HAProxy.
//
//   wire_attack [--duration=5s] [--rounds=3] [--attack=NAME] [--front=deploy/haproxy/haproxy.cfg]
//
// Each round has a gmewatchd of its own. The ratio is that of the p99 with the attack to the p99
// without it, of each round; the table has the median. It fails if counters are wrong. Attacks that
// SECURITY.md names as limits of a gmewatchd without a proxy have a star.
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "tests/support/attacked_site.h"

ABSL_FLAG(absl::Duration, duration, absl::Seconds(5),
          "how long each attack, and the time without one beside it, lasts");
ABSL_FLAG(int, rounds, 3, "how many times each is measured");
ABSL_FLAG(std::string, attack, "", "only those whose name has this");
ABSL_FLAG(std::string, front, "", "HAProxy's configuration; empty: gmewatchd alone");

namespace gmewatch {
namespace {

struct Result {
  GoodReports without;
  GoodReports with;
  std::vector<double> ratios;
  double grown_mib = 0;
  std::string wrong;
};

// One round, on a gmewatchd of its own, since calls of an attack may wait for some time after it.
absl::Status MeasureRound(const Attack& attack, Result* result) {
  auto site = AttackedSite::Start(absl::GetFlag(FLAGS_front));
  if (!site.ok()) return site.status();
  const absl::Duration duration = absl::GetFlag(FLAGS_duration);
  (*site)->Measure(nullptr, std::min(duration, absl::Seconds(1)));  // connects, fills the caches
  const double before = (*site)->ResidentMiB();
  GoodReports without = (*site)->Measure(nullptr, duration);
  GoodReports with = (*site)->Measure(&attack, duration);
  result->ratios.push_back(absl::FDivDuration(with.Quantile(0.99), without.Quantile(0.99)));
  result->without.Add(without);
  result->with.Add(with);
  result->grown_mib = std::max(result->grown_mib, (*site)->most_mib() - before);
  result->wrong += (*site)->WrongCounts();
  return absl::OkStatus();
}

void Print(const Attack& attack, Result* result) {
  std::sort(result->ratios.begin(), result->ratios.end());
  const bool star = attack.needs_front && absl::GetFlag(FLAGS_front).empty();
  const auto ms = [](absl::Duration time) { return absl::ToDoubleMilliseconds(time); };
  std::cout << absl::StrFormat(
                   "%-29s%s%7d %7d %4d %4d %7.1f %7.1f %7.1f %7.1f %6.2f %6.0f  %s", attack.name,
                   star ? "*" : " ", result->without.answered.size(), result->with.answered.size(),
                   result->without.failed, result->with.failed, ms(result->without.Quantile(0.5)),
                   ms(result->with.Quantile(0.5)), ms(result->without.Quantile(0.99)),
                   ms(result->with.Quantile(0.99)), result->ratios[result->ratios.size() / 2],
                   result->grown_mib, result->wrong.empty() ? "true" : result->wrong)
            << (result->with.failed > 0 ? "; " + result->with.failure : "") << std::endl;
}

// Whether the counters were true.
absl::StatusOr<bool> MeasureAttack(const Attack& attack) {
  Result result;
  for (int round = 0; round < absl::GetFlag(FLAGS_rounds); ++round) {
    absl::Status status = MeasureRound(attack, &result);
    if (!status.ok()) return status;
  }
  if (!result.ratios.empty()) Print(attack, &result);
  return result.wrong.empty();
}

int Main() {
  std::cout << absl::StrFormat("%-29s %15s %9s %15s %15s %6s %6s  %s\n", "without, with the attack",
                               "answered", "failed", "p50 ms", "p99 ms", "ratio", "MiB",
                               "counters");
  bool all = true;
  for (const Attack& attack : Attacks()) {
    if (!absl::StrContains(attack.name, absl::GetFlag(FLAGS_attack))) continue;
    const absl::StatusOr<bool> good = MeasureAttack(attack);
    if (!good.ok()) std::cerr << "wire_attack: " << good.status() << "\n";
    all &= good.value_or(false);
  }
  return all ? 0 : 1;
}

}  // namespace
}  // namespace gmewatch

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return gmewatch::Main();
}
