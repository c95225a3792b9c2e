#include "daemon/detect/arrival_reader.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gmewatch {
namespace {

// The estimate of HyperLogLog, by the empty registers as long as there are enough of them.
double Sessions(const Reporters::Registers& registers) {
  constexpr double kCount = Reporters::kRegisters;
  constexpr double kAlpha = 0.709;  // corrects the bias for 64 registers
  double sum = 0;
  int empty = 0;
  for (const uint8_t rank : registers) {
    sum += std::ldexp(1.0, -rank);
    if (rank == 0) ++empty;
  }
  const double estimate = kAlpha * kCount * kCount / sum;
  if (empty == 0 || estimate > 2.5 * kCount) return estimate;
  return kCount * std::log(kCount / empty);
}

}  // namespace

ArrivalReader::ArrivalReader(const Counters& counters)
    : ArrivalReader(
          [&counters] { return counters.places(); },
          [&counters](size_t id) -> Reporters& { return counters.place(id).reporters(); }) {}

ArrivalReader::ArrivalReader(std::function<size_t()> rows,
                             std::function<Reporters&(size_t)> reporters)
    : count_(std::move(rows)), reporters_(std::move(reporters)) {
  Read();
  Forget();
}

const std::vector<Arrivals>& ArrivalReader::Read() {
  rows_.resize(std::max(rows_.size(), count_()));
  arrivals_.resize(rows_.size());
  for (size_t id = 0; id < rows_.size(); ++id) {
    Row& row = rows_[id];
    Reporters& reporters = reporters_(id);
    const uint32_t batches = reporters.batches() - row.batches;
    arrivals_[id].sessions = 0;
    if (batches == 0) continue;
    row.batches += batches;
    const Reporters::Registers now = reporters.Take();
    // Ids that a client chose to look like many are no more than its batches.
    arrivals_[id].sessions = std::min(Sessions(now), static_cast<double>(batches));
    for (size_t i = 0; i < now.size(); ++i) row.all[i] = std::max(row.all[i], now[i]);
    arrivals_[id].all_sessions = Sessions(row.all);
  }
  return arrivals_;
}

void ArrivalReader::Forget() {
  for (Row& row : rows_) row.all = {};
  for (Arrivals& arrivals : arrivals_) arrivals.all_sessions = 0;
}

}  // namespace gmewatch
