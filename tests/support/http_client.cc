#include "tests/support/http_client.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kLineEnd = "\r\n";

void SetTimeouts(int socket, absl::Duration patience) {
  const timeval timeout = absl::ToTimeval(patience);
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
}

}  // namespace

std::string HttpReply::Header(absl::string_view name) const {
  for (const absl::string_view line : absl::StrSplit(head, kLineEnd)) {
    const std::vector<absl::string_view> parts = absl::StrSplit(line, absl::MaxSplits(": ", 1));
    if (parts.size() == 2 && absl::AsciiStrToLower(parts[0]) == name) {
      return std::string(parts[1]);
    }
  }
  return "";
}

HttpConnection::HttpConnection(absl::string_view address, int receive_buffer_bytes,
                               const std::string& source) {
  const size_t colon = address.rfind(':');
  if (colon == absl::string_view::npos) return;
  std::string host(address.substr(0, colon));
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* to = nullptr;
  if (getaddrinfo(host.c_str(), std::string(address.substr(colon + 1)).c_str(), &hints, &to) != 0) {
    return;
  }
  const absl::Cleanup free_to = [to] { freeaddrinfo(to); };
  socket_ = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  SetTimeouts(socket_, absl::Seconds(10));
  if (receive_buffer_bytes > 0) {
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof(receive_buffer_bytes));
  }
  sockaddr_in from{};
  from.sin_family = AF_INET;
  const bool is_bound =
      source.empty() ||
      (inet_pton(AF_INET, source.c_str(), &from.sin_addr) == 1 &&
       bind(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof(from)) == 0);
  if (!is_bound || connect(socket_, to->ai_addr, to->ai_addrlen) != 0) {
    close(socket_);
    socket_ = -1;
  }
}

HttpConnection::~HttpConnection() {
  if (socket_ >= 0) {
    close(socket_);
  }
}

void HttpConnection::SetPatience(absl::Duration patience) { SetTimeouts(socket_, patience); }

bool HttpConnection::Send(absl::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    text.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

absl::StatusOr<HttpReply> HttpConnection::ReadReply(bool without_body) {
  HttpReply reply;
  absl::Status status = ReadUntil("\r\n\r\n", &reply.head);
  if (!status.ok()) {
    return status;
  }
  const std::vector<absl::string_view> words = absl::StrSplit(reply.head, ' ');
  if (words.size() < 2 || !absl::SimpleAtoi(words[1], &reply.status)) {
    return absl::DataLossError(absl::StrCat("no status line: ", reply.head));
  }
  size_t length = 0;
  if (without_body) {
    return reply;
  }
  if (reply.Header("transfer-encoding") == "chunked") {
    status = ReadChunks(&reply.body);
  } else if (absl::SimpleAtoi(reply.Header("content-length"), &length)) {
    status = ReadBytes(length, &reply.body);
  } else {
    absl::StatusOr<std::string> some = ReadSome(65536);
    while (some.ok() && !some->empty()) {
      reply.body += *some;
      some = ReadSome(65536);
    }
    status = some.status();
  }
  if (!status.ok()) {
    return status;
  }
  return reply;
}

absl::StatusOr<std::string> HttpConnection::ReadSome(size_t bytes_max) {
  if (!ahead_.empty()) {
    std::string text = ahead_.substr(0, bytes_max);
    ahead_.erase(0, text.size());
    return text;
  }
  std::string text(bytes_max, '\0');
  const ssize_t got = recv(socket_, text.data(), text.size(), 0);
  if (got < 0) {
    return errno == EAGAIN || errno == EWOULDBLOCK ? absl::DeadlineExceededError("nothing came")
                                                   : absl::DataLossError("the connection broke");
  }
  text.resize(static_cast<size_t>(got));
  return text;
}

void HttpConnection::Reset() {
  const linger now{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  close(socket_);
  socket_ = -1;
}

absl::Status HttpConnection::ReadUntil(absl::string_view mark, std::string* text) {
  size_t searched = 0;
  for (;;) {
    const size_t found = ahead_.find(mark.data(), searched, mark.size());
    if (found != std::string::npos) {
      *text = ahead_.substr(0, found + mark.size());
      ahead_.erase(0, found + mark.size());
      return absl::OkStatus();
    }
    searched = ahead_.size() - std::min(ahead_.size(), mark.size());
    std::string before = std::exchange(ahead_, "");
    const absl::StatusOr<std::string> some = ReadSome(65536);
    if (!some.ok() || some->empty()) {
      return some.ok() ? absl::DataLossError("the answer ended early") : some.status();
    }
    ahead_ = absl::StrCat(before, *some);
  }
}

absl::Status HttpConnection::ReadBytes(size_t bytes, std::string* text) {
  while (bytes > 0) {
    const absl::StatusOr<std::string> some = ReadSome(std::min(bytes, size_t{65536}));
    if (!some.ok() || some->empty()) {
      return some.ok() ? absl::DataLossError("the answer ended early") : some.status();
    }
    *text += *some;
    bytes -= some->size();
  }
  return absl::OkStatus();
}

absl::Status HttpConnection::ReadChunks(std::string* text) {
  for (;;) {
    std::string line;
    absl::Status status = ReadUntil(kLineEnd, &line);
    uint32_t bytes = 0;
    if (status.ok() && !absl::SimpleHexAtoi(absl::StripTrailingAsciiWhitespace(line), &bytes)) {
      status = absl::DataLossError(absl::StrCat("no chunk length: ", line));
    }
    if (status.ok()) {
      status = ReadBytes(bytes, text);
    }
    std::string line_end;
    if (status.ok()) {
      status = ReadUntil(kLineEnd, &line_end);
    }
    if (status.ok() && line_end != kLineEnd) {
      status = absl::DataLossError("a chunk is longer than it says");
    }
    if (!status.ok() || bytes == 0) {
      return status;
    }
  }
}

absl::StatusOr<HttpReply> HttpFetch(absl::string_view address, absl::string_view path,
                                    absl::string_view method) {
  HttpConnection connection(address);
  if (!connection.connected() ||
      !connection.Send(absl::StrCat(method, " ", path, " HTTP/1.1\r\nHost: ", address,
                                    "\r\nConnection: close\r\n\r\n"))) {
    return absl::UnavailableError(absl::StrCat("no connection to ", address));
  }
  return connection.ReadReply(method == "HEAD");
}

}  // namespace gmewatch
