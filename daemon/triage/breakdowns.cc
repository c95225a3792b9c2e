#include "daemon/triage/breakdowns.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "absl/strings/string_view.h"

namespace gmewatch {
namespace {

double Shift(const v1::Part& part) { return std::abs(part.share() - part.share_before()); }

void AddBreakdown(absl::string_view dimension, const std::vector<Share>& shares, bool sampled,
                  google::protobuf::RepeatedPtrField<v1::Breakdown>* out) {
  if (shares.empty()) return;
  double now = 0;
  double before = 0;
  for (const Share& share : shares) {
    now += static_cast<double>(share.now);
    before += static_cast<double>(share.before);
  }
  v1::Breakdown* breakdown = out->Add();
  breakdown->set_dimension(std::string(dimension));
  for (const Share& share : shares) {
    v1::Part* part = breakdown->add_parts();
    part->set_value(share.value);
    part->set_events(static_cast<double>(share.now));
    if (now > 0) part->set_share(part->events() / now);
    if (before > 0) part->set_share_before(static_cast<double>(share.before) / before);
    part->set_sampled(sampled);
  }
  std::sort(breakdown->mutable_parts()->begin(), breakdown->mutable_parts()->end(),
            [](const v1::Part& x, const v1::Part& y) {
              return std::make_tuple(-Shift(x), -x.share(), x.value()) <
                     std::make_tuple(-Shift(y), -y.share(), y.value());
            });
}

}  // namespace

google::protobuf::RepeatedPtrField<v1::Breakdown> BreakdownsOf(const CodePast& past) {
  google::protobuf::RepeatedPtrField<v1::Breakdown> out;
  const EpochShares::CodeShares& shares = past.shares;
  AddBreakdown("app", past.apps, false, &out);
  AddBreakdown("region", past.regions, false, &out);
  AddBreakdown("app_version", shares.app_versions, shares.sampled, &out);
  AddBreakdown("sdk_version", shares.sdk_versions, shares.sampled, &out);
  AddBreakdown("platform", shares.platforms, shares.sampled, &out);
  return out;
}

google::protobuf::RepeatedPtrField<v1::Counted> CountedOf(const std::vector<Share>& shares) {
  google::protobuf::RepeatedPtrField<v1::Counted> out;
  for (const Share& share : shares) {
    v1::Counted* counted = out.Add();
    counted->set_value(share.value);
    counted->set_count(static_cast<double>(share.now + share.before));
  }
  std::sort(out.begin(), out.end(), [](const v1::Counted& x, const v1::Counted& y) {
    return std::make_tuple(-x.count(), x.value()) < std::make_tuple(-y.count(), y.value());
  });
  return out;
}

}  // namespace gmewatch
