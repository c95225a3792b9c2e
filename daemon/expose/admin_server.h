// The admin port: HTTP/1.1 for operators and Prometheus. GET and HEAD on /metrics, /healthz,
// /readyz, on what AddHandler adds, and on / a list of them unless AddHandler says otherwise. No
// file, directory or program is ever served.
//
// Thread safety: AddHandler, Start and Stop from one thread at a time, AddHandler before Start;
// address() once started. All functions given are called on the server's threads, several at once,
// and what they reach must outlive the server.
//
// Limits: kThreads requests at a time (an open connection holds a thread, an idle one for half a
// second); a request of 16 KiB, a path of 1 KiB and a query of 2 KiB; request_timeout for a request
// to arrive, and for each 64 KiB to be taken.
//
// The port is for a private network: it knows no users, and this civetweb (1.15) has
// CVE-2025-55763. The flaw lies where it serves files, which no request reaches here.
//
// Errors of Start: InvalidArgument, the address is not HOST:PORT with an IPv4 address; Unavailable,
// it cannot be listened on.
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

struct mg_context;
struct mg_connection;

namespace gmewatch {

struct AdminRequest {
  std::string path;   // decoded, without dot segments
  std::string query;  // behind the question mark, as sent
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
  // Writes the metrics; ResourceExhausted where it wrote nothing because it has too much to do.
  using ScrapeFn = std::function<absl::Status(ChunkSink)>;
  // Ok, or why the daemon takes no batches.
  using ReadyFn = std::function<absl::Status()>;

  // `clock` must outlive the server.
  AdminServer(AdminServerOptions options, Clock& clock, ScrapeFn scrape, ReadyFn ready);
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;
  ~AdminServer();

  // `path` that ends in a slash, other than "/" alone: all that begins with it; the longest wins.
  // Else that path alone. Takes the place of an earlier handler of the same path. REQUIRES: Start
  // was not called.
  void AddHandler(absl::string_view path, Handler handler);

  // Idempotent.
  absl::Status Start();

  // Breaks off what is being served; within about two seconds. Idempotent.
  void Stop();

  // HOST:PORT, with the real port.
  const std::string& address() const { return address_; }

  static constexpr int kThreads = 8;

 private:
  static int OnRequest(mg_connection* connection);
  static int OnError(mg_connection* connection, int status, const char* message);
  static int OnLog(const mg_connection* connection, const char* message);

  mg_context* StartCivetweb();
  // Whether the next complaint of civetweb is kept; returns the one that was.
  std::string CaptureStartupError(bool keep);
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
  ListenAddress listening_;  // with the real port
  std::string address_;
  absl::Mutex mutex_;
  bool keep_complaints_ ABSL_GUARDED_BY(mutex_) = false;
  std::string complaint_ ABSL_GUARDED_BY(mutex_);
  mg_context* context_ = nullptr;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_ADMIN_SERVER_H_
