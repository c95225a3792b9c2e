#include "daemon/http/served_connection.h"

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

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/http/request_head.h"

namespace gmewatch {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

// What an idle connection has ready for the first bytes of a request: as much as a usual one has.
constexpr size_t kFirstBytes = 1024;
constexpr absl::Duration kLingerTime = absl::Seconds(1);

constexpr absl::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// The client sent something else than HTTP; not: it has gone.
bool IsMalformed(const boost::beast::error_code& error) {
  return error.category() == make_error_code(http::error::bad_target).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

std::chrono::milliseconds Chrono(absl::Duration duration) {
  return absl::ToChronoMilliseconds(duration);
}

}  // namespace

ServedConnection::ServedConnection(asio::ip::tcp::socket socket, const HttpLimits& limits,
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

void ServedConnection::Start() {
  events_.waits(this);
  stream_.expires_after(Chrono(limits_.request_timeout));
  ReadHead();
}

void ServedConnection::Cut() {
  close_ = true;
  // Ends the wait of who answers too, unlike cancel.
  Error error;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, error);
  if (waits_) stream_.cancel();
}

bool ServedConnection::IsIdle() {
  Error error;
  return idle_ && stream_.socket().available(error) == 0;
}

absl::Duration ServedConnection::stalled() const {
  const int64_t since = stalled_since_ms_.load();
  RealClock clock;
  return since == 0 ? absl::ZeroDuration() : clock.Monotonic() - absl::Milliseconds(since);
}

void ServedConnection::AwaitRequest() {
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
void ServedConnection::ReadHead() {
  parser_.emplace();
  parser_->header_limit(kHeadBytesMax);
  parser_->body_limit(std::numeric_limits<uint64_t>::max());  // set when the head is known
  http::async_read_header(stream_, buffer_, *parser_,
                          [this](Error error, size_t /*bytes*/) { OnHead(error); });
}

void ServedConnection::OnHead(Error error) {
  idle_ = false;
  if (IsMalformed(error)) {
    AnswerMalformed(error);
    return;
  }
  if (error || close_) {
    events_.done(this);
    return;
  }
  absl::StatusOr<IncomingRequest> head = ReadRequestHead(parser_->get());
  if (!head.ok()) {
    AnswerMalformed("400 Bad Request", head.status().message());
    return;
  }
  request_ = *std::move(head);
  // HTTP/1.0 has no standard way to go on.
  request_.stays_open = request_.http11 && parser_->get().keep_alive();
  request_.address = address_;
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

void ServedConnection::ReadBody() {
  parser_->body_limit(limits_.body_bytes_max);
  body_bytes_ = parser_->content_length().value_or(limits_.body_bytes_max);
  events_.receives(this);
  http::async_read(stream_, buffer_, *parser_,
                   [this](Error error, size_t /*bytes*/) { OnBody(error); });
}

void ServedConnection::OnBody(Error error) {
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

void ServedConnection::HaveItAnswered() {
  parser_.reset();
  close_ = !request_.stays_open;
  waits_ = false;
  stream_.expires_never();
  events_.answer(this);
}

void ServedConnection::AnswerMalformed(Error error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    AnswerMalformed(
        "431 Request Header Fields Too Large",
        absl::StrCat("the head of a request, or of a chunk, may have ", kHeadBytesMax, " bytes"));
  } else {
    AnswerMalformed("400 Bad Request", "this is not an HTTP/1.1 request");
  }
}

void ServedConnection::AnswerMalformed(absl::string_view status, absl::string_view why) {
  Append(absl::StrCat("HTTP/1.1 ", status,
                      "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
                      "Content-Length: ",
                      why.size() + 1, "\r\n\r\n", why, "\n"));
  close_ = true;
  Write();
}

bool ServedConnection::SendNow(absl::string_view text) {
  const std::string kept = std::exchange(out_, {});
  const bool sent = SendAll(kept) && SendAll(text);
  stalled_since_ms_.store(0);
  if (!sent) close_ = true;
  return sent;
}

bool ServedConnection::SendAll(absl::string_view text) {
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

void ServedConnection::Write() {
  waits_ = true;
  events_.waits(this);
  const size_t parts = 1 + out_.size() / (size_t{64} << 10);
  const absl::Duration timeout = limits_.request_timeout * static_cast<double>(parts);
  stream_.expires_after(Chrono(timeout));
  asio::async_write(stream_, asio::buffer(out_),
                    [this](Error error, size_t /*bytes*/) { OnWritten(error); });
}

void ServedConnection::OnWritten(Error error) {
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

void ServedConnection::Linger() {
  stream_.async_read_some(buffer_.prepare(4096), [this](Error error, size_t /*bytes*/) {
    if (error) {
      events_.done(this);
    } else {
      Linger();
    }
  });
}

}  // namespace gmewatch
