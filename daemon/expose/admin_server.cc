#include "daemon/expose/admin_server.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "daemon/base/version.h"
#include "daemon/expose/gzip_writer.h"

namespace gmewatch {
namespace {

constexpr size_t kPathBytesMax = 1024;
constexpr size_t kQueryBytesMax = 2048;
constexpr absl::string_view kMetricsPath = "/metrics";

AdminServer& ServerOf(const mg_connection* connection) {
  return *static_cast<AdminServer*>(mg_get_user_data(mg_get_context(connection)));
}

bool IsHead(const mg_request_info& info) {
  return absl::string_view(info.request_method) == "HEAD";
}

// Bodies are not read, so the next request on the connection could not be found.
bool HasBody(const mg_connection* connection, const mg_request_info& info) {
  return info.content_length > 0 || mg_get_header(connection, "Transfer-Encoding") != nullptr;
}

bool IsHttp11(const mg_request_info& info) {
  return absl::NullSafeStringView(info.http_version) == "1.1";
}

// Whether another request may follow on the connection. HTTP/1.0 has no standard way to ask for it.
bool StaysOpen(const mg_connection* connection) {
  const mg_request_info& info = *mg_get_request_info(connection);
  const char* connection_header = mg_get_header(connection, "Connection");
  return IsHttp11(info) && !HasBody(connection, info) &&
         (connection_header == nullptr || absl::EqualsIgnoreCase(connection_header, "keep-alive"));
}

bool Write(mg_connection* connection, absl::string_view text) {
  return text.empty() ||
         mg_write(connection, text.data(), text.size()) == static_cast<int>(text.size());
}

// Sends one chunk in one write; an empty one ends the response.
bool SendChunk(mg_connection* connection, absl::string_view chunk) {
  return mg_send_chunk(connection, chunk.data(), static_cast<unsigned>(chunk.size())) > 0;
}

// Connects and closes the connection. 0.0.0.0 connects to this machine too.
void Connect(const ListenAddress& address) {
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(address.port);
  inet_pton(AF_INET, address.host.c_str(), &to.sin_addr);
  // If this fails, stopping takes longer.
  static_cast<void>(connect(client, reinterpret_cast<const sockaddr*>(&to), sizeof(to)));
  close(client);
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
  AddHandler("/", [this](const AdminRequest&) { return ListOfPaths(); });
  AddHandler("/healthz", [](const AdminRequest&) { return Plain(200, "alive"); });
  AddHandler("/readyz", [ready = std::move(ready)](const AdminRequest&) {
    const absl::Status status = ready();
    return status.ok() ? Plain(200, "ready")
                       : Plain(503, absl::StrCat("not ready: ", status.message()));
  });
}

AdminServer::~AdminServer() { Stop(); }

void AdminServer::AddHandler(absl::string_view path, Handler handler) {
  handlers_.insert_or_assign(std::string(path), std::move(handler));
}

absl::Status AdminServer::Start() {
  if (context_ != nullptr) {
    return absl::OkStatus();
  }
  const absl::StatusOr<ListenAddress> address = ParseListenAddress(options_.address);
  if (!address.ok()) {
    return address.status();
  }
  CaptureStartupError(true);
  mg_init_library(MG_FEATURES_DEFAULT);
  context_ = StartCivetweb();
  const std::string error = CaptureStartupError(false);
  if (context_ == nullptr) {
    mg_exit_library();
    return absl::UnavailableError(absl::StrCat("admin address ", options_.address, ": ", error));
  }
  mg_server_port port{};
  mg_get_server_ports(context_, 1, &port);
  listening_ = {address->host, static_cast<uint16_t>(port.port)};
  address_ = absl::StrCat(listening_.host, ":", listening_.port);
  return absl::OkStatus();
}

mg_context* AdminServer::StartCivetweb() {
  const std::string timeout = absl::StrCat(absl::ToInt64Milliseconds(options_.request_timeout));
  const std::string threads = absl::StrCat(kThreads);
  // Without document_root no files are served. Without tcp_nodelay the last bytes of a response
  // would wait for the acknowledgement of those before them.
  const char* settings[] = {"listening_ports",
                            options_.address.c_str(),
                            "num_threads",
                            threads.c_str(),
                            "request_timeout_ms",
                            timeout.c_str(),
                            "max_request_size",
                            "16384",
                            "enable_keep_alive",
                            "yes",
                            "tcp_nodelay",
                            "1",
                            "enable_directory_listing",
                            "no",
                            nullptr};
  mg_callbacks callbacks{};
  callbacks.begin_request = &AdminServer::OnRequest;
  callbacks.http_error = &AdminServer::OnError;
  callbacks.log_message = &AdminServer::OnLog;
  return mg_start(&callbacks, this, settings);
}

std::string AdminServer::CaptureStartupError(bool capture) {
  absl::MutexLock lock(&mutex_);
  capture_startup_error_ = capture;
  return std::exchange(startup_error_, "");
}

void AdminServer::Stop() {
  if (context_ != nullptr) {
    // civetweb checks every two seconds whether to stop, and when a client connects, so one does.
    std::thread client([this] { Connect(listening_); });
    mg_stop(context_);
    client.join();
    mg_exit_library();
    context_ = nullptr;
  }
}

int AdminServer::OnRequest(mg_connection* connection) {
  return ServerOf(connection).Answer(connection);
}

int AdminServer::OnError(mg_connection* connection, int status, const char* message) {
  mg_disable_keep_alive(connection);
  ServerOf(connection).Send(connection, Plain(status, message), "", /*head_only=*/false);
  return 0;
}

int AdminServer::OnLog(const mg_connection* connection, const char* message) {
  // During the start the message says why it fails. Later messages are about errors of clients,
  // which get them as a response.
  AdminServer& server = ServerOf(connection);
  absl::MutexLock lock(&server.mutex_);
  if (server.capture_startup_error_ && server.startup_error_.empty()) {
    server.startup_error_ = message;
  }
  return 1;
}

int AdminServer::Answer(mg_connection* connection) {
  const mg_request_info& info = *mg_get_request_info(connection);
  const absl::string_view method = info.request_method;
  const absl::string_view path = info.local_uri;
  const absl::string_view query = absl::NullSafeStringView(info.query_string);
  if (!StaysOpen(connection)) {
    mg_disable_keep_alive(connection);
  }
  if (method != "GET" && !IsHead(info)) {
    return Send(connection, Plain(405, "only GET and HEAD are allowed"), "Allow: GET, HEAD\r\n",
                /*head_only=*/false);
  }
  if (path.size() > kPathBytesMax || query.size() > kQueryBytesMax) {
    return Send(connection, Plain(414, "the path or the query is too long"), "", IsHead(info));
  }
  if (path == kMetricsPath) {
    return AnswerScrape(connection, IsHead(info));
  }
  return Send(connection, Route({std::string(path), std::string(query)}), "", IsHead(info));
}

int AdminServer::AnswerScrape(mg_connection* connection, bool head_only) {
  const bool chunked = IsHttp11(*mg_get_request_info(connection));
  const ScrapeRequest request =
      ScrapeRequestOf(mg_get_request_info(connection)->remote_addr, [connection](const char* name) {
        return absl::NullSafeStringView(mg_get_header(connection, name));
      });
  const ScrapeFormat format = FormatFor(request);
  const std::string headers = absl::StrCat(chunked ? "Transfer-Encoding: chunked\r\n" : "",
                                           format.gzip ? "Content-Encoding: gzip\r\n" : "",
                                           "Vary: Accept, Accept-Encoding\r\n");
  if (head_only) {
    SendHead(connection, 200, format.content_type, headers);
    return 200;
  }
  bool begun = false;
  const auto send = [&](absl::string_view chunk) {
    if (!begun && !SendHead(connection, 200, format.content_type, headers)) {
      return false;
    }
    begun = true;
    return chunked ? SendChunk(connection, chunk) : Write(connection, chunk);
  };
  absl::optional<GzipWriter> gzip;
  if (format.gzip) gzip.emplace(send);
  const absl::Status status = scrape_(
      request, [&](absl::string_view chunk) { return gzip ? gzip->Write(chunk) : send(chunk); });
  if (!status.ok() && !begun) {
    return Send(connection, Plain(503, status.message()), "Retry-After: 1\r\n",
                /*head_only=*/false);
  }
  if (!status.ok()) {
    // A response without an end tells the client that it is cut off.
    mg_disable_keep_alive(connection);
  }
  return 200;
}

AdminResponse AdminServer::Route(const AdminRequest& request) const {
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

int AdminServer::Send(mg_connection* connection, const AdminResponse& response,
                      absl::string_view more_headers, bool head_only) {
  const std::string headers = absl::StrCat("Content-Length: ", response.body.size(), "\r\n",
                                           response.more_headers, more_headers);
  if (!SendHead(connection, response.status, response.content_type, headers) ||
      (!head_only && !Write(connection, response.body))) {
    mg_disable_keep_alive(connection);
  }
  return response.status;
}

bool AdminServer::SendHead(mg_connection* connection, int status, absl::string_view content_type,
                           absl::string_view more_headers) {
  const bool close = !StaysOpen(connection);
  return Write(
      connection,
      absl::StrCat("HTTP/1.1 ", status, " ", mg_get_response_code_text(connection, status),
                   "\r\nDate: ",
                   absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", clock_.Now(), absl::UTCTimeZone()),
                   "\r\nContent-Type: ", content_type,
                   "\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n",
                   close ? "Connection: close\r\n" : "", more_headers, "\r\n"));
}

}  // namespace gmewatch
