#include "tests/support/raw_http2.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace gmewatch {
namespace {

constexpr absl::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr size_t kFrameBytesMax = 16384;

void AppendBigEndian(uint32_t value, int bytes, std::string* to) {
  for (int i = bytes - 1; i >= 0; --i) to->push_back(static_cast<char>(value >> (8 * i)));
}

size_t Times(absl::string_view text, absl::string_view part) {
  size_t times = 0;
  for (size_t at = text.find(part); at != absl::string_view::npos; at = text.find(part, at + 1)) {
    ++times;
  }
  return times;
}

}  // namespace

RawHttp2::RawHttp2(absl::string_view address, const std::string& source)
    : connection_(address, 0, source) {
  out_ = std::string(kPreface);
  Frame(kSettings, 0, 0, "");
  Flush();
}

bool RawHttp2::Flush() { return connection_.Send(std::exchange(out_, {})); }

void RawHttp2::Frame(Type type, uint8_t flags, uint32_t stream, absl::string_view payload) {
  AppendBigEndian(static_cast<uint32_t>(payload.size()), 3, &out_);
  out_.push_back(static_cast<char>(type));
  out_.push_back(static_cast<char>(flags));
  AppendBigEndian(stream, 4, &out_);
  out_.append(payload.data(), payload.size());
}

void RawHttp2::Call(uint32_t stream, absl::string_view path) {
  Frame(kHeaders, kEndHeaders, stream, CallHeaders(path));
}

std::string RawHttp2::CallHeaders(absl::string_view path) {
  std::string block;
  for (const auto& [name, value] :
       std::initializer_list<std::pair<absl::string_view, absl::string_view>>{
           {":method", "POST"},
           {":scheme", "http"},
           {":path", path},
           {":authority", "localhost"},
           {"content-type", "application/grpc"},
           {"te", "trailers"}}) {
    block += Header(name, value);
  }
  return block;
}

std::string RawHttp2::Header(absl::string_view name, absl::string_view value) {
  // A literal without indexing and without Huffman codes (RFC 7541, section 6.2.2).
  std::string block(1, '\0');
  for (const absl::string_view text : {name, value}) {
    block.push_back(static_cast<char>(text.size()));
    block.append(text.data(), text.size());
  }
  return block;
}

void RawHttp2::BeginMessage(uint32_t stream, uint32_t announced, size_t sent) {
  std::string bytes(1, '\0');  // not compressed
  AppendBigEndian(announced, 4, &bytes);
  bytes.append(sent, 'x');
  for (size_t at = 0; at < bytes.size(); at += kFrameBytesMax) {
    Frame(kData, 0, stream, absl::string_view(bytes).substr(at, kFrameBytesMax));
  }
}

bool RawHttp2::AwaitText(absl::string_view text, size_t times, absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  while (Times(in_, text) < times) {
    const absl::StatusOr<std::string> more = connection_.ReadSome(65536);
    if (more.ok() && more->empty()) return false;
    if (!more.ok() && !absl::IsDeadlineExceeded(more.status())) return false;
    if (more.ok()) in_ += *more;
    if (absl::Now() > end) return false;
  }
  return true;
}

bool RawHttp2::AwaitClose(absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  while (absl::Now() < end) {
    const absl::StatusOr<std::string> more = connection_.ReadSome(65536);
    if (more.ok() ? more->empty() : !absl::IsDeadlineExceeded(more.status())) return true;
  }
  return false;
}

}  // namespace gmewatch
