// An admin server on a free port, with a few paths and a scrape that a test may replace.
//
// Thread safety: a test replaces the scrape before StartServer.
#ifndef GMEWATCH_TESTS_DAEMON_EXPOSE_ADMIN_SERVER_FIXTURE_H_
#define GMEWATCH_TESTS_DAEMON_EXPOSE_ADMIN_SERVER_FIXTURE_H_

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "daemon/expose/admin_server.h"
#include "tests/support/http_client.h"

namespace gmewatch {

class AdminServerTest : public testing::Test {
 protected:
  AdminServerTest() {
    options_.address = "127.0.0.1:0";
    options_.request_timeout = absl::Seconds(1);
  }

  void StartServer() {
    server_ = std::make_unique<AdminServer>(
        options_, clock_,
        [this](const ScrapeRequest& request, ChunkSink sink) {
          {
            absl::MutexLock lock(&mutex_);
            last_request_ = request;
          }
          return scrape_(sink);
        },
        [this] { return ready_ ? absl::OkStatus() : absl::UnavailableError("recovering"); });
    server_->AddHandler("/echo", [](const IncomingRequest& request) {
      AdminResponse response;
      response.content_type = "text/html; charset=utf-8";
      response.body = absl::StrCat("exact ", request.path, " ", request.query);
      return response;
    });
    server_->AddHandler("/codes/", [](const IncomingRequest& request) {
      AdminResponse response;
      response.status = 404;
      response.body = absl::StrCat("prefix ", request.path);
      return response;
    });
    server_->AddHandler("/codes/deep/", [](const IncomingRequest& request) {
      AdminResponse response;
      response.body = absl::StrCat("deep ", request.path);
      return response;
    });
    server_->AddStream("/long", [](ChunkSink sink) {
      const std::string piece(ChunkWriter::kChunkBytes, 'x');
      for (int i = 0; i < 3; ++i) sink(piece);
      sink(piece.substr(0, 5));
      sink("");
      return absl::OkStatus();
    });
    server_->AddStream("/forbidden",
                       [](ChunkSink) { return absl::PermissionDeniedError("not you"); });
    server_->AddHandler("/moved", [](const IncomingRequest&) {
      AdminResponse response;
      response.status = 308;
      response.more_headers = "Location: echo\r\nX-More: yes\r\n";
      return response;
    });
    ASSERT_TRUE(server_->Start().ok());
  }

  HttpReply Fetch(absl::string_view path, absl::string_view method = "GET") {
    absl::StatusOr<HttpReply> reply = HttpFetch(server_->address(), path, method);
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply.ok() ? *std::move(reply) : HttpReply();
  }

  // Makes the metrics a stream that ends only when the reader closes the connection.
  void ScrapeForever() {
    scrape_ = [this](ChunkSink sink) {
      const std::string chunk(ChunkWriter::kChunkBytes, 'x');
      while (sink(chunk)) {
      }
      broke_off_.Notify();
      return absl::CancelledError("the reader closed the connection");
    };
  }

  ManualClock clock_{absl::FromUnixSeconds(784111777)};
  AdminServerOptions options_;
  std::atomic<bool> ready_{true};
  absl::Notification broke_off_;
  std::function<absl::Status(ChunkSink)> scrape_ = [](ChunkSink sink) {
    return sink("first ") && sink("second") && sink("") ? absl::OkStatus()
                                                        : absl::CancelledError("");
  };
  ScrapeRequest last_request() {
    absl::MutexLock lock(&mutex_);
    return last_request_;
  }

  absl::Mutex mutex_;
  ScrapeRequest last_request_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<AdminServer> server_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_EXPOSE_ADMIN_SERVER_FIXTURE_H_
