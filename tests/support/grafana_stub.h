// An HTTP server that behaves like Grafana's annotations API, as documented and as its code does:
// it gives ids; it searches by tags, all of which must match, and by time, with 100 results unless
// more are requested; it cuts a tag at its second colon; it answers 401 to another token, 400 to a
// bad request and 404 to an unknown id.
//
// Thread safety: every method may be called from any thread.
#ifndef GMEWATCH_TESTS_SUPPORT_GRAFANA_STUB_H_
#define GMEWATCH_TESTS_SUPPORT_GRAFANA_STUB_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "tests/support/stub_annotation.h"

struct mg_context;
struct mg_connection;

namespace gmewatch {

struct StubRequest {
  std::string method;
  std::string path;  // and query
  std::string body;
};

class GrafanaStub {
 public:
  // What goes wrong with a request.
  enum class Fault {
    kStatus,      // it is not carried out; the response has this status
    kLoseAnswer,  // it is carried out; the connection closes without a response
    kHold,        // it is carried out; the response waits for Release
    kNonsense,    // it is carried out; the response is not JSON
  };

  explicit GrafanaStub(std::string token);
  GrafanaStub(const GrafanaStub&) = delete;
  GrafanaStub& operator=(const GrafanaStub&) = delete;
  ~GrafanaStub();

  std::string url() const;

  void SetToken(std::string token);
  // Applies to the next request of this method; further calls to the ones after it.
  void Break(const std::string& method, Fault fault, int status = 0);
  void Release();

  int64_t Add(StubAnnotation annotation);
  void Remove(int64_t id);
  std::vector<StubAnnotation> annotations();
  // The requests with the right token.
  std::vector<StubRequest> requests();
  // Waits until `count` requests have come in, at most 20 s.
  bool AwaitRequests(size_t count);

 private:
  struct Answer {
    int status = 200;
    std::string body;
  };
  struct Broken {
    Fault fault;
    int status;
  };

  static int OnRequest(mg_connection* connection);
  void Serve(mg_connection* connection);
  // Nothing if the connection is to close without a response.
  std::optional<Answer> AnswerTo(const StubRequest& request, absl::string_view authorization);
  Answer Do(const StubRequest& request) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Answer Find(absl::string_view query) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Answer Create(const std::string& body) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Answer Update(absl::string_view id, const std::string& body)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mg_context* context_ = nullptr;
  std::string address_;

  absl::Mutex mutex_;
  std::string token_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::deque<Broken>> broken_ ABSL_GUARDED_BY(mutex_);
  bool released_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t last_id_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<int64_t, StubAnnotation> annotations_ ABSL_GUARDED_BY(mutex_);
  std::vector<StubRequest> requests_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_GRAFANA_STUB_H_
