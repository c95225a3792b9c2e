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

}  // namespace

Access::Access(const Settings& settings) { Update(settings); }

void Access::Update(const Settings& settings) {
  absl::flat_hash_map<std::string, App> apps;
  for (const internal::App& app : settings.apps()) {
    apps[app.name()] = {{app.regions().begin(), app.regions().end()},
                        {app.keys().begin(), app.keys().end()}};
  }
  absl::MutexLock lock(&mutex_);
  apps_ = std::move(apps);
}

grpc::Status Access::Check(const std::string& app, const std::string& region,
                           absl::string_view authorization) const {
  absl::MutexLock lock(&mutex_);
  if (apps_.empty()) return grpc::Status::OK;
  const auto found = apps_.find(app);
  if (found == apps_.end()) {
    return {grpc::StatusCode::PERMISSION_DENIED,
            absl::StrCat("session.app is \"", app,
                         "\"; the server counts only the apps of its settings")};
  }
  if (!found->second.keys.empty()) {
    bool right = false;
    const bool bearer = absl::ConsumePrefix(&authorization, "Bearer ");
    for (const std::string& key : found->second.keys) right |= bearer && IsKey(key, authorization);
    if (!right) {
      return {grpc::StatusCode::UNAUTHENTICATED,
              absl::StrCat("app \"", app, "\" needs one of its keys as the metadata ",
                           "\"authorization: Bearer KEY\"")};
    }
  }
  if (!found->second.regions.contains(region)) {
    return {
        grpc::StatusCode::PERMISSION_DENIED,
        absl::StrCat("session.region is \"", region, "\"; the server counts only the regions that ",
                     "its settings have for app \"", app, "\"")};
  }
  return grpc::Status::OK;
}

}  // namespace gmewatch
