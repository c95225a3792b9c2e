// A small HTTP/1.1 client over a raw socket, for tests that must see the bytes: it follows no
// redirect, adds no header, and can be as slow or as rude as a test needs.
//
// Thread safety: none. Errors: DEADLINE_EXCEEDED, a read got nothing for 10 s; DATA_LOSS, the
// connection ended early or broke, or the reply is malformed.
#ifndef GMEWATCH_TESTS_SUPPORT_HTTP_CLIENT_H_
#define GMEWATCH_TESTS_SUPPORT_HTTP_CLIENT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gmewatch {

struct HttpReply {
  int status = 0;
  std::string head;  // status line and headers, as they came
  std::string body;  // chunks put together
  // The value of the header with this lower-case name; empty if it is missing.
  std::string Header(absl::string_view name) const;
};

class HttpConnection {
 public:
  // `address` is HOST:PORT with a numeric host, IPv6 in brackets. `receive_buffer_bytes` of 0 keeps
  // the system's size. `source` is the IPv4 address that it comes from; empty: any.
  explicit HttpConnection(absl::string_view address, int receive_buffer_bytes = 0,
                          const std::string& source = "");
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection();

  bool connected() const { return socket_ >= 0; }
  // How long a read or a write waits for the other side.
  void SetPatience(absl::Duration patience);
  bool Send(absl::string_view text);
  // `without_body`: for the reply to a HEAD.
  absl::StatusOr<HttpReply> ReadReply(bool without_body = false);
  // Reads at least one byte, at most `bytes_max`; empty at the end of the connection.
  absl::StatusOr<std::string> ReadSome(size_t bytes_max);
  // Closes with a reset, like a process that was killed.
  void Reset();

 private:
  absl::Status ReadUntil(absl::string_view mark, std::string* text);
  absl::Status ReadBytes(size_t bytes, std::string* text);
  absl::Status ReadChunks(std::string* text);

  int socket_ = -1;
  std::string ahead_;  // read from the socket, but not yet returned
};

// Sends one request on a connection of its own.
absl::StatusOr<HttpReply> HttpFetch(absl::string_view address, absl::string_view path,
                                    absl::string_view method = "GET");

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_HTTP_CLIENT_H_
