#include "daemon/base/http_session.h"

#include <curl/curl.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

// The longest wait for libcurl's sockets before `gives_up` is asked again.
constexpr int kPollMs = 1000;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

void* NewMulti() {
  // Once a process.
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* multi = ready == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi == nullptr) std::abort();  // out of memory
  return multi;
}

void Append(const std::string& line, HeaderList* list) {
  // The first call makes the list, later ones return its head.
  curl_slist* head = curl_slist_append(list->get(), line.c_str());
  if (head == nullptr) std::abort();  // out of memory
  if (*list == nullptr) list->reset(head);
}

HeaderList HeadersOf(const HttpRequest& request) {
  HeaderList headers;
  Append("Accept: application/json", &headers);
  if (!request.token.empty()) Append("Authorization: Bearer " + request.token, &headers);
  if (!request.body.empty()) {
    Append("Content-Type: application/json", &headers);
    Append("Expect:", &headers);  // no pause before the body
  }
  return headers;
}

// A part of `url`; empty if `url` is not a URL or does not have that part.
std::string PartOf(const std::string& url, CURLUPart part) {
  const std::unique_ptr<CURLU, FreeUrl> parsed(curl_url());
  char* text = nullptr;
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), part, &text, 0) != CURLUE_OK) {
    return "";
  }
  std::string copy = text;
  curl_free(text);
  return copy;
}

bool IsThisMachine(const std::string& host) {
  return host == "localhost" || host == "[::1]" || absl::StartsWith(host, "127.");
}

struct BodySink {
  std::string body;
  size_t bytes_max;
  CURL* easy;
  const HttpRequest& request;
};

int HttpStatusOf(CURL* easy) {
  long status = 0;  // NOLINT(google-runtime-int): libcurl's type
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

// Takes fewer bytes than there are if the body is too long; libcurl ends the transfer then.
size_t KeepBody(const char* data, size_t size, size_t count, void* to) {
  auto* sink = static_cast<BodySink*>(to);
  const size_t bytes = size * count;
  if (sink->request.take_body != nullptr && HttpStatusOf(sink->easy) == 200) {
    return sink->request.take_body({data, bytes}) ? bytes : 0;
  }
  if (sink->body.size() + bytes > sink->bytes_max) return 0;
  sink->body.append(data, bytes);
  return bytes;
}

// libcurl copies every string except the body, which must outlive the transfer.
void SetRequest(CURL* easy, const HttpRequest& request) {
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (!request.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, request.ca_file.c_str());
  if (request.body.empty()) return;
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
}

void SetOptions(CURL* easy, const HttpOptions& options, const std::string& url) {
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, absl::ToInt64Milliseconds(options.deadline));
  if (options.stall > absl::ZeroDuration()) {
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    // NOLINTNEXTLINE(google-runtime-int): libcurl's type
    const auto seconds = static_cast<long>(absl::ToInt64Seconds(options.stall));
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, seconds);
  }
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  if (!options.use_proxy || IsThisMachine(PartOf(url, CURLUPART_HOST))) {
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
  }
}

absl::Status StatusOf(CURLcode code, const char* detail, size_t response_bytes_max) {
  const std::string message = detail[0] == '\0' ? curl_easy_strerror(code) : detail;
  if (code == CURLE_OK) return absl::OkStatus();
  if (code == CURLE_OPERATION_TIMEDOUT) return absl::DeadlineExceededError(message);
  if (code == CURLE_WRITE_ERROR) {
    return absl::OutOfRangeError(
        absl::StrCat("the response has more than ", response_bytes_max, " bytes"));
  }
  return absl::UnavailableError(message);
}

}  // namespace

HttpSession::HttpSession(HttpOptions options) : options_(std::move(options)), multi_(NewMulti()) {}

HttpSession::~HttpSession() { curl_multi_cleanup(multi_); }

void HttpSession::Interrupt() {
  interrupted_ = true;
  curl_multi_wakeup(multi_);
}

absl::StatusOr<HttpResponse> HttpSession::Send(const HttpRequest& request,
                                               const std::function<bool()>& gives_up) {
  const std::unique_ptr<CURL, FreeEasy> easy(curl_easy_init());
  if (easy == nullptr) std::abort();  // out of memory
  const HeaderList headers = HeadersOf(request);
  std::array<char, CURL_ERROR_SIZE> detail{};
  BodySink sink{"", options_.response_bytes_max, easy.get(), request};
  SetRequest(easy.get(), request);
  SetOptions(easy.get(), options_, request.url);
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, detail.data());
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, KeepBody);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &sink);
  curl_multi_add_handle(multi_, easy.get());
  const absl::StatusOr<int> result = Transfer(gives_up);
  curl_multi_remove_handle(multi_, easy.get());
  if (!result.ok()) return result.status();
  absl::Status status =
      StatusOf(static_cast<CURLcode>(*result), detail.data(), options_.response_bytes_max);
  if (!status.ok()) return status;
  return HttpResponse{HttpStatusOf(easy.get()), std::move(sink.body)};
}

absl::StatusOr<int> HttpSession::Transfer(const std::function<bool()>& gives_up) {
  for (;;) {
    if (interrupted_) return absl::CancelledError("interrupted");
    if (gives_up()) return absl::CancelledError("given up");
    int running = 0;
    CURLMcode code = curl_multi_perform(multi_, &running);
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(multi_, &left);
    if (message != nullptr) return message->data.result;
    if (code == CURLM_OK) code = curl_multi_poll(multi_, nullptr, 0, kPollMs, nullptr);
    if (code != CURLM_OK) return absl::UnavailableError(curl_multi_strerror(code));
  }
}

std::string HttpLibraries() { return curl_version(); }

bool IsHttpUrl(const std::string& url) {
  const std::string scheme = PartOf(url, CURLUPART_SCHEME);
  return (scheme == "http" || scheme == "https") && !PartOf(url, CURLUPART_HOST).empty() &&
         PartOf(url, CURLUPART_QUERY).empty() && PartOf(url, CURLUPART_FRAGMENT).empty();
}

}  // namespace gmewatch
