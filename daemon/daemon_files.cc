#include "daemon/daemon_files.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/text_file.h"
#include "daemon/base/yaml_message.h"
#include "daemon/daemon_options.h"
#include "daemon/dangers.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

constexpr size_t kAdminTokenMin = 16;
constexpr size_t kAdminTokenMax = 256;

absl::StatusOr<std::string> ReadAdminToken(const std::string& path) {
  if (path.empty()) return "";
  absl::StatusOr<std::string> token = ReadSecretFile(path, kAdminTokenMax + 2);
  if (!token.ok()) return token.status();
  absl::StripTrailingAsciiWhitespace(&*token);  // without an editor's newline
  if (token->size() >= kAdminTokenMin && token->size() <= kAdminTokenMax &&
      std::all_of(token->begin(), token->end(), [](char c) { return c > ' ' && c < '\x7f'; })) {
    return token;
  }
  return absl::InvalidArgumentError(absl::StrCat(path, ": is no token; ", kAdminTokenMin, " to ",
                                                 kAdminTokenMax,
                                                 " printable ASCII characters without spaces are "
                                                 "allowed, such as openssl rand -hex 32 prints"));
}

absl::flat_hash_map<std::string, int> SdksOf(const Settings& settings) {
  absl::flat_hash_map<std::string, int> sdks;
  for (const internal::App& app : settings.apps()) {
    sdks[app.name()] = static_cast<int>(app.sdk_major());
  }
  return sdks;
}

}  // namespace

internal::Policy DaemonFiles::Policy() const {
  internal::Policy policy;
  for (const int32_t code : catalog.documented()) policy.add_catalog_codes(code);
  for (const int32_t code : catalog.in_overlays_only()) policy.add_overlay_codes(code);
  for (const internal::App& app : settings.apps()) {
    for (const std::string& region : app.regions()) {
      internal::PlaceRecord* place = policy.add_configured();
      place->set_app(app.name());
      place->set_region(region);
    }
  }
  policy.set_max_app_regions(settings.limits().max_app_regions());
  policy.set_session_horizon_ms(
      absl::ToInt64Milliseconds(ToDuration(settings.limits().session_horizon())));
  policy.set_sessions_of_one_app(true);
  policy.set_sequence_jump_max(kSequenceJumpMax);
  policy.set_series_events_max(kSeriesEventsMax);
  // With one sender for many players there is no share for each.
  if (settings.detect().min_sessions() > 1) {
    policy.set_watched_events_max(settings.detect().max_session_events());
  }
  if (settings.apps_size() > 1) policy.set_unknown_codes_of_app(kUnknownCodesOfApp);
  return policy;
}

absl::StatusOr<DaemonFiles> LoadFiles(const DaemonOptions& options) {
  const bool default_settings = options.config_file.empty();
  absl::StatusOr<Settings> settings =
      default_settings ? ParseSettings("", "") : LoadSettings(options.config_file);
  if (!settings.ok()) return settings.status();
  absl::Status allowed =
      CheckOpen(*settings, options.config_file, options.open || default_settings);
  if (allowed.ok()) {
    allowed =
        CheckReachable(*settings, options.ingest_address, options.connect_address, options.open);
  }
  if (!allowed.ok()) return allowed;
  absl::StatusOr<Catalog> catalog =
      Catalog::Load(options.catalog_file, options.catalog_overlays, SdksOf(*settings));
  if (!catalog.ok()) return catalog.status();
  allowed =
      CheckAdminReachable(options.admin_address, !options.admin_token_file.empty(), options.open);
  if (!allowed.ok()) return allowed;
  absl::StatusOr<std::string> token = ReadAdminToken(options.admin_token_file);
  if (!token.ok()) return token.status();
  return DaemonFiles{*std::move(settings), *std::move(catalog), *std::move(token)};
}

}  // namespace gmewatch
