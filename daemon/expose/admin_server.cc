#include "daemon/expose/admin_server.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/base/listener.h"
#include "daemon/base/version.h"
#include "daemon/expose/gzip_writer.h"

namespace gmewatch {
namespace {

constexpr size_t kPathBytesMax = 1024;
constexpr size_t kQueryBytesMax = 2048;
constexpr absl::string_view kMetricsPath = "/metrics";
constexpr absl::string_view kHealthPath = "/healthz";
constexpr absl::string_view kReadyPath = "/readyz";

absl::string_view Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 414:
      return "URI Too Long";
    case 421:
      return "Misdirected Request";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

// Sends one chunk in one write; an empty one ends the response.
bool SendChunk(HttpExchange* exchange, absl::string_view chunk) {
  return exchange->SendNow(absl::StrCat(absl::Hex(chunk.size()), "\r\n", chunk, "\r\n"));
}

AdminResponse Plain(int status, absl::string_view text) {
  AdminResponse response;
  response.status = status;
  response.body = absl::StrCat(text, "\n");
  return response;
}

}  // namespace

AdminServer::AdminServer(AdminServerOptions options, Clock& clock, ScrapeFn scrape, ReadyFn ready)
    : options_(std::move(options)), clock_(clock), scrape_(std::move(scrape)) {
  AddHandler("/", [this](const IncomingRequest&) { return ListOfPaths(); });
  AddHandler(kHealthPath, [](const IncomingRequest&) { return Plain(200, "alive"); });
  AddHandler(kReadyPath, [ready = std::move(ready)](const IncomingRequest&) {
    const absl::Status status = ready();
    return status.ok() ? Plain(200, "ready")
                       : Plain(503, absl::StrCat("not ready: ", status.message()));
  });
}

AdminServer::~AdminServer() { Stop(); }

void AdminServer::AddHandler(absl::string_view path, Handler handler) {
  handlers_.insert_or_assign(std::string(path), std::move(handler));
}

void AdminServer::AddStream(absl::string_view path, StreamFn handler) {
  streams_.insert_or_assign(std::string(path), std::move(handler));
}

absl::Status AdminServer::Start() {
  if (loop_ != nullptr) return absl::OkStatus();
  absl::StatusOr<Listener> listener = Listener::Open(options_.address);
  if (!listener.ok()) {
    return absl::Status(listener.status().code(),
                        absl::StrCat("admin port: ", listener.status().message()));
  }
  address_ = listener->address();
  loop_ = std::make_unique<AdminLoop>(
      AdminLoop::Options{options_.request_timeout,
                         [this](absl::string_view path) { return KindOf(path); },
                         [this](HttpExchange* exchange) { Answer(exchange); }},
      *std::move(listener));
  return absl::OkStatus();
}

void AdminServer::Stop() { loop_.reset(); }

AdminLoop::Kind AdminServer::KindOf(absl::string_view path) const {
  if (path == kHealthPath || path == kReadyPath) return AdminLoop::Kind::kProbe;
  const bool streams = path == kMetricsPath || streams_.count(std::string(path)) > 0;
  return streams ? AdminLoop::Kind::kStream : AdminLoop::Kind::kPage;
}

void AdminServer::Answer(HttpExchange* exchange) const {
  const IncomingRequest& request = exchange->request();
  const bool head_only = request.method == "HEAD";
  if (request.method != "GET" && !head_only) {
    Send(exchange, Plain(405, "only GET and HEAD are allowed"), "Allow: GET, HEAD\r\n", false);
  } else if (request.path.size() > kPathBytesMax || request.query.size() > kQueryBytesMax) {
    Send(exchange, Plain(414, "the path or the query is too long"), "", head_only);
  } else if (Reject(exchange, head_only)) {
    return;
  } else if (request.path == kMetricsPath) {
    AnswerScrape(exchange, head_only);
  } else if (const auto stream = streams_.find(request.path); stream != streams_.end()) {
    SendStream(exchange, "application/octet-stream", "", head_only, stream->second);
  } else {
    Send(exchange, Route(request), "", head_only);
  }
}

bool AdminServer::Reject(HttpExchange* exchange, bool head_only) const {
  const IncomingRequest& request = exchange->request();
  if (options_.guard == nullptr || request.path == kHealthPath) return false;
  switch (options_.guard->Check(request.Header("host"), request.Header("authorization"))) {
    case AdminGuard::Verdict::kAllowed:
      return false;
    case AdminGuard::Verdict::kNoToken:
      Send(exchange,
           Plain(401,
                 "the token of --admin_token_file is needed: as \"Authorization: Bearer "
                 "TOKEN\", or as a password"),
           "WWW-Authenticate: Basic realm=\"gmewatchd\"\r\n", head_only);
      return true;
    case AdminGuard::Verdict::kOtherHost:
      Send(exchange,
           Plain(421,
                 "this is not the host of expose.public_url; use that, an address, or set "
                 "expose.public_url"),
           "", head_only);
      return true;
  }
  return true;
}

void AdminServer::AnswerScrape(HttpExchange* exchange, bool head_only) const {
  const IncomingRequest& request = exchange->request();
  const ScrapeRequest scrape = ScrapeRequestOf(
      request.address, [&request](const char* name) { return request.Header(name); });
  const ScrapeFormat format = FormatFor(scrape);
  const std::string headers = absl::StrCat(format.gzip ? "Content-Encoding: gzip\r\n" : "",
                                           "Vary: Accept, Accept-Encoding\r\n");
  SendStream(exchange, format.content_type, headers, head_only, [&](ChunkSink send) {
    if (!format.gzip) return scrape_(scrape, send);
    GzipWriter gzip(send);
    return scrape_(scrape, [&](absl::string_view chunk) { return gzip.Write(chunk); });
  });
}

void AdminServer::SendStream(HttpExchange* exchange, absl::string_view content_type,
                             absl::string_view headers, bool head_only,
                             absl::FunctionRef<absl::Status(ChunkSink)> write) const {
  const bool chunked = exchange->request().http11;
  const std::string head =
      Head(exchange->request(), 200, content_type,
           absl::StrCat(chunked ? "Transfer-Encoding: chunked\r\n" : "", headers));
  if (head_only) {
    exchange->Append(head);
    return;
  }
  bool begun = false;
  const absl::Status status = write([&](absl::string_view chunk) {
    if (!std::exchange(begun, true)) exchange->Append(head);
    return chunked ? SendChunk(exchange, chunk) : exchange->SendNow(chunk);
  });
  if (!status.ok() && !begun) {
    const bool forbidden = absl::IsPermissionDenied(status);
    Send(exchange, Plain(forbidden ? 403 : 503, status.message()),
         forbidden ? "" : "Retry-After: 1\r\n", /*head_only=*/false);
  } else if (!status.ok()) {
    // A response without an end tells the client that it is cut off.
    exchange->Close();
  }
}

AdminResponse AdminServer::Route(const IncomingRequest& request) const {
  const auto exact = handlers_.find(request.path);
  if (exact != handlers_.end()) {
    return exact->second(request);
  }
  // A longer prefix of a path sorts after a shorter one.
  for (auto it = handlers_.rbegin(); it != handlers_.rend(); ++it) {
    const std::string& prefix = it->first;
    if (prefix.size() > 1 && prefix.back() == '/' && absl::StartsWith(request.path, prefix)) {
      return it->second(request);
    }
  }
  return Plain(404, "not found; / lists the paths");
}

AdminResponse AdminServer::ListOfPaths() const {
  std::string text = absl::StrCat("gmewatchd ", Version(), "\n\n", kMetricsPath, "\n");
  for (const auto& [path, handler] : handlers_) {
    if (path != "/") {
      absl::StrAppend(&text, path, "\n");
    }
  }
  AdminResponse response;
  response.body = std::move(text);
  return response;
}

void AdminServer::Send(HttpExchange* exchange, const AdminResponse& response,
                       absl::string_view more_headers, bool head_only) const {
  const std::string headers = absl::StrCat("Content-Length: ", response.body.size(), "\r\n",
                                           response.more_headers, more_headers);
  exchange->Append(Head(exchange->request(), response.status, response.content_type, headers));
  if (!head_only) exchange->Append(response.body);
}

std::string AdminServer::Head(const IncomingRequest& request, int status,
                              absl::string_view content_type,
                              absl::string_view more_headers) const {
  return absl::StrCat(
      "HTTP/1.1 ", status, " ", Reason(status), "\r\nDate: ",
      absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", clock_.Now(), absl::UTCTimeZone()),
      "\r\nContent-Type: ", content_type,
      "\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n",
      request.stays_open ? "" : "Connection: close\r\n", more_headers, "\r\n");
}

}  // namespace gmewatch
