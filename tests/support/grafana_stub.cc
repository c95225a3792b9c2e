#include "tests/support/grafana_stub.h"

#include <civetweb.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "tests/support/http_client.h"

namespace gmewatch {
namespace {

constexpr char kPath[] = "/api/annotations";
constexpr size_t kDefaultLimit = 100;

std::string Decoded(absl::string_view text) {
  std::string out(text.size() + 1, '\0');
  const int size = mg_url_decode(text.data(), static_cast<int>(text.size()), out.data(),
                                 static_cast<int>(out.size()), 1);
  out.resize(static_cast<size_t>(std::max(size, 0)));
  return out;
}

std::string Message(absl::string_view message) {
  return absl::StrCat("{\"message\":\"", message, "\"}");
}

struct Search {
  int64_t from_ms = 0;  // the times bound the search if neither is 0
  int64_t to_ms = 0;
  size_t limit = kDefaultLimit;
  std::vector<std::string> tags;
};

// Empty, or the parameter that is no number.
std::string ReadSearch(absl::string_view query, Search* search) {
  for (const absl::string_view pair : absl::StrSplit(query, '&')) {
    const std::vector<absl::string_view> parts = absl::StrSplit(pair, absl::MaxSplits('=', 1));
    const std::string value = parts.size() < 2 ? "" : Decoded(parts[1]);
    if (parts[0] == "tags") search->tags.push_back(KeptTag(value));
    if (parts[0] == "from" && !absl::SimpleAtoi(value, &search->from_ms)) return "from";
    if (parts[0] == "to" && !absl::SimpleAtoi(value, &search->to_ms)) return "to";
    if (parts[0] == "limit" && !absl::SimpleAtoi(value, &search->limit)) return "limit";
  }
  return "";
}

bool Fits(const StubAnnotation& annotation, const Search& search) {
  const bool in_time =
      search.from_ms == 0 || search.to_ms == 0 ||
      (annotation.time_ms <= search.to_ms && annotation.time_end_ms >= search.from_ms);
  return in_time &&
         std::all_of(search.tags.begin(), search.tags.end(), [&](const std::string& tag) {
           return std::count(annotation.tags.begin(), annotation.tags.end(), tag) > 0;
         });
}

}  // namespace

GrafanaStub::GrafanaStub(std::string token) : token_(std::move(token)) {
  mg_init_library(MG_FEATURES_DEFAULT);
  const char* settings[] = {"listening_ports", "127.0.0.1:0", "num_threads", "8", nullptr};
  mg_callbacks callbacks{};
  callbacks.begin_request = &GrafanaStub::OnRequest;
  context_ = mg_start(&callbacks, this, settings);
  if (context_ == nullptr) std::abort();
  mg_server_port port{};
  mg_get_server_ports(context_, 1, &port);
  address_ = absl::StrCat("127.0.0.1:", port.port);
}

GrafanaStub::~GrafanaStub() {
  Release();
  // civetweb checks whether to stop when a connection comes in, or every two seconds.
  std::thread caller([this] { const HttpConnection connection(address_); });
  mg_stop(context_);
  caller.join();
  mg_exit_library();
}

std::string GrafanaStub::url() const { return absl::StrCat("http://", address_); }

void GrafanaStub::SetToken(std::string token) {
  absl::MutexLock lock(&mutex_);
  token_ = std::move(token);
}

void GrafanaStub::Break(const std::string& method, Fault fault, int status) {
  absl::MutexLock lock(&mutex_);
  broken_[method].push_back({fault, status});
}

void GrafanaStub::Release() {
  absl::MutexLock lock(&mutex_);
  released_ = true;
}

int64_t GrafanaStub::Add(StubAnnotation annotation) {
  absl::MutexLock lock(&mutex_);
  annotation.id = ++last_id_;
  annotations_[annotation.id] = std::move(annotation);
  return last_id_;
}

void GrafanaStub::Remove(int64_t id) {
  absl::MutexLock lock(&mutex_);
  annotations_.erase(id);
}

std::vector<StubAnnotation> GrafanaStub::annotations() {
  absl::MutexLock lock(&mutex_);
  std::vector<StubAnnotation> out;
  for (const auto& [id, annotation] : annotations_) out.push_back(annotation);
  return out;
}

std::vector<StubRequest> GrafanaStub::requests() {
  absl::MutexLock lock(&mutex_);
  return requests_;
}

bool GrafanaStub::AwaitRequests(size_t count) {
  const auto are_in = [this, count] {
    mutex_.AssertReaderHeld();
    return requests_.size() >= count;
  };
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&are_in), absl::Seconds(20));
}

int GrafanaStub::OnRequest(mg_connection* connection) {
  static_cast<GrafanaStub*>(mg_get_user_data(mg_get_context(connection)))->Serve(connection);
  return 1;
}

