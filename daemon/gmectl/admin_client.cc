#include "daemon/gmectl/admin_client.h"

#include <curl/curl.h>

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "daemon/gmectl/text_columns.h"

namespace gmewatch {
namespace {

constexpr size_t kReasonColumnsMax = 200;

std::string UrlOf(const AdminAddress& address, absl::string_view path) {
  const bool has_scheme = absl::StrContains(address.base, "://");
  return absl::StrCat(has_scheme ? "" : "http://", absl::StripSuffix(address.base, "/"), path);
}

// A part of the URL, or empty where it has none or is none.
std::string PartOf(const std::string& url, CURLUPart part) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  char* text = nullptr;
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK ||
      curl_url_get(parsed.get(), part, &text, 0) != CURLUE_OK) {
    return "";
  }
  std::string copy = text;
  curl_free(text);
  return copy;
}

struct Answer {
  std::string body;
  const std::function<bool()>& gives_up;
};

size_t TakeBytes(char* bytes, size_t size, size_t count, void* to) {
  std::string& body = static_cast<Answer*>(to)->body;
  if (body.size() + size * count > kAdminAnswerBytesMax) return 0;  // ends the transfer
  body.append(bytes, size * count);
  return size * count;
}

int AskWhetherToGiveUp(void* answer, curl_off_t /*down_total*/, curl_off_t /*down*/,
                       curl_off_t /*up_total*/, curl_off_t /*up*/) {
  return static_cast<Answer*>(answer)->gives_up() ? 1 : 0;
}

struct Transfer {
  CURLcode result = CURLE_OK;
  std::string why;
  long status = 0;  // NOLINT(google-runtime-int): curl's type
};

// Whatever proxy the environment names, it is not for this machine itself.
bool IsLoopback(const std::string& host) {
  return host == "localhost" || host == "[::1]" || absl::StartsWith(host, "127.");
}

Transfer Fetch(const std::string& url, const std::string& ca_file, Answer* answer) {
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  Transfer transfer;
  if (kStarted != CURLE_OK || curl == nullptr) {
    transfer.result = CURLE_FAILED_INIT;
    return transfer;
  }
  CURL* const handle = curl.get();
  std::string error(CURL_ERROR_SIZE, '\0');
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, absl::ToInt64Milliseconds(kAdminDeadline));
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error.data());
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "gmectl");
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &TakeBytes);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, answer);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &AskWhetherToGiveUp);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, answer);
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  if (IsLoopback(PartOf(url, CURLUPART_HOST))) curl_easy_setopt(handle, CURLOPT_PROXY, "");
  if (!ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, ca_file.c_str());
  transfer.result = curl_easy_perform(handle);
  transfer.why = error.c_str();  // up to its end mark
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &transfer.status);
  return transfer;
}

std::string WhyOf(const Transfer& transfer) {
  if (transfer.result == CURLE_WRITE_ERROR) {
    return absl::StrCat("the answer has more than ", kAdminAnswerBytesMax, " bytes");
  }
  return transfer.why.empty() ? curl_easy_strerror(transfer.result) : transfer.why;
}

// The first line, as far as it is text.
std::string FirstLine(absl::string_view body) {
  return CutEnd(Printable(body.substr(0, body.find('\n'))), kReasonColumnsMax);
}

}  // namespace

absl::Status CheckAdminAddress(const AdminAddress& address) {
  const std::string url = UrlOf(address, "");
  const std::string scheme = PartOf(url, CURLUPART_SCHEME);
  const bool is_ours =
      (scheme == "http" || scheme == "https") && !PartOf(url, CURLUPART_HOST).empty() &&
      PartOf(url, CURLUPART_QUERY).empty() && PartOf(url, CURLUPART_FRAGMENT).empty();
  if (is_ours) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--admin_address is \"", Printable(address.base),
                   "\"; allowed: HOST:PORT or http(s)://HOST[:PORT][/PATH]"));
}

absl::StatusOr<std::string> AdminGet(const AdminAddress& address, absl::string_view path,
                                     const std::function<bool()>& gives_up) {
  const std::string url = UrlOf(address, path);
  Answer answer{"", gives_up};
  const Transfer transfer = Fetch(url, address.ca_file, &answer);
  if (transfer.result == CURLE_ABORTED_BY_CALLBACK) return absl::CancelledError(url);
  if (transfer.result != CURLE_OK) {
    return absl::UnavailableError(absl::StrCat(url, ": ", WhyOf(transfer)));
  }
  if (transfer.status == 200) return std::move(answer.body);
  const std::string words =
      absl::StrCat(url, " answers ", transfer.status, ": ", FirstLine(answer.body));
  return transfer.status == 404 ? absl::NotFoundError(words) : absl::UnavailableError(words);
}

}  // namespace gmewatch
