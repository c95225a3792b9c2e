#include "daemon/gmectl/tick_grid.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

// Round steps in seconds and in minutes; one hour is another.
constexpr int kRoundSteps[] = {1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30};

// How far a difference may be from a round step, as a share of the step: a difference that many
// rows share, and the median one.
constexpr double kCommonOffMax = 0.02;
constexpr double kMedianOffMax = 0.15;

struct Common {
  absl::Duration difference;
  double share = 0;  // of all differences
};

// The most common difference, to the millisecond; the smallest if several are equally common.
Common MostCommon(const std::vector<absl::Duration>& sorted) {
  Common best;
  size_t begin = 0;
  for (size_t end = 1; end <= sorted.size(); ++end) {
    if (end < sorted.size() && sorted[end] - sorted[begin] < absl::Milliseconds(1)) continue;
    const double share = static_cast<double>(end - begin) / static_cast<double>(sorted.size());
    if (share > best.share) best = {sorted[begin], share};
    begin = end;
  }
  return best;
}

std::optional<absl::Duration> RoundStepNear(absl::Duration difference, double off_max) {
  absl::Duration nearest = absl::Hours(1);
  for (const absl::Duration unit : {absl::Seconds(1), absl::Minutes(1)}) {
    for (const int round : kRoundSteps) {
      if (absl::AbsDuration(round * unit - difference) < absl::AbsDuration(nearest - difference)) {
        nearest = round * unit;
      }
    }
  }
  if (absl::AbsDuration(nearest - difference) > off_max * nearest) return std::nullopt;
  return nearest;
}

// Nothing if the differences do not determine a step.
std::optional<absl::Duration> StepOf(const std::vector<absl::Duration>& sorted) {
  const Common common = MostCommon(sorted);
  if (common.share > 0.5) return common.difference;
  if (common.share > 0.25) {
    return RoundStepNear(common.difference, kCommonOffMax).value_or(common.difference);
  }
  return RoundStepNear(sorted[sorted.size() / 2], kMedianOffMax);
}

}  // namespace

absl::StatusOr<absl::Duration> FindStep(absl::Span<const absl::Time> times) {
  if (times.size() < 2) {
    return absl::InvalidArgumentError("one row has no step; set it with --step");
  }
  std::vector<absl::Duration> differences;
  for (size_t i = 1; i < times.size(); ++i) differences.push_back(times[i] - times[i - 1]);
  std::sort(differences.begin(), differences.end());
  const std::optional<absl::Duration> step = StepOf(differences);
  if (!step.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("the rows are from ",
                                                   absl::FormatDuration(differences.front()),
                                                   " to ", absl::FormatDuration(differences.back()),
                                                   " apart, so the step is not clear; set it with "
                                                   "--step"));
  }
  if (*step >= kStepMin && *step <= kStepMax) return *step;
  return absl::InvalidArgumentError(
      absl::StrCat("the rows are ", absl::FormatDuration(*step), " apart; allowed: from 1s to 1h"));
}

TickGrid::TickGrid(absl::Duration step, absl::Span<const absl::Time> times) : step_(step) {
  // The circular mean: each time is an angle on a circle whose circumference is one step.
  double sine = 0;
  double cosine = 0;
  for (const absl::Time time : times) {
    absl::Duration beyond;
    absl::IDivDuration(time - absl::UnixEpoch(), step, &beyond);
    const double angle = 2 * std::numbers::pi * absl::FDivDuration(beyond, step);
    sine += std::sin(angle);
    cosine += std::cos(angle);
  }
  const double turn = std::atan2(sine, cosine) / (2 * std::numbers::pi);
  shift_ = absl::Floor(turn * step + absl::Microseconds(500), absl::Milliseconds(1));
}

int64_t TickGrid::TickAt(absl::Time time) const {
  absl::Duration beyond;
  const absl::Duration since = time - absl::UnixEpoch() - shift_ + step_ / 2;
  return std::max<int64_t>(0, absl::IDivDuration(since, step_, &beyond));
}

absl::Time TickGrid::TimeOf(int64_t tick) const {
  return absl::UnixEpoch() + shift_ + tick * step_;
}

}  // namespace gmewatch
