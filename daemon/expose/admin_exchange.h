// A request to the admin port, and what is sent in answer to it.
//
// Thread safety: one thread at a time, the one that the server calls the handler on. Valid during
// that call.
#ifndef GMEWATCH_DAEMON_EXPOSE_ADMIN_EXCHANGE_H_
#define GMEWATCH_DAEMON_EXPOSE_ADMIN_EXCHANGE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

struct AdminRequest {
  std::string path;        // decoded
  std::string query = {};  // after the question mark, as sent
  std::string method = {};
  bool http11 = true;
  bool stays_open = true;    // another request may follow on the connection
  std::string address = {};  // of the client, without the port
  std::vector<std::pair<std::string, std::string>> headers = {};

  // The value of the first header of this name; empty if it is missing.
  absl::string_view Header(absl::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (absl::EqualsIgnoreCase(key, name)) return value;
    }
    return "";
  }
};

class AdminExchange {
 public:
  AdminExchange() = default;
  AdminExchange(const AdminExchange&) = delete;
  AdminExchange& operator=(const AdminExchange&) = delete;
  virtual ~AdminExchange() = default;

  virtual const AdminRequest& request() const = 0;
  // Keeps the text, which is sent after the call of the handler, by no thread of its own.
  virtual void Append(absl::string_view text) = 0;
  // Sends what was kept, then `text`; waits for the client to read. False if it has gone or is too
  // slow: then the connection ends.
  virtual bool SendNow(absl::string_view text) = 0;
  // No further request is read from the connection.
  virtual void Close() = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_ADMIN_EXCHANGE_H_
