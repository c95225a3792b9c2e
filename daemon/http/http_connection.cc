#include "daemon/http/http_connection.h"

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
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

// What an idle connection has ready for the first bytes of a request: as much as a usual one has.
constexpr size_t kFirstBytes = 1024;
constexpr absl::Duration kLingerTime = absl::Seconds(1);

constexpr absl::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

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
bool ReadTarget(absl::string_view target, IncomingRequest* to) {
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

// The client sent something else than HTTP; not: it has gone.
bool IsMalformed(const boost::beast::error_code& error) {
  return error.category() == make_error_code(http::error::bad_target).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

std::chrono::milliseconds Chrono(absl::Duration duration) {
  return absl::ToChronoMilliseconds(duration);
}

}  // namespace

HttpConnection::HttpConnection(asio::ip::tcp::socket socket, const HttpLimits& limits,
                               const Events& events)
    : stream_(std::move(socket)), limits_(limits), events_(events) {
  // Without it the last bytes of an answer wait for the acknowledgement of those before them.
  Error error;
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), error);
  const auto from = stream_.socket().remote_endpoint(error);
  if (error) return;
  asio::ip::address address = from.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  address_ = address.to_string();
  peer_ = address.is_v4() ? absl::StrCat("ipv4:", address_, ":", from.port())
                          : absl::StrCat("ipv6:[", address_, "]:", from.port());
}

void HttpConnection::Start() {
  events_.waits(this);
  stream_.expires_after(Chrono(limits_.request_timeout));
  ReadHead();
}

void HttpConnection::Cut() {
  close_ = true;
  // Ends the wait of who answers too, unlike cancel.
  Error error;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, error);
  if (waits_) stream_.cancel();
}

absl::Duration HttpConnection::stalled() const {
  const int64_t since = stalled_since_ms_.load();
  RealClock clock;
  return since == 0 ? absl::ZeroDuration() : clock.Monotonic() - absl::Milliseconds(since);
}

void HttpConnection::AwaitRequest() {
  request_ = IncomingRequest();
  if (buffer_.size() == 0) {
    idle_ = true;
    if (buffer_.capacity() > kFirstBytes) buffer_.shrink_to_fit();
    stream_.expires_after(Chrono(limits_.idle_time));
    stream_.async_read_some(buffer_.prepare(kFirstBytes), [this](Error error, size_t bytes) {
      idle_ = false;
      if (error) {
        events_.done(this);
        return;
      }
      buffer_.commit(bytes);
      stream_.expires_after(Chrono(limits_.request_timeout));
      ReadHead();
    });
    return;
  }
  stream_.expires_after(Chrono(limits_.request_timeout));
  ReadHead();
}

// The limit of time that was set before is one for the whole request, however it trickles in.
void HttpConnection::ReadHead() {
  parser_.emplace();
  parser_->header_limit(kHeadBytesMax);
  parser_->body_limit(std::numeric_limits<uint64_t>::max());  // set when the head is known
  http::async_read_header(stream_, buffer_, *parser_,
                          [this](Error error, size_t /*bytes*/) { OnHead(error); });
}

void HttpConnection::OnHead(Error error) {
  idle_ = false;
  if (IsMalformed(error)) {
    AnswerMalformed(error);
    return;
  }
  if (error || close_) {
    events_.done(this);
    return;
  }
  if (!TakeHead()) {
    AnswerMalformed(http::error::bad_target);
    return;
  }
  const bool has_body = parser_->chunked() || parser_->content_length().value_or(0) > 0;
  if (!has_body) {
    HaveItAnswered();
  } else if (limits_.body_bytes_max == 0) {
    // Where a body ends is not known if it is not read.
    request_.stays_open = false;
    HaveItAnswered();
  } else if (parser_->content_length().value_or(0) > limits_.body_bytes_max) {
    request_.body_too_long = true;
    request_.stays_open = false;
    HaveItAnswered();
  } else if (absl::EqualsIgnoreCase(request_.Header("expect"), "100-continue")) {
    asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()),
                      [this](Error failed, size_t /*bytes*/) {
                        if (failed) {
                          events_.done(this);
                        } else {
                          ReadBody();
                        }
                      });
  } else {
    ReadBody();
  }
}

bool HttpConnection::TakeHead() {
  const auto& message = parser_->get();
  request_ = IncomingRequest();
  request_.method = std::string(Text(message.method_string()));
  request_.http11 = message.version() == 11;
  // HTTP/1.0 has no standard way to go on.
  request_.stays_open = request_.http11 && message.keep_alive();
  for (const auto& field : message) {
    request_.headers.emplace_back(Text(field.name_string()), Text(field.value()));
  }
  request_.address = address_;
  return (message.version() == 11 || message.version() == 10) &&
         ReadTarget(Text(message.target()), &request_);
}

void HttpConnection::ReadBody() {
  parser_->body_limit(limits_.body_bytes_max);
  http::async_read(stream_, buffer_, *parser_,
                   [this](Error error, size_t /*bytes*/) { OnBody(error); });
}

void HttpConnection::OnBody(Error error) {
  if (error == http::error::body_limit) {
    request_.body_too_long = true;
    request_.stays_open = false;
  } else if (IsMalformed(error)) {
    AnswerMalformed(error);
    return;
  } else if (error || close_) {
    events_.done(this);
    return;
  } else {
    request_.body = std::move(parser_->get().body());
  }
  HaveItAnswered();
}

void HttpConnection::HaveItAnswered() {
  parser_.reset();
  close_ = !request_.stays_open;
  waits_ = false;
  stream_.expires_never();
  events_.answer(this);
}

void HttpConnection::AnswerMalformed(Error error) {
  const bool too_long = error == http::error::header_limit || error == http::error::buffer_overflow;
  const absl::string_view status =
      too_long ? "431 Request Header Fields Too Large" : "400 Bad Request";
  const std::string body =
      too_long ? absl::StrCat("the head of a request may have ", kHeadBytesMax, " bytes\n")
               : std::string("this is no HTTP/1.1 request\n");
  Append(absl::StrCat("HTTP/1.1 ", status,
                      "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
                      "Content-Length: ",
                      body.size(), "\r\n\r\n", body));
  close_ = true;
  Write();
}

bool HttpConnection::SendNow(absl::string_view text) {
  const std::string kept = std::exchange(out_, {});
  const bool sent = SendAll(kept) && SendAll(text);
  stalled_since_ms_.store(0);
  if (!sent) close_ = true;
  return sent;
}

bool HttpConnection::SendAll(absl::string_view text) {
  const int fd = stream_.socket().native_handle();
  const absl::Duration end = clock_.Monotonic() + limits_.request_timeout;
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

void HttpConnection::Write() {
  waits_ = true;
  events_.waits(this);
  const size_t parts = 1 + out_.size() / (size_t{64} << 10);
  const absl::Duration timeout = limits_.request_timeout * static_cast<double>(parts);
  stream_.expires_after(Chrono(timeout));
  asio::async_write(stream_, asio::buffer(out_),
                    [this](Error error, size_t /*bytes*/) { OnWritten(error); });
}

void HttpConnection::OnWritten(Error error) {
  out_.clear();
  if (error) {
    events_.done(this);
  } else if (close_) {
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
    buffer_.clear();
    stream_.expires_after(Chrono(kLingerTime));
    Linger();
  } else {
    AwaitRequest();
  }
}

void HttpConnection::Linger() {
  stream_.async_read_some(buffer_.prepare(4096), [this](Error error, size_t /*bytes*/) {
    if (error) {
      events_.done(this);
    } else {
      Linger();
    }
  });
}

}  // namespace gmewatch
