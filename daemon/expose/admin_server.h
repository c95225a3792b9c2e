// The admin port: HTTP/1.1 for operators and Prometheus. Answers GET and HEAD on /metrics,
// /healthz, /readyz and the paths of AddHandler; / lists them unless it has a handler. Never serves
// a file, a directory or a program.
//
// Thread safety: AddHandler, Start and Stop from one thread at a time, AddHandler before Start;
// address() after Start. The server calls all functions given to it on its own threads, several at
// once; what they reach must outlive the server.
//
// Limits: kThreads requests at a time (an open connection holds a thread, an idle one for half a
// second); 16 KiB for a request, 1 KiB for its path and 2 KiB for its query; request_timeout for a
// request to arrive, and for the client to read each 64 KiB of the response.
//
// The port is for a private network: it has no authentication, and this civetweb (1.15) has
// CVE-2025-55763. The flaw is in the code that serves files, which no request reaches here.
//
// Errors of Start: InvalidArgument, the address is not HOST:PORT with an IPv4 address; Unavailable,
// the server cannot listen on it.
#ifndef GMEWATCH_DAEMON_EXPOSE_ADMIN_SERVER_H_
#define GMEWATCH_DAEMON_EXPOSE_ADMIN_SERVER_H_

#include <functional>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/expose/chunk_writer.h"
#include "daemon/expose/listen_address.h"
#include "daemon/expose/scrape_request.h"

struct mg_context;
struct mg_connection;

namespace gmewatch {

struct AdminRequest {
  std::string path;   // decoded, without dot segments
  std::string query;  // after the question mark, as sent
};

struct AdminResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string more_headers;  // whole lines, each with its \r\n
  std::string body;
};

struct AdminServerOptions {
  std::string address = "127.0.0.1:9747";  // port 0 takes a free one
  absl::Duration request_timeout = absl::Seconds(10);
};

class AdminServer {
 public:
  using Handler = std::function<AdminResponse(const AdminRequest&)>;
  // Writes the metrics for this reader; the server compresses them if it is asked for. If it fails
  // before it has written anything, the response is 503.
  using ScrapeFn = std::function<absl::Status(const ScrapeRequest&, ChunkSink)>;
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

  // Idempotent.
  absl::Status Start();

  // Ends all connections, also in the middle of a response, within about two seconds. Idempotent.
  void Stop();

  // HOST:PORT, with the port that was taken.
  const std::string& address() const { return address_; }

  static constexpr int kThreads = 8;

 private:
  static int OnRequest(mg_connection* connection);
  static int OnError(mg_connection* connection, int status, const char* message);
  static int OnLog(const mg_connection* connection, const char* message);

  mg_context* StartCivetweb();
  // Starts or ends capturing civetweb's first error message; returns the one captured so far.
  std::string CaptureStartupError(bool capture);
  int Answer(mg_connection* connection);
  int AnswerScrape(mg_connection* connection, bool head_only);
  AdminResponse Route(const AdminRequest& request) const;
  AdminResponse ListOfPaths() const;
  int Send(mg_connection* connection, const AdminResponse& response, absl::string_view more_headers,
           bool head_only);
  // `more_headers`: whole lines.
  bool SendHead(mg_connection* connection, int status, absl::string_view content_type,
                absl::string_view more_headers);

  const AdminServerOptions options_;
  Clock& clock_;
  const ScrapeFn scrape_;
  std::map<std::string, Handler> handlers_;
  ListenAddress listening_;  // with the port that was taken
  std::string address_;
  absl::Mutex mutex_;
  bool capture_startup_error_ ABSL_GUARDED_BY(mutex_) = false;
  std::string startup_error_ ABSL_GUARDED_BY(mutex_);
  mg_context* context_ = nullptr;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_ADMIN_SERVER_H_
