#include "daemon/annotate/http_session.h"

#include <curl/curl.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "absl/strings/str_cat.h"
#include "daemon/base/version.h"

namespace gmewatch {
namespace {

// How often the state of a transfer is looked at where libcurl does not wake by itself.
constexpr int kPollMs = 1000;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

void* NewMulti() {
  // Once a process; other parts may do the same.
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

// Returns less than it got where the answer is too long; libcurl ends the transfer then.
size_t KeepBody(const char* data, size_t size, size_t count, void* body) {
  auto* text = static_cast<std::string*>(body);
  const size_t bytes = size * count;
  if (text->size() + bytes > HttpSession::kAnswerBytesMax) return 0;
  text->append(data, bytes);
  return bytes;
}

absl::Status StatusOf(CURLcode code, const char* detail) {
  const std::string message =
      absl::StrCat(curl_easy_strerror(code), detail[0] == '\0' ? "" : ": ", detail);
  if (code == CURLE_OK) return absl::OkStatus();
  if (code == CURLE_OPERATION_TIMEDOUT) return absl::DeadlineExceededError(message);
  if (code == CURLE_WRITE_ERROR) return absl::OutOfRangeError("the answer is too long");
  return absl::UnavailableError(message);
}

}  // namespace

HttpSession::HttpSession(absl::Duration deadline) : deadline_(deadline), multi_(NewMulti()) {}

HttpSession::~HttpSession() { curl_multi_cleanup(multi_); }

void HttpSession::Interrupt() {
  interrupted_ = true;
  curl_multi_wakeup(multi_);
}

absl::StatusOr<HttpAnswer> HttpSession::Send(const HttpTarget& target, const HttpRequest& request) {
  const std::unique_ptr<CURL, FreeEasy> easy(curl_easy_init());
  if (easy == nullptr) std::abort();  // out of memory
  HeaderList headers;
  Append("Authorization: Bearer " + target.token, &headers);
  Append("Content-Type: application/json", &headers);
  Append("Accept: application/json", &headers);
  Append("Expect:", &headers);  // no pause before the body
  const std::string url = target.url + request.path;
  const std::string agent = absl::StrCat("gmewatchd/", Version());
  std::array<char, CURL_ERROR_SIZE> detail{};
  HttpAnswer answer;
  CURL* const handle = easy.get();
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(deadline_ / absl::Milliseconds(1)));
  curl_easy_setopt(handle, CURLOPT_USERAGENT, agent.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, detail.data());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, KeepBody);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer.body);
  if (!target.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, target.ca_file.c_str());
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (!request.body.empty()) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
  }
  curl_multi_add_handle(multi_, handle);
  absl::Status status = Transfer(handle, detail.data());
  curl_multi_remove_handle(multi_, handle);
  if (!status.ok()) return status;
  long http_status = 0;  // NOLINT(google-runtime-int): libcurl's type
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &http_status);
  answer.status = static_cast<int>(http_status);
  return answer;
}

absl::Status HttpSession::Transfer(void* easy, const char* detail) {
  for (;;) {
    if (interrupted_) return absl::CancelledError("interrupted");
    int running = 0;
    CURLMcode code = curl_multi_perform(multi_, &running);
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(multi_, &left);
    if (message != nullptr && message->easy_handle == easy) {
      return StatusOf(message->data.result, detail);
    }
    if (code == CURLM_OK) code = curl_multi_poll(multi_, nullptr, 0, kPollMs, nullptr);
    if (code != CURLM_OK) return absl::UnavailableError(curl_multi_strerror(code));
  }
}

}  // namespace gmewatch
