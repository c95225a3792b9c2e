#include "daemon/gmectl/admin_client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "daemon/base/http_session.h"
#include "daemon/base/text_file.h"
#include "daemon/gmectl/text_columns.h"

namespace gmewatch {
namespace {

constexpr size_t kReasonColumnsMax = 200;
constexpr size_t kTokenBytesMax = 258;

std::string UrlOf(const AdminAddress& address, absl::string_view path) {
  const bool has_scheme = absl::StrContains(address.base, "://");
  return absl::StrCat(has_scheme ? "" : "http://", absl::StripSuffix(address.base, "/"), path);
}

std::string FirstLine(absl::string_view body) {
  return CutEnd(Printable(body.substr(0, body.find('\n'))), kReasonColumnsMax);
}

absl::StatusOr<HttpRequest> RequestFor(const AdminAddress& address, absl::string_view path) {
  HttpRequest request;
  request.url = UrlOf(address, path);
  request.ca_file = address.ca_file;
  if (address.token_file.empty()) return request;
  absl::StatusOr<std::string> token = ReadSecretFile(address.token_file, kTokenBytesMax);
  if (!token.ok()) return token.status();
  absl::StripTrailingAsciiWhitespace(&*token);  // without an editor's newline
  if (!std::all_of(token->begin(), token->end(), [](char c) { return c > ' ' && c < '\x7f'; })) {
    return absl::InvalidArgumentError(absl::StrCat(address.token_file, ": is no token"));
  }
  request.token = *std::move(token);
  return request;
}

absl::StatusOr<std::string> BodyOf(const std::string& url, absl::StatusOr<HttpResponse> response) {
  if (absl::IsCancelled(response.status())) return absl::CancelledError(url);
  if (!response.ok()) {
    return absl::UnavailableError(absl::StrCat(url, ": ", response.status().message()));
  }
  if (response->status == 200) return std::move(response->body);
  const std::string message =
      absl::StrCat(url, " answers ", response->status, ": ", FirstLine(response->body));
  return response->status == 404 ? absl::NotFoundError(message) : absl::UnavailableError(message);
}

}  // namespace

absl::Status CheckAdminAddress(const AdminAddress& address) {
  if (IsHttpUrl(UrlOf(address, ""))) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--admin_address is \"", Printable(address.base),
                   "\"; allowed: HOST:PORT or http(s)://HOST[:PORT][/PATH]"));
}

absl::StatusOr<std::string> AdminGet(const AdminAddress& address, absl::string_view path,
                                     const std::function<bool()>& gives_up) {
  const absl::StatusOr<HttpRequest> request = RequestFor(address, path);
  if (!request.ok()) return request.status();
  HttpSession session({.user_agent = "gmectl",
                       .deadline = kAdminDeadline,
                       .response_bytes_max = kAdminAnswerBytesMax,
                       .use_proxy = true});
  return BodyOf(request->url, session.Send(*request, gives_up));
}

absl::Status AdminDownload(const AdminAddress& address, absl::string_view path,
                           const std::function<bool(absl::string_view)>& take) {
  absl::StatusOr<HttpRequest> request = RequestFor(address, path);
  if (!request.ok()) return request.status();
  request->take_body = take;
  HttpSession session({.user_agent = "gmectl",
                       .deadline = absl::ZeroDuration(),  // none
                       .stall = kAdminDownloadStall,
                       .response_bytes_max = kAdminAnswerBytesMax,
                       .use_proxy = true});
  return BodyOf(request->url, session.Send(*request)).status();
}

}  // namespace gmewatch
