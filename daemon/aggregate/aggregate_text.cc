#include "daemon/aggregate/aggregate_text.h"

#include "absl/strings/str_cat.h"

namespace gmewatch {

std::string SummaryOf(const Aggregate& aggregate) {
  return absl::StrCat(aggregate.batches_counted(), " batches counted, ", aggregate.session_count(),
                      " sessions, ", aggregate.counters().places(), " (app, region) pairs");
}

}  // namespace gmewatch
