// An HTTP request, and what is sent in answer to it.
//
// Thread safety: one thread at a time, the one that answers. Valid until the answer is complete.
#ifndef GMEWATCH_DAEMON_HTTP_HTTP_EXCHANGE_H_
#define GMEWATCH_DAEMON_HTTP_HTTP_EXCHANGE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

struct IncomingRequest {
  std::string path;        // decoded
  std::string query = {};  // after the question mark, as sent
  std::string method = {};
  bool http11 = true;
  bool stays_open = true;    // another request may follow on the connection
  std::string address = {};  // of the client, without the port
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};       // if the server reads bodies
  bool body_too_long = false;  // longer than the server reads, so it was not read

  // The value of the first header of this name; empty if it is missing.
  absl::string_view Header(absl::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (absl::EqualsIgnoreCase(key, name)) return value;
    }
    return "";
  }
  // The value of the last one.
  absl::string_view LastHeader(absl::string_view name) const {
    for (auto it = headers.rbegin(); it != headers.rend(); ++it) {
      if (absl::EqualsIgnoreCase(it->first, name)) return it->second;
    }
    return "";
  }
};

class HttpExchange {
 public:
  HttpExchange() = default;
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;
  virtual ~HttpExchange() = default;

  virtual const IncomingRequest& request() const = 0;
  // Keeps the text, which is sent when the answer is complete, by no thread of its own.
  virtual void Append(absl::string_view text) = 0;
  // Sends what was kept, then `text`; waits for the client to read. False if it has gone or is too
  // slow: then the connection ends.
  virtual bool SendNow(absl::string_view text) = 0;
  // No further request is read from the connection.
  virtual void Close() = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_HTTP_HTTP_EXCHANGE_H_
