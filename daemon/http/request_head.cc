#include "daemon/http/request_head.h"

#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

namespace http = boost::beast::http;

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

// Beast itself rejects a request with both, and lengths that differ.
bool SaysClearlyWhereItsBodyEnds(const http::request_header<>& head) {
  const size_t lengths = head.count(http::field::content_length);
  if (lengths > 1 || absl::StrContains(Text(head[http::field::content_length]), ',')) return false;
  const size_t encodings = head.count(http::field::transfer_encoding);
  if (encodings == 0) return true;
  return encodings == 1 && head.version() == 11 &&
         absl::EqualsIgnoreCase(Text(head[http::field::transfer_encoding]), "chunked");
}

}  // namespace

absl::StatusOr<IncomingRequest> ReadRequestHead(const http::request_header<>& head) {
  IncomingRequest request;
  if ((head.version() != 11 && head.version() != 10) ||
      !ReadTarget(Text(head.target()), &request)) {
    return absl::InvalidArgumentError("this is not an HTTP/1.1 request for a path");
  }
  if (!SaysClearlyWhereItsBodyEnds(head)) {
    return absl::InvalidArgumentError(
        "it is not clear where the body ends; one content-length or one transfer-encoding is "
        "allowed, and chunked is the only encoding");
  }
  request.method = std::string(Text(head.method_string()));
  request.http11 = head.version() == 11;
  for (const auto& field : head) {
    request.headers.emplace_back(Text(field.name_string()), Text(field.value()));
  }
  return request;
}

}  // namespace gmewatch
