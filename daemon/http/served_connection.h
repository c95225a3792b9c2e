// One connection of an HTTP server: reads a request, has it answered, writes the answer, and again.
//
// Thread safety: the thread of the loop calls everything but SendNow, Append and Close, which who
// answers may call on a thread of its own; while it does, the loop's thread calls only Cut and
// stalled(). Lifetime: ends with the call of `done`, or earlier if no operation of it is open.
#ifndef GMEWATCH_DAEMON_HTTP_SERVED_CONNECTION_H_
#define GMEWATCH_DAEMON_HTTP_SERVED_CONNECTION_H_

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/http/http_exchange.h"

namespace gmewatch {

struct HttpLimits {
  absl::Duration request_timeout = absl::Seconds(10);  // for a request to arrive, from its first
                                                       // byte, and for the client to read 64 KiB
  absl::Duration idle_time = absl::Minutes(2);  // for the next request to begin; costs no thread
  // 0: bodies are not read, and a connection ends with a request that has one.
  size_t body_bytes_max = 0;
  // What all bodies that are being received may take together. Beyond it the connection ends whose
  // body has been on its way for longest.
  size_t all_bodies_bytes_max = size_t{64} << 20;
};

class ServedConnection final : public HttpExchange {
 public:
  // What the loop does with a connection. `answer` has the request answered, on any thread, and
  // calls Answered on the loop's. `waits`: it is the client's turn from now on. `receives`: so it
  // is, and a body of body_bytes() comes. `done` ends it.
  struct Events {
    std::function<void(ServedConnection*)> answer;
    std::function<void(ServedConnection*)> waits;
    std::function<void(ServedConnection*)> receives;
    std::function<void(ServedConnection*)> done;
  };
  using List = std::list<std::unique_ptr<ServedConnection>>;

  // `limits` and `events` must outlive it.
  ServedConnection(boost::asio::ip::tcp::socket socket, const HttpLimits& limits,
                   const Events& events);

  void Start();
  void Answered() { Write(); }
  // The request that is being answered is the last one.
  void EndAfterAnswer() {
    request_.stays_open = false;
    close_ = true;
  }
  // Whoever answers needs the body no longer.
  void ForgetBody() { request_.body = std::string(); }
  // Ends what is open; `done` follows.
  void Cut();

  // No byte of a request has come since the last answer.
  bool IsIdle();
  // How long who answers has waited for the client to read.
  absl::Duration stalled() const;
  // At most this many bytes of memory are for the body that is being received.
  size_t body_bytes() const { return body_bytes_; }
  // The client: "ipv4:192.0.2.1:443", "ipv6:[2001:db8::1]:443", or empty.
  const std::string& peer() const { return peer_; }

  const IncomingRequest& request() const override { return request_; }
  void Append(absl::string_view text) override { out_.append(text.data(), text.size()); }
  bool SendNow(absl::string_view text) override;
  void Close() override { close_ = true; }

  // Where the loop keeps it, and the number of the move that brought it there.
  List* list = nullptr;
  List::iterator place;
  uint64_t move = 0;

  static constexpr size_t kHeadBytesMax = 16384;

 private:
  using Error = boost::beast::error_code;

  void AwaitRequest();
  void ReadHead();
  void OnHead(Error error);
  void ReadBody();
  void OnBody(Error error);
  void HaveItAnswered();
  void AnswerMalformed(Error error);
  void AnswerMalformed(absl::string_view status, absl::string_view why);
  void Write();
  void OnWritten(Error error);
  // Reads what is still sent for a moment: closing at once would reset the connection, and the
  // client might lose the answer.
  void Linger();
  bool SendAll(absl::string_view text);

  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_{kHeadBytesMax};
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  const HttpLimits& limits_;
  const Events& events_;
  RealClock clock_;
  std::string peer_;
  std::string address_;
  IncomingRequest request_;
  std::string out_;
  std::atomic<bool> close_{false};  // Cut may come while it is being answered
  size_t body_bytes_ = 0;
  bool idle_ = true;
  bool waits_ = true;                         // for the client
  std::atomic<int64_t> stalled_since_ms_{0};  // 0: who answers does not wait
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_HTTP_SERVED_CONNECTION_H_
