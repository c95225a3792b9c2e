// One connection to the admin port: reads a request, has it answered, writes the answer, and again.
//
// Thread safety: the thread of the loop calls everything but SendNow, Append and Close, which the
// handler calls on its own thread; while it does, the loop's thread calls only Cut and stalled().
// Lifetime: ends with the call of `done`, or earlier if no operation of it is open.
#ifndef GMEWATCH_DAEMON_EXPOSE_ADMIN_CONNECTION_H_
#define GMEWATCH_DAEMON_EXPOSE_ADMIN_CONNECTION_H_

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <functional>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/expose/admin_exchange.h"

namespace gmewatch {

class AdminConnection final : public AdminExchange {
 public:
  // `answer` has the request answered, on any thread, and calls Answered on the loop's. `done` ends
  // the connection. `request_timeout` is for a request to arrive, and for the client to read 64
  // KiB.
  AdminConnection(boost::asio::ip::tcp::socket socket, absl::Duration request_timeout,
                  std::function<void(AdminConnection*)> answer,
                  std::function<void(AdminConnection*)> done);

  void Start() { Read(request_timeout_); }
  void Answered() { Write(); }
  // Ends what is open; `done` follows.
  void Cut();

  // Since when it waits for the client: for a request, or to read. Absent: it is being answered.
  std::optional<absl::Duration> waits_since() const { return waits_since_; }
  // How long the handler has waited for the client to read.
  absl::Duration stalled() const;

  const AdminRequest& request() const override { return request_; }
  void Append(absl::string_view text) override { out_.append(text.data(), text.size()); }
  bool SendNow(absl::string_view text) override;
  void Close() override { close_ = true; }

  static constexpr size_t kRequestBytesMax = 16384;

 private:
  using Error = boost::beast::error_code;

  void Read(absl::Duration timeout);
  void OnRead(Error error);
  void AnswerMalformed(Error error);
  void Write();
  void OnWritten(Error error);
  // Reads what is still sent for a moment: closing at once would reset the connection, and the
  // client might lose the answer.
  void Linger();
  bool SendAll(absl::string_view text);

  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_{kRequestBytesMax};
  std::optional<boost::beast::http::request_parser<boost::beast::http::empty_body>> parser_;
  const absl::Duration request_timeout_;
  const std::function<void(AdminConnection*)> answer_;
  const std::function<void(AdminConnection*)> done_;
  RealClock clock_;
  AdminRequest request_;
  std::string out_;
  std::atomic<bool> close_{false};  // Cut may come while the handler runs
  std::optional<absl::Duration> waits_since_;
  std::atomic<int64_t> stalled_since_ms_{0};  // 0: the handler does not wait
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_ADMIN_CONNECTION_H_
