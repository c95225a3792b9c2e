// The admin port: HTTP/1.1 for operators and Prometheus. Answers GET and HEAD on /metrics,
// /healthz, /readyz and the paths of AddHandler; / lists them unless it has a handler.
//
// Thread safety: AddHandler, Start and Stop from one thread at a time, AddHandler before Start;
// address() after Start. The server calls all functions given to it on its own threads, several at
// once; what they reach must outlive the server. What answers /readyz must not wait.
//
// Limits: those of admin_loop.h; 16 KiB for a request, 1 KiB for its path and 2 KiB for its query;
// request_timeout for a request to arrive, and for the client to read each 64 KiB of the response.
//
// Who may read what: admin_guard.h, for everything but /healthz.
//
// Errors of Start: InvalidArgument, the address is not HOST:PORT; Unavailable, the server cannot
// listen on it.
#ifndef GMEWATCH_DAEMON_EXPOSE_ADMIN_SERVER_H_
#define GMEWATCH_DAEMON_EXPOSE_ADMIN_SERVER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/expose/admin_guard.h"
#include "daemon/expose/admin_loop.h"
#include "daemon/expose/chunk_writer.h"
#include "daemon/expose/scrape_request.h"
#include "daemon/http/http_exchange.h"

namespace gmewatch {

struct AdminResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string more_headers;  // whole lines, each with its \r\n
  std::string body;
};

struct AdminServerOptions {
  std::string address = "127.0.0.1:9747";  // as in base/listen_address.h; port 0 takes a free one
  absl::Duration request_timeout = absl::Seconds(10);
  const AdminGuard* guard = nullptr;  // must outlive the server; null: everybody may read
};

class AdminServer {
 public:
  using Handler = std::function<AdminResponse(const IncomingRequest&)>;
  // Writes the metrics for this reader; the server compresses them if it is asked for. If it fails
  // before it has written anything, the response is 503.
  using ScrapeFn = std::function<absl::Status(const ScrapeRequest&, ChunkSink)>;
  // Writes an answer that may be long. If it fails before it has written anything, the response is
  // 403 for PermissionDenied, otherwise 503.
  using StreamFn = std::function<absl::Status(ChunkSink)>;
  // Ok, or why the daemon accepts no batches.
  using ReadyFn = std::function<absl::Status()>;

  // `clock` must outlive the server.
  AdminServer(AdminServerOptions options, Clock& clock, ScrapeFn scrape, ReadyFn ready);
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;
  ~AdminServer();

  // If `path` ends in a slash and is not "/", the handler gets every path that begins with it, and
  // the longest such prefix wins. Otherwise it gets this path alone. Replaces an earlier handler of
  // the same path. REQUIRES: Start was not called.
  void AddHandler(absl::string_view path, Handler handler);

  // The handler of this path alone, which no list has; bytes of no known type. REQUIRES: Start was
  // not called.
  void AddStream(absl::string_view path, StreamFn handler);

  // Idempotent.
  absl::Status Start();

  // Ends all connections, also in the middle of a response. Idempotent.
  void Stop();

  // HOST:PORT, with the port that was taken.
  const std::string& address() const { return address_; }

 private:
  AdminLoop::Kind KindOf(absl::string_view path) const;
  void Answer(HttpExchange* exchange) const;
  // Answers whoever may not read this, and returns true.
  bool Reject(HttpExchange* exchange, bool head_only) const;
  void AnswerScrape(HttpExchange* exchange, bool head_only) const;
  // `headers`: whole lines.
  void SendStream(HttpExchange* exchange, absl::string_view content_type, absl::string_view headers,
                  bool head_only, absl::FunctionRef<absl::Status(ChunkSink)> write) const;
  AdminResponse Route(const IncomingRequest& request) const;
  AdminResponse ListOfPaths() const;
  void Send(HttpExchange* exchange, const AdminResponse& response, absl::string_view more_headers,
            bool head_only) const;
  // `more_headers`: whole lines.
  std::string Head(const IncomingRequest& request, int status, absl::string_view content_type,
                   absl::string_view more_headers) const;

  const AdminServerOptions options_;
  Clock& clock_;
  const ScrapeFn scrape_;
  std::map<std::string, Handler> handlers_;
  std::map<std::string, StreamFn> streams_;
  std::string address_;
  std::unique_ptr<AdminLoop> loop_;  // null: not started
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_ADMIN_SERVER_H_
