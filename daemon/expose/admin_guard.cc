#include "daemon/expose/admin_guard.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "daemon/model/app_token.h"
#include "daemon/model/net_address.h"

namespace gmewatch {
namespace {

// In lower case, without the port; brackets stay around an IPv6 address.
std::string HostOf(absl::string_view host) {
  const size_t colon = host.rfind(':');
  if (colon != absl::string_view::npos &&
      absl::c_all_of(host.substr(colon + 1), absl::ascii_isdigit)) {
    host = host.substr(0, colon);
  }
  return absl::AsciiStrToLower(absl::StripSuffix(host, "."));
}

bool IsAddress(absl::string_view host) {
  if (absl::ConsumePrefix(&host, "[") && !absl::ConsumeSuffix(&host, "]")) return false;
  return ParseNetAddress(host).has_value();
}

// True if `scheme` was there; removes it and the spaces after it.
bool ConsumeScheme(absl::string_view* authorization, absl::string_view scheme) {
  if (!absl::StartsWithIgnoreCase(*authorization, scheme)) return false;
  authorization->remove_prefix(scheme.size());
  *authorization = absl::StripAsciiWhitespace(*authorization);
  return true;
}

bool Shows(absl::string_view authorization, absl::string_view token) {
  if (ConsumeScheme(&authorization, "bearer ")) return SameSecret(authorization, token);
  std::string pair;
  if (!ConsumeScheme(&authorization, "basic ") || !absl::Base64Unescape(authorization, &pair)) {
    return false;
  }
  const size_t colon = pair.find(':');
  return colon != std::string::npos && SameSecret(absl::string_view(pair).substr(colon + 1), token);
}

}  // namespace

void AdminGuard::SetToken(absl::string_view token) {
  absl::MutexLock lock(&mutex_);
  token_ = std::string(token);
}

bool AdminGuard::needs_token() const {
  absl::MutexLock lock(&mutex_);
  return !token_.empty();
}

void AdminGuard::SetPublicUrl(absl::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme != absl::string_view::npos) url.remove_prefix(scheme + 3);
  absl::MutexLock lock(&mutex_);
  public_host_ = HostOf(url.substr(0, url.find('/')));
}

AdminGuard::Verdict AdminGuard::Check(absl::string_view host,
                                      absl::string_view authorization) const {
  absl::MutexLock lock(&mutex_);
  if (!token_.empty()) return Shows(authorization, token_) ? Verdict::kAllowed : Verdict::kNoToken;
  const std::string name = HostOf(host);
  const bool ours = !absl::StrContains(name, '.') && !absl::StrContains(name, ':');
  return ours || name == public_host_ || IsAddress(name) ? Verdict::kAllowed : Verdict::kOtherHost;
}

}  // namespace gmewatch
