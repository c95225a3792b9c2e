#include "daemon/ingest/access.h"

#include <openssl/crypto.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace gmewatch {
namespace {

// In constant time, so that it does not reveal how much of a key was right.
bool IsKey(const std::string& key, absl::string_view given) {
  return key.size() == given.size() && CRYPTO_memcmp(key.data(), given.data(), key.size()) == 0;
}

bool HasKey(const std::vector<std::string>& keys, absl::string_view authorization) {
  if (!absl::ConsumePrefix(&authorization, "Bearer ")) return false;
  bool right = false;
  for (const std::string& key : keys) right |= IsKey(key, authorization);
  return right;
}

}  // namespace

Access::Access(const Settings& settings) { Update(settings); }

void Access::Update(const Settings& settings) {
  absl::flat_hash_map<std::string, App> apps;
  for (const internal::App& app : settings.apps()) {
    apps[app.name()] = {{app.regions().begin(), app.regions().end()},
                        {app.keys().begin(), app.keys().end()},
                        {app.relay_keys().begin(), app.relay_keys().end()}};
  }
  absl::MutexLock lock(&mutex_);
  apps_ = std::move(apps);
}

Grant Access::Check(const std::string& app, const std::string& region,
                    absl::string_view authorization) const {
  absl::MutexLock lock(&mutex_);
  Grant grant;
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
  grant.keyed = !known.keys.empty() || !known.relay_keys.empty();
  grant.relays = HasKey(known.relay_keys, authorization);
  // An app with relay_keys alone has a key for its servers and none for its players.
  grant.known = known.keys.empty() || grant.relays || HasKey(known.keys, authorization);
  if (!grant.known) {
    grant.status = {grpc::StatusCode::UNAUTHENTICATED,
                    absl::StrCat("app \"", app, "\" needs one of its keys as the metadata ",
                                 "\"authorization: Bearer KEY\"")};
  } else if (!known.regions.contains(region)) {
    grant.known = grant.relays || !known.keys.empty();
    grant.status = {
        grpc::StatusCode::PERMISSION_DENIED,
        absl::StrCat("session.region is \"", region, "\"; the server counts only the regions that ",
                     "its settings have for app \"", app, "\"")};
  }
  return grant;
}

bool Access::IsKnown(absl::string_view authorization) const {
  absl::MutexLock lock(&mutex_);
  if (apps_.empty()) return true;
  bool known = false;
  for (const auto& [name, app] : apps_) {
    known |= HasKey(app.keys, authorization) || HasKey(app.relay_keys, authorization);
  }
  return known;
}

std::vector<AppTag> Access::Apps() const {
  absl::MutexLock lock(&mutex_);
  std::vector<AppTag> tags;
  for (const auto& [name, app] : apps_) tags.push_back(TagOf(name));
  return tags;
}

}  // namespace gmewatch
