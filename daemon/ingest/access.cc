#include "daemon/ingest/access.h"

#include <openssl/crypto.h>

#include <optional>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "daemon/model/app_token.h"

namespace gmewatch {
namespace {

// In constant time, so that it does not reveal how much of a key was right.
bool IsKey(const std::string& key, absl::string_view given) {
  return key.size() == given.size() && CRYPTO_memcmp(key.data(), given.data(), key.size()) == 0;
}

bool HasKey(const std::vector<std::string>& keys, absl::string_view given) {
  bool right = false;
  for (const std::string& key : keys) right |= IsKey(key, given);
  return right;
}

// What follows "Bearer ", or nothing.
absl::string_view BearerOf(absl::string_view authorization) {
  return absl::ConsumePrefix(&authorization, "Bearer ") ? authorization : absl::string_view();
}

// The clocks of the backend and of this machine may differ by so much.
constexpr absl::Duration kSkew = absl::Minutes(1);

// What is wrong with a token that the app's key has signed, or nothing.
std::string FaultOf(const AppToken& token, absl::Time now) {
  const absl::Duration left = absl::FromUnixSeconds(token.expiry) - now;
  if (left < -kSkew) {
    return absl::StrCat("the token ended ",
                        absl::FormatDuration(absl::Trunc(-left, absl::Seconds(1))), " ago");
  }
  if (left <= kTokenLifeMax + kSkew) return "";
  return absl::StrCat("the token ends in ",
                      absl::FormatDuration(absl::Trunc(left, absl::Seconds(1))), "; at most ",
                      absl::FormatDuration(kTokenLifeMax), " are allowed");
}

}  // namespace

Access::Access(const Settings& settings, Clock& clock) : clock_(clock) { Update(settings); }

void Access::Update(const Settings& settings) {
  absl::flat_hash_map<std::string, App> apps;
  for (const internal::App& app : settings.apps()) {
    App& to = apps[app.name()];
    to.regions = {app.regions().begin(), app.regions().end()};
    to.keys = {app.keys().begin(), app.keys().end()};
    to.relay_keys = {app.relay_keys().begin(), app.relay_keys().end()};
    for (const internal::TokenKey& key : app.token_keys()) {
      to.token_secrets[key.id()] = key.secret();
    }
    to.client_names = {app.client_names().begin(), app.client_names().end()};
  }
  // Also while no app asks for a name: a reload may add one under a call that is open.
  asks_for_certificates_.store(!settings.ingest().tls().client_ca_file().empty());
  absl::MutexLock lock(&mutex_);
  apps_ = std::move(apps);
  settings_.fetch_add(1, std::memory_order_relaxed);
}

std::string Access::Judge(const std::string& name, const App& app, absl::string_view authorization,
                          Grant* grant) const {
  const absl::string_view given = BearerOf(authorization);
  const bool needs_none = NeedsNone(app);
  grant->relays = HasKey(app.relay_keys, given);
  if (needs_none || grant->relays || HasKey(app.keys, given)) {
    grant->known = true;
    if (!needs_none || grant->relays) grant->key = std::string(given);
    return "";
  }
  const std::optional<AppToken> token = ReadToken(given);
  if (!token.has_value()) return "";
  const auto secret = app.token_secrets.find(token->key_id);
  if (secret == app.token_secrets.end()) return "";
  if (!IsSignedBy(given, secret->second)) {
    return absl::StrCat("the token is not signed by key \"", token->key_id, "\"");
  }
  if (token->app != name) return absl::StrCat("the token is for app \"", token->app, "\"");
  std::string fault = FaultOf(*token, clock_.Now());
  if (!fault.empty()) return fault;
  grant->known = true;
  grant->key = token->key_id;
  grant->subject = token->subject;
  grant->until = absl::FromUnixSeconds(token->expiry) + kSkew;
  return "";
}

absl::string_view Access::NeedOf(const App& app) {
  if (app.token_secrets.empty()) {
    return "one of its keys as the metadata \"authorization: Bearer KEY";
  }
  if (app.keys.empty()) {
    return "a token of its backend as the metadata \"authorization: Bearer TOKEN";
  }
  return "one of its keys or a token of its backend as the metadata \"authorization: Bearer TOKEN";
}

Grant Access::Check(const std::string& app, const std::string& region,
                    absl::string_view authorization,
                    absl::Span<const std::string> certificate_names) const {
  absl::ReaderMutexLock lock(&mutex_);
  Grant grant;
  grant.settings = settings_.load(std::memory_order_relaxed);
  if (apps_.empty()) {
    grant.known = true;
    return grant;
  }
  const auto found = apps_.find(app);
  if (found == apps_.end()) {
    grant.status = {grpc::StatusCode::PERMISSION_DENIED,
                    absl::StrCat("session.app is \"", app,
                                 "\"; the server counts only the apps of its settings")};
    return grant;
  }
  const App& known = found->second;
  const bool has_name = known.client_names.empty() ||
                        absl::c_any_of(certificate_names, [&known](const std::string& name) {
                          return known.client_names.contains(name);
                        });
  if (!has_name) {
    grant.status = {grpc::StatusCode::UNAUTHENTICATED,
                    absl::StrCat("app \"", app,
                                 "\" needs a client certificate for one of the client_names of "
                                 "its settings")};
    return grant;
  }
  const std::string fault = Judge(app, known, authorization, &grant);
  if (!grant.known) {
    grant.status = {grpc::StatusCode::UNAUTHENTICATED,
                    absl::StrCat("app \"", app, "\" needs ", NeedOf(known), "\"",
                                 fault.empty() ? "" : "; ", fault)};
    return grant;
  }
  if (known.regions.contains(region)) return grant;
  // Who sent no key, and needs none, may be anybody.
  grant.known = !grant.key.empty();
  grant.status = {
      grpc::StatusCode::PERMISSION_DENIED,
      absl::StrCat("session.region is \"", region, "\"; the server counts only the regions that ",
                   "its settings have for app \"", app, "\"")};
  return grant;
}

bool Access::IsKnown(absl::string_view authorization) const {
  absl::ReaderMutexLock lock(&mutex_);
  if (apps_.empty()) return true;
  bool known = false;
  for (const auto& [name, app] : apps_) {
    Grant grant;
    Judge(name, app, authorization, &grant);
    known |= grant.known && !grant.key.empty();
  }
  return known;
}

bool Access::MayReport(absl::string_view authorization) const {
  {
    absl::ReaderMutexLock lock(&mutex_);
    if (absl::c_any_of(apps_, [](const auto& app) { return NeedsNone(app.second); })) return true;
  }
  return IsKnown(authorization);
}

std::vector<AppTag> Access::Apps() const {
  absl::ReaderMutexLock lock(&mutex_);
  std::vector<AppTag> tags;
  for (const auto& [name, app] : apps_) tags.push_back(TagOf(name));
  return tags;
}

}  // namespace gmewatch
