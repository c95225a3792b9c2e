// A small HTTP/1.1 client over a raw socket, for tests that must see the bytes: it follows nothing,
// adds nothing, and can be as slow or as rude as a test asks.
//
// Thread safety: none. A read that gets nothing for 10 s fails with DeadlineExceeded; a connection
// that ends too early is DataLoss.
#ifndef GMEWATCH_TESTS_SUPPORT_HTTP_CLIENT_H_
#define GMEWATCH_TESTS_SUPPORT_HTTP_CLIENT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

struct HttpReply {
  int status = 0;
  std::string head;  // status line and headers, as they came
  std::string body;  // chunks put together
  // Of a header, by its name in lower case; empty where it is missing.
  std::string Header(absl::string_view name) const;
};

class HttpConnection {
 public:
  // `address`: HOST:PORT with an IPv4 host. `receive_buffer_bytes`: 0 leaves the system's.
  explicit HttpConnection(absl::string_view address, int receive_buffer_bytes = 0);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection();

  bool connected() const { return socket_ >= 0; }
  bool Send(absl::string_view text);
  // `without_body`: the answer to a HEAD.
  absl::StatusOr<HttpReply> ReadReply(bool without_body = false);
  // At least one byte, at most `bytes_max`; empty at the end.
  absl::StatusOr<std::string> ReadSome(size_t bytes_max);
  // Hangs up with a reset, as a process that was killed.
  void Reset();

 private:
  absl::Status ReadUntil(absl::string_view mark, std::string* text);
  absl::Status ReadBytes(size_t bytes, std::string* text);
  absl::Status ReadChunks(std::string* text);

  int socket_ = -1;
  std::string ahead_;  // read, but not asked for yet
};

// One request on a connection of its own.
absl::StatusOr<HttpReply> HttpFetch(absl::string_view address, absl::string_view path,
                                    absl::string_view method = "GET");

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_HTTP_CLIENT_H_
