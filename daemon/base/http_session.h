// HTTP requests to one Grafana after another, over libcurl.
//
// Thread safety: Send from one thread at a time, Interrupt from any. Limits: kAnswerBytesMax,
// kDeadline for all of a request. Redirects are not followed and proxies of the environment not
// used, so the token goes to the configured address only; https is checked against the authorities
// of `ca_file`, or the system's.
//
// Errors: Unavailable, no connection, no TLS, or it broke; DeadlineExceeded; OutOfRange, the answer
// is too long; Cancelled, after Interrupt. An answer of any status is no error. After an error the
// request may have been carried out.
#ifndef GMEWATCH_DAEMON_ANNOTATE_HTTP_SESSION_H_
#define GMEWATCH_DAEMON_ANNOTATE_HTTP_SESSION_H_

#include <atomic>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/annotate/grafana_api.h"

namespace gmewatch {

struct HttpTarget {
  std::string url;      // http:// or https://, without a slash at its end
  std::string token;    // REQUIRES: printable ASCII without spaces
  std::string ca_file;  // empty: the system's
};

class HttpSession {
 public:
  explicit HttpSession(absl::Duration deadline = kDeadline);
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;
  ~HttpSession();

  absl::StatusOr<HttpAnswer> Send(const HttpTarget& target, const HttpRequest& request);
  // Ends what is under way, and every later Send, at once.
  void Interrupt();

  static constexpr absl::Duration kDeadline = absl::Seconds(10);
  static constexpr size_t kAnswerBytesMax = size_t{1} << 20;

 private:
  // `detail`: where libcurl says more of a failure.
  absl::Status Transfer(void* easy, const char* detail);

  const absl::Duration deadline_;
  void* const multi_;  // CURLM
  std::atomic<bool> interrupted_{false};
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_ANNOTATE_HTTP_SESSION_H_