void GrafanaStub::Serve(mg_connection* connection) {
  const mg_request_info& info = *mg_get_request_info(connection);
  StubRequest request;
  request.method = info.request_method;
  request.path = absl::StrCat(info.local_uri, info.query_string == nullptr ? "" : "?",
                              absl::NullSafeStringView(info.query_string));
  std::array<char, 4096> part{};
  for (int got = mg_read(connection, part.data(), part.size()); got > 0;
       got = mg_read(connection, part.data(), part.size())) {
    request.body.append(part.data(), static_cast<size_t>(got));
  }
  const std::optional<Answer> answer =
      AnswerTo(request, absl::NullSafeStringView(mg_get_header(connection, "Authorization")));
  if (!answer.has_value()) return;
  mg_printf(connection,
            "HTTP/1.1 %d Status\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
            "Connection: close\r\n\r\n%s",
            answer->status, answer->body.size(), answer->body.c_str());
}

std::optional<GrafanaStub::Answer> GrafanaStub::AnswerTo(const StubRequest& request,
                                                         absl::string_view authorization) {
  absl::MutexLock lock(&mutex_);
  if (authorization != absl::StrCat("Bearer ", token_)) {
    return Answer{401, Message("Invalid API key")};
  }
  requests_.push_back(request);
  std::deque<Broken>& broken = broken_[request.method];
  if (broken.empty()) return Do(request);
  const Broken how = broken.front();
  broken.pop_front();
  if (how.fault == Fault::kStatus) return Answer{how.status, Message("set by the test")};
  Answer answer = Do(request);
  if (how.fault == Fault::kLoseAnswer) return std::nullopt;
  if (how.fault == Fault::kNonsense) answer.body = "<html>";
  if (how.fault == Fault::kHold) mutex_.Await(absl::Condition(&released_));
  return answer;
}

GrafanaStub::Answer GrafanaStub::Do(const StubRequest& request) {
  const std::vector<std::string> parts = absl::StrSplit(request.path, absl::MaxSplits('?', 1));
  if (request.method == "GET" && parts[0] == kPath) return Find(parts.size() > 1 ? parts[1] : "");
  if (request.method == "POST" && parts[0] == kPath) return Create(request.body);
  absl::string_view id = parts[0];
  if (request.method == "PATCH" && absl::ConsumePrefix(&id, absl::StrCat(kPath, "/"))) {
    return Update(id, request.body);
  }
  return {404, Message("Not found")};
}

GrafanaStub::Answer GrafanaStub::Find(absl::string_view query) {
  Search search;
  const std::string fault = ReadSearch(query, &search);
  if (!fault.empty()) return {400, Message(fault)};
  std::vector<StubAnnotation> found;
  for (const auto& [id, annotation] : annotations_) {
    if (Fits(annotation, search)) found.push_back(annotation);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::pair(a.time_end_ms, a.time_ms) > std::pair(b.time_end_ms, b.time_ms);
  });
  std::string json;
  for (size_t i = 0; i < std::min(found.size(), search.limit); ++i) {
    absl::StrAppend(&json, i == 0 ? "" : ",", found[i].Json());
  }
  return {200, absl::StrCat("[", json, "]")};
}

GrafanaStub::Answer GrafanaStub::Create(const std::string& body) {
  StubAnnotationBody given = StubAnnotationBody::Read(body);
  if (!given.good || given.annotation.text.empty() || given.annotation.time_ms == 0) {
    return {400, Message("bad request data")};
  }
  const int rejection = RejectionOfTags(given.annotation.tags);
  if (rejection != 0) return {rejection, Message("Failed to save annotation")};
  if (given.annotation.time_end_ms == 0) given.annotation.time_end_ms = given.annotation.time_ms;
  given.annotation.id = ++last_id_;
  annotations_[last_id_] = std::move(given.annotation);
  return {200, absl::StrCat("{\"id\":", last_id_, ",\"message\":\"Annotation added\"}")};
}

GrafanaStub::Answer GrafanaStub::Update(absl::string_view id, const std::string& body) {
  const StubAnnotationBody given = StubAnnotationBody::Read(body);
  int64_t number = 0;
  if (!given.good || !absl::SimpleAtoi(id, &number)) return {400, Message("bad request data")};
  const auto found = annotations_.find(number);
  if (found == annotations_.end()) return {404, Message("Annotation not found")};
  const int rejection = RejectionOfTags(given.annotation.tags);
  if (rejection != 0) return {rejection, Message("Failed to update annotation")};
  StubAnnotation& kept = found->second;
  if (!given.annotation.text.empty()) kept.text = given.annotation.text;
  if (given.annotation.time_ms > 0) kept.time_ms = given.annotation.time_ms;
  if (given.annotation.time_end_ms > 0) kept.time_end_ms = given.annotation.time_end_ms;
  if (given.has_tags) kept.tags = given.annotation.tags;
  return {200, Message("Annotation patched")};
}

}  // namespace gmewatch
