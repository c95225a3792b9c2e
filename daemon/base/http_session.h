// Sends HTTP requests, one at a time, over libcurl. A session keeps connections open for the
// requests that follow.
//
// Redirects are never followed, so a token reaches only the address that it is meant for. https is
// checked against the authorities of `ca_file`, or those of the system.
//
// Thread safety: Send from one thread at a time, Interrupt from any thread. Limits: HttpOptions.
//
// Errors of Send: UNAVAILABLE, no connection, no TLS, or the connection broke; DEADLINE_EXCEEDED;
// OUT_OF_RANGE, the response is too long; CANCELLED, after Interrupt or because the caller gave up.
// A response with any status is not an error. After an error the server may still have carried the
// request out.
#ifndef GMEWATCH_DAEMON_BASE_HTTP_SESSION_H_
#define GMEWATCH_DAEMON_BASE_HTTP_SESSION_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gmewatch {

struct HttpOptions {
  std::string user_agent;
  absl::Duration deadline;  // for a whole request, connecting included; zero: none
  absl::Duration stall = absl::ZeroDuration();  // without a byte of the response; zero: any time
  size_t response_bytes_max = 0;                // of the body
  // Uses the proxy that the environment names (http_proxy, https_proxy, no_proxy), but never to
  // reach this machine itself.
  bool use_proxy = false;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;    // http:// or https://
  std::string body;   // JSON; empty: none
  std::string token;  // "authorization: Bearer"; empty: none. REQUIRES: printable ASCII, no spaces
  std::string ca_file;  // authorities to trust (PEM); empty: the system's
  // Takes the body of a response with status 200 in pieces, instead of HttpResponse::body, however
  // long it is. False ends the request with OUT_OF_RANGE.
  std::function<bool(absl::string_view)> take_body = nullptr;
};

struct HttpResponse {
  int status = 0;
  std::string body;
};

class HttpSession {
 public:
  explicit HttpSession(HttpOptions options);
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;
  ~HttpSession();

  // Calls `gives_up` about once a second; true ends the request.
  absl::StatusOr<HttpResponse> Send(
      const HttpRequest& request, const std::function<bool()>& gives_up = [] { return false; });

  // Ends the request in progress, and every later one, at once.
  void Interrupt();

 private:
  // Carries out the one request that was added to `multi_`; libcurl's result of it.
  absl::StatusOr<int> Transfer(const std::function<bool()>& gives_up);

  const HttpOptions options_;
  void* const multi_;  // CURLM
  std::atomic<bool> interrupted_{false};
};

// "libcurl/7.88.1 OpenSSL/3.0.17 zlib/1.2.13 ...": what this process runs with.
std::string HttpLibraries();

// Whether `url` is http(s)://HOST[:PORT][/PATH], without a query and a fragment.
bool IsHttpUrl(const std::string& url);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_HTTP_SESSION_H_
