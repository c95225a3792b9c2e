#include "daemon/dangers.h"

#include <unistd.h>

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/listen_address.h"
#include "daemon/base/log.h"
#include "daemon/model/net_address.h"

namespace gmewatch {
namespace {

// Whether other machines may reach it; no if it is empty. A name is taken for one of an address
// that they reach.
bool IsReachable(const std::string& address) {
  const absl::StatusOr<ListenAddress> parsed = ParseListenAddress(address);
  if (!parsed.ok() || parsed->host == "localhost") return false;
  const std::optional<NetAddress> host = ParseNetAddress(parsed->host);
  return !host.has_value() || !IsLoopback(*host);
}

absl::string_view TextOf(Danger danger) {
  switch (danger) {
    case Danger::kOpen:
      return "open mode: whoever reaches a port for clients may report for any app";
    case Danger::kPlainText:
      return "a port for clients is not on loopback and has no TLS, so keys and counts can be read "
             "on the way; set ingest.tls, or listen on loopback behind a proxy that ends TLS, as "
             "the "
             "Connect port always must";
    case Danger::kAdminReachable:
      return "the admin port is not on loopback and asks nobody for a token; give it one with "
             "--admin_token_file, or keep it in a private network";
    case Danger::kRoot:
      return "runs as root; a user of its own needs no rights but to its state directory";
    case Danger::kSharedAddress:
      break;  // known from sessions alone: shared_addresses.cc says it
  }
  return "";
}

}  // namespace

Dangers FindDangers(const Settings& settings, const std::string& ingest_address,
                    const std::string& connect_address, const std::string& admin_address,
                    bool has_admin_token) {
  Dangers dangers{};
  SetDanger(Danger::kOpen, settings.apps_size() == 0, &dangers);
  SetDanger(
      Danger::kPlainText,
      (!settings.ingest().has_tls() && IsReachable(ingest_address)) || IsReachable(connect_address),
      &dangers);
  SetDanger(Danger::kAdminReachable, IsReachable(admin_address) && !has_admin_token, &dangers);
  SetDanger(Danger::kRoot, geteuid() == 0, &dangers);
  return dangers;
}

void LogDangers(const Dangers& before, const Dangers& now) {
  for (size_t i = 0; i < kDangers; ++i) {
    if (now[i] && !before[i]) LogWarning(TextOf(static_cast<Danger>(i)));
  }
}

absl::Status CheckReachable(const Settings& settings, const std::string& ingest_address,
                            const std::string& connect_address, bool open) {
  if (open || settings.apps_size() > 0) return absl::OkStatus();
  std::string flag;
  if (IsReachable(ingest_address)) {
    flag = absl::StrCat("--ingest_address=", ingest_address);
  } else if (IsReachable(connect_address)) {
    flag = absl::StrCat("--connect_address=", connect_address);
  } else {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(flag,
                   " can be reached from elsewhere, and no settings list apps, so anybody could "
                   "report for any app; list them in a file and name it with --config, or start "
                   "with --open if that is meant"));
}

absl::Status CheckAdminReachable(const std::string& admin_address, bool has_admin_token,
                                 bool open) {
  if (open || has_admin_token || !IsReachable(admin_address)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--admin_address=", admin_address,
                   " can be reached from elsewhere, and nobody would be asked for a token; name a "
                   "file with one by --admin_token_file, or start with --open if that is meant"));
}

}  // namespace gmewatch
