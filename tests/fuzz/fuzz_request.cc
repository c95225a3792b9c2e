#include <array>
#include <string>

#include "absl/strings/match.h"
#include "daemon/expose/admin_guard.h"
#include "daemon/expose/scrape_request.h"
#include "daemon/triage/top_limit.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/require.h"
#include "tests/fuzz/targets.h"

namespace gmewatch {

void FuzzRequest(absl::string_view bytes) {
  FuzzInput in(bytes);
  const std::string host = in.Text();
  const std::string authorization = in.Text();
  const std::string query = in.Text();
  std::array<std::string, 3> headers = {in.Text(), in.Text(), in.Text()};

  AdminGuard guard;
  guard.SetPublicUrl("https://gmewatch.example.com/base");
  if (absl::EndsWith(host, "evil.example")) {
    Require(guard.Check(host, authorization) == AdminGuard::Verdict::kOtherHost ||
                !absl::EndsWith(host, ".evil.example"),
            "no name of another site");
  }
  guard.Check(host, authorization);
  guard.SetToken("0123456789abcdef-token");
  if (guard.Check(host, authorization) == AdminGuard::Verdict::kAllowed) {
    Require(absl::StrContains(authorization, "0123456789abcdef-token") ||
                absl::StartsWithIgnoreCase(authorization, "basic "),
            "nobody without the token");
  }
  const absl::StatusOr<size_t> limit = LimitOf(query);
  Require(limit.ok() ? *limit >= 1 && *limit <= kTopMax : absl::IsInvalidArgument(limit.status()),
          "a limit within its bounds, or why not");
  const ScrapeRequest scrape =
      ScrapeRequestOf("127.0.0.1", [&](const char* name) -> absl::string_view {
        const std::string key(name);
        if (absl::EqualsIgnoreCase(key, "accept")) return headers[0];
        if (absl::EqualsIgnoreCase(key, "accept-encoding")) return headers[1];
        return headers[2];
      });
  Require(!FormatFor(scrape).content_type.empty(), "a format for everybody");
  ScraperId(scrape);
}

}  // namespace gmewatch
