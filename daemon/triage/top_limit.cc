#include "daemon/triage/top_limit.h"

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace gmewatch {

absl::StatusOr<size_t> LimitOf(absl::string_view query) {
  if (query.empty()) return kTopDefault;
  absl::string_view text = query;
  size_t limit = 0;
  if (!absl::ConsumePrefix(&text, "limit=") || !absl::SimpleAtoi(text, &limit) || limit < 1 ||
      limit > kTopMax || absl::StrCat(limit) != text) {
    return absl::InvalidArgumentError(absl::StrCat("allowed is limit=N with N from 1 to ", kTopMax,
                                                   ", not \"", absl::CHexEscape(query), "\""));
  }
  return limit;
}

}  // namespace gmewatch
