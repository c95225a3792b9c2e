// An HTTP server on a free port that answers each request with what it has read.
//
// Thread safety: a test changes the options before StartServer.
#ifndef GMEWATCH_TESTS_DAEMON_HTTP_HTTP_SERVER_FIXTURE_H_
#define GMEWATCH_TESTS_DAEMON_HTTP_HTTP_SERVER_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "daemon/base/listener.h"
#include "daemon/http/http_loop.h"
#include "tests/support/http_client.h"

namespace gmewatch {

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    options_.limits.body_bytes_max = 1000;
    options_.answer = [this](ServedConnection* connection) { Answer(connection); };
  }

  void StartServer() {
    absl::StatusOr<Listener> listener = Listener::Open("127.0.0.1:0");
    ASSERT_TRUE(listener.ok()) << listener.status();
    address_ = listener->address();
    loop_ = std::make_unique<HttpLoop>(std::move(options_), *std::move(listener));
    loop_->Start();
  }

  // On the thread of the loop. A request for /held waits for Release.
  void Answer(ServedConnection* connection) {
    const IncomingRequest& request = connection->request();
    const std::string body = absl::StrCat(request.method, " ", request.path, " ",
                                          request.body_too_long ? "TOO LONG" : request.body);
    connection->Append(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", body.size(),
                                    request.stays_open ? "" : "\r\nConnection: close", "\r\n\r\n",
                                    body));
    if (request.path == "/held") {
      held_.push_back(connection);
      is_held_.Notify();
    } else {
      loop_->Answered(connection);
    }
  }
  void Release() {
    loop_->Post([this] {
      for (ServedConnection* connection : std::exchange(held_, {})) loop_->Answered(connection);
    });
  }

  // Everything that comes until the end of the connection.
  static std::string ReadAll(HttpConnection* connection) {
    std::string all;
    absl::StatusOr<std::string> some = connection->ReadSome(65536);
    while (some.ok() && !some->empty()) {
      all += *some;
      some = connection->ReadSome(65536);
    }
    return absl::IsDeadlineExceeded(some.status()) ? all + "STILL OPEN" : all;
  }
  // What comes in answer to this until the end of the connection.
  std::string Exchange(absl::string_view sent) {
    HttpConnection connection(address_);
    connection.Send(sent);
    return ReadAll(&connection);
  }
  static std::string ReplyTo(HttpConnection* connection, absl::string_view sent) {
    if (!connection->Send(sent)) return "NOT SENT";
    const absl::StatusOr<HttpReply> reply = connection->ReadReply();
    return reply.ok() ? reply->body : reply.status().ToString();
  }

  HttpLoop::Options options_;
  std::string address_;
  absl::Notification is_held_;
  std::vector<ServedConnection*> held_;  // for the thread of the loop
  std::unique_ptr<HttpLoop> loop_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_HTTP_HTTP_SERVER_FIXTURE_H_
