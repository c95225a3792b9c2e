#include "daemon/expose/admin_connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <cerrno>
#include <chrono>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

// For the next request on a connection. It costs no thread.
constexpr absl::Duration kIdleTime = absl::Minutes(2);
constexpr absl::Duration kLingerTime = absl::Seconds(1);

absl::string_view Text(boost::beast::string_view text) { return {text.data(), text.size()}; }

// False if a "%" is not followed by two hexadecimal digits.
bool Decode(absl::string_view text, std::string* out) {
  out->clear();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out->push_back(text[i]);
      continue;
    }
    uint32_t byte = 0;
    if (i + 2 >= text.size() || !absl::SimpleHexAtoi(text.substr(i + 1, 2), &byte)) return false;
    out->push_back(static_cast<char>(byte));
    i += 2;
  }
  return true;
}

// Into path and query. A request through a proxy has the whole URL as its target.
bool ReadTarget(absl::string_view target, AdminRequest* to) {
  const size_t scheme = target.find("://");
  if (!target.empty() && target.front() != '/' && scheme != absl::string_view::npos) {
    const size_t slash = target.find('/', scheme + 3);
    target = slash == absl::string_view::npos ? "/" : target.substr(slash);
  }
  if (target.empty() || target.front() != '/') return target == "*";
  const size_t question = target.find('?');
  if (question != absl::string_view::npos) to->query = std::string(target.substr(question + 1));
  return Decode(target.substr(0, question), &to->path);
}

std::chrono::milliseconds Chrono(absl::Duration duration) {
  return absl::ToChronoMilliseconds(duration);
}

}  // namespace

AdminConnection::AdminConnection(asio::ip::tcp::socket socket, absl::Duration request_timeout,
                                 std::function<void(AdminConnection*)> answer,
                                 std::function<void(AdminConnection*)> done)
    : stream_(std::move(socket)),
      request_timeout_(request_timeout),
      answer_(std::move(answer)),
      done_(std::move(done)) {
  // Without it the last bytes of an answer wait for the acknowledgement of those before them.
  Error error;
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), error);
}

void AdminConnection::Cut() {
  close_ = true;
  // Ends the handler's wait too, unlike cancel.
  Error error;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, error);
  if (waits_since_.has_value()) stream_.cancel();
}

absl::Duration AdminConnection::stalled() const {
  const int64_t since = stalled_since_ms_.load();
  RealClock clock;
  return since == 0 ? absl::ZeroDuration() : clock.Monotonic() - absl::Milliseconds(since);
}

void AdminConnection::Read(absl::Duration timeout) {
  waits_since_ = clock_.Monotonic();
  parser_.emplace();
  parser_->header_limit(kRequestBytesMax);
  parser_->body_limit(std::numeric_limits<uint64_t>::max());  // bodies are not read
  // One limit for the whole request, however it trickles in.
  stream_.expires_after(Chrono(timeout));
  http::async_read_header(stream_, buffer_, *parser_,
                          [this](Error error, size_t /*bytes*/) { OnRead(error); });
}

void AdminConnection::OnRead(Error error) {
  const bool malformed = error.category() == make_error_code(http::error::bad_target).category() &&
                         error != http::error::end_of_stream &&
                         error != http::error::partial_message;
  if (malformed) {
    AnswerMalformed(error);
    return;
  }
  if (error || close_) {
    done_(this);
    return;
  }
  const auto& message = parser_->get();
  request_ = AdminRequest();
  request_.method = std::string(Text(message.method_string()));
  request_.http11 = message.version() == 11;
  const bool has_body = parser_->chunked() || parser_->content_length().value_or(0) > 0;
  // Where a body ends is not known if it is not read. HTTP/1.0 has no standard way to go on.
  request_.stays_open = request_.http11 && message.keep_alive() && !has_body;
  for (const auto& field : message) {
    request_.headers.emplace_back(Text(field.name_string()), Text(field.value()));
  }
  const auto from = stream_.socket().remote_endpoint(error);
  if (!error) request_.address = from.address().to_string(error);
  if ((message.version() != 11 && message.version() != 10) ||
      !ReadTarget(Text(message.target()), &request_)) {
    AnswerMalformed(http::error::bad_target);
    return;
  }
  close_ = !request_.stays_open;
  waits_since_.reset();
  stream_.expires_never();
  answer_(this);
}

void AdminConnection::AnswerMalformed(Error error) {
  const bool too_long = error == http::error::header_limit || error == http::error::buffer_overflow;
  const absl::string_view status =
      too_long ? "431 Request Header Fields Too Large" : "400 Bad Request";
  const std::string body = too_long
                               ? absl::StrCat("a request may have ", kRequestBytesMax, " bytes\n")
                               : std::string("this is no HTTP/1.1 request\n");
  Append(absl::StrCat("HTTP/1.1 ", status,
                      "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
                      "Content-Length: ",
                      body.size(), "\r\n\r\n", body));
  close_ = true;
  Write();
}

bool AdminConnection::SendNow(absl::string_view text) {
  const std::string kept = std::exchange(out_, {});
  const bool sent = SendAll(kept) && SendAll(text);
  stalled_since_ms_.store(0);
  if (!sent) close_ = true;
  return sent;
}

bool AdminConnection::SendAll(absl::string_view text) {
  const int fd = stream_.socket().native_handle();
  const absl::Duration end = clock_.Monotonic() + request_timeout_;
  while (!text.empty()) {
    const ssize_t sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      text.remove_prefix(static_cast<size_t>(sent));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
    const absl::Duration now = clock_.Monotonic();
    if (now >= end) return false;
    if (stalled_since_ms_.load() == 0) stalled_since_ms_.store(absl::ToInt64Milliseconds(now));
    pollfd ready = {fd, POLLOUT, 0};
    poll(&ready, 1, static_cast<int>(absl::ToInt64Milliseconds(end - now)) + 1);
  }
  return true;
}

void AdminConnection::Write() {
  waits_since_ = clock_.Monotonic();
  const size_t parts = 1 + out_.size() / (size_t{64} << 10);
  const absl::Duration timeout = request_timeout_ * static_cast<double>(parts);
  stream_.expires_after(Chrono(timeout));
  asio::async_write(stream_, asio::buffer(out_),
                    [this](Error error, size_t /*bytes*/) { OnWritten(error); });
}

void AdminConnection::OnWritten(Error error) {
  out_.clear();
  if (error) {
    done_(this);
  } else if (close_) {
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
    buffer_.clear();
    stream_.expires_after(Chrono(kLingerTime));
    Linger();
  } else {
    Read(kIdleTime);
  }
}

void AdminConnection::Linger() {
  stream_.async_read_some(buffer_.prepare(4096), [this](Error error, size_t /*bytes*/) {
    if (error) {
      done_(this);
    } else {
      Linger();
    }
  });
}

}  // namespace gmewatch
