#include "daemon/connect/cors.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kPreflight =
    "Access-Control-Allow-Methods: POST\r\n"
    "Access-Control-Allow-Headers: authorization, connect-protocol-version, connect-timeout-ms, "
    "content-type, x-unity-version, x-user-agent\r\n"
    "Access-Control-Max-Age: 7200\r\n";

}  // namespace

void Cors::Update(const Settings& settings) {
  absl::flat_hash_set<std::string> origins(settings.connect().cors_origins().begin(),
                                           settings.connect().cors_origins().end());
  absl::MutexLock lock(&mutex_);
  origins_ = std::move(origins);
}

bool Cors::Allows(const IncomingRequest& request) const {
  const absl::string_view origin = request.Header("origin");
  if (origin.empty()) return false;
  absl::MutexLock lock(&mutex_);
  return origins_.contains(origin);
}

std::string Cors::Headers(const IncomingRequest& request) const {
  if (!Allows(request)) return "";
  return absl::StrCat("Access-Control-Allow-Origin: ", request.Header("origin"),
                      "\r\nVary: Origin\r\n");
}

std::string Cors::PreflightHeaders(const IncomingRequest& request) const {
  return Allows(request) ? std::string(kPreflight) : "";
}

}  // namespace gmewatch
