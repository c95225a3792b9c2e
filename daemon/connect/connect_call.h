// One Report over the Connect protocol.
//
// Owns itself: deletes itself on the thread of the loop when it is settled. Thread safety: the
// thread of the loop calls everything but Answer.
#ifndef GMEWATCH_DAEMON_CONNECT_CONNECT_CALL_H_
#define GMEWATCH_DAEMON_CONNECT_CONNECT_CALL_H_

#include <functional>

#include "absl/time/time.h"
#include "daemon/http/http_loop.h"
#include "daemon/ingest/call_set.h"
#include "daemon/ingest/report.h"

namespace gmewatch {

class ConnectCall final : public Report {
 public:
  // `settled` is called once, on the thread of the loop, before the call deletes itself. The loop,
  // `calls` and `settled` must outlive it.
  ConnectCall(const ReportContext& context, HttpLoop* loop, CallSet* calls,
              const std::function<void(ConnectCall*)>& settled, ServedConnection* connection,
              bool json)
      : Report(context),
        membership_(calls),
        loop_(*loop),
        settled_(settled),
        connection_(connection),
        json_(json) {}

  using Report::response;
  using Report::status;
  using Report::Take;

  // Whom to answer; null after GiveUp: it has been.
  ServedConnection* connection() const { return connection_; }
  void GiveUp() { connection_ = nullptr; }
  bool json() const { return json_; }

  // When the client gives up, on the monotonic clock.
  absl::Duration deadline = absl::InfiniteDuration();

 private:
  void Answer() override;

  const CallSet::Membership membership_;
  HttpLoop& loop_;
  const std::function<void(ConnectCall*)>& settled_;
  ServedConnection* connection_;
  const bool json_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CONNECT_CONNECT_CALL_H_
