#include "daemon/expose/process_families.h"

#include <string>

#include "daemon/base/version.h"
#include "daemon/expose/metric_names.h"
#include "daemon/model/reject_reason.h"

namespace gmewatch {
namespace {

LabelledValues DangersOf(const DaemonStats& stats) {
  LabelledValues samples;
  for (size_t i = 0; i < kDangers; ++i) {
    samples.emplace_back(DangerLabel(static_cast<Danger>(i)), stats.dangers[i] ? 1 : 0);
  }
  return samples;
}

}  // namespace

std::vector<prometheus::MetricFamily> ProcessFamilies(const DaemonStats& daemon,
                                                      const ProcessStats& process) {
  std::vector<prometheus::MetricFamily> families;
#define GMEWATCH_X(constant, kind, name, labels, help, value) \
  families.push_back(FamilyOf(constant, value));
  GMEWATCH_PROCESS_METRICS(GMEWATCH_X)
#undef GMEWATCH_X
  return families;
}

LabelledValues ByReason(const RejectedByReason& rejected, uint64_t Rejected::*number) {
  LabelledValues samples;
  for (size_t i = 0; i < kRejectReasons; ++i) {
    samples.emplace_back(RejectReasonLabel(static_cast<RejectReason>(i)),
                         MetricValue(rejected[i].*number));
  }
  return samples;
}

uint64_t RejectedBatches(const RejectedByReason& rejected) {
  uint64_t sum = 0;
  for (const Rejected& reason : rejected) sum += reason.batches;
  return sum;
}

LabelledValues ByResult(uint64_t successes, uint64_t failures) {
  return {{"success", MetricValue(successes)}, {"failure", MetricValue(failures)}};
}

}  // namespace gmewatch
