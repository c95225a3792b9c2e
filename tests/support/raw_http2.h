// HTTP/2 frame by frame (RFC 9113), for tests that send what no client library would.
//
// Thread safety: none. Errors: those of HttpConnection.
#ifndef GMEWATCH_TESTS_SUPPORT_RAW_HTTP2_H_
#define GMEWATCH_TESTS_SUPPORT_RAW_HTTP2_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/support/http_client.h"

namespace gmewatch {

inline constexpr absl::string_view kReportPath = "/gmewatch.v1.ErrorReporting/Report";
inline constexpr absl::string_view kReportStreamPath = "/gmewatch.v1.ErrorReporting/ReportStream";
inline constexpr absl::string_view kHealthPath = "/grpc.health.v1.Health/Check";

class RawHttp2 {
 public:
  enum Type : uint8_t {
    kData = 0,
    kHeaders = 1,
    kPriority = 2,
    kReset = 3,
    kSettings = 4,
    kPing = 6,
    kWindowUpdate = 8,
    kContinuation = 9
  };
  static constexpr uint8_t kEndStream = 1;
  static constexpr uint8_t kEndHeaders = 4;

  // Connects, from `source` if it is not empty, and sends the preface with empty settings.
  explicit RawHttp2(absl::string_view address, const std::string& source = "");

  bool connected() const { return connection_.connected(); }
  void SetPatience(absl::Duration patience) { connection_.SetPatience(patience); }
  // Collects frames, which Flush sends at once. False if the server has closed.
  bool Flush();
  void Frame(Type type, uint8_t flags, uint32_t stream, absl::string_view payload);
  // Begins a gRPC call.
  void Call(uint32_t stream, absl::string_view path);
  // The header block of a gRPC call.
  static std::string CallHeaders(absl::string_view path);
  // One more header for it.
  static std::string Header(absl::string_view name, absl::string_view value);
  // The first bytes of a message: its length says `announced`, and `sent` bytes of it follow.
  void BeginMessage(uint32_t stream, uint32_t announced, size_t sent);
  // Reads until the server has said `text` so many times; false if it closes or `timeout` passes
  // before.
  bool AwaitText(absl::string_view text, size_t times, absl::Duration timeout);
  // Reads until the server closes; false if `timeout` passes before.
  bool AwaitClose(absl::Duration timeout);

 private:
  HttpConnection connection_;
  std::string out_;
  std::string in_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_RAW_HTTP2_H_
