// Asks gmewatchd's admin port over HTTP or HTTPS.
//
// Thread safety: free functions without state. Limits: kAdminDeadline for a request,
// kAdminAnswerBytesMax for its answer; redirects are not followed; the proxy of the environment is
// used, except for loopback addresses. Errors: INVALID_ARGUMENT, the address and what is allowed;
// of the token's file too; NOT_FOUND, the daemon does not know what was asked for; CANCELLED, the
// caller gave up; UNAVAILABLE, everything else, with the URL and the reason.
#ifndef GMEWATCH_DAEMON_GMECTL_ADMIN_CLIENT_H_
#define GMEWATCH_DAEMON_GMECTL_ADMIN_CLIENT_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gmewatch {

inline constexpr absl::Duration kAdminDeadline = absl::Seconds(5);
inline constexpr size_t kAdminAnswerBytesMax = 16 << 20;

struct AdminAddress {
  std::string base = "127.0.0.1:9747";  // HOST:PORT, or http(s)://HOST[:PORT][/PATH]
  std::string ca_file;                  // authorities to trust (PEM); empty: the system's
  std::string token_file = {};          // with the token of --admin_token_file; empty: none
};

absl::Status CheckAdminAddress(const AdminAddress& address);

// The body of the answer to GET `path`, such as "/api/v1/top". Calls `gives_up` about once a
// second; true ends the request.
absl::StatusOr<std::string> AdminGet(
    const AdminAddress& address, absl::string_view path,
    const std::function<bool()>& gives_up = [] { return false; });

// Passes the body of the answer to `take`, in pieces, however long it is. The answer may take
// kAdminDownloadStall to begin, and as long again wherever it pauses.
inline constexpr absl::Duration kAdminDownloadStall = absl::Minutes(10);
absl::Status AdminDownload(const AdminAddress& address, absl::string_view path,
                           const std::function<bool(absl::string_view)>& take);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_ADMIN_CLIENT_H_
