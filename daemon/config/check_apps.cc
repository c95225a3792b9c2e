#include "daemon/config/check_apps.h"

#include <string>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/model/label.h"

namespace gmewatch {
namespace {

constexpr size_t kKeyBytesMin = 8;
constexpr size_t kSecretBytesMin = 32;
constexpr size_t kKeyBytesMax = 256;

// The path of the first field with a text.
using FirstPaths = absl::flat_hash_map<std::string, std::string>;

bool IsKeyCharacter(char c) { return c > ' ' && c <= '~'; }

absl::Status CheckLabel(const YamlFields& fields, const std::string& path, absl::string_view what,
                        const std::string& label) {
  if (IsReservedLabel(label)) {
    return fields.Error(
        path, absl::StrCat(what, " \"", label, "\" is reserved; any other name is allowed"));
  }
  if (HasLabelForm(label)) return absl::OkStatus();
  return fields.Error(path, absl::StrCat(what, " \"", absl::Utf8SafeCHexEscape(label), "\" has ",
                                         label.size(), " bytes; allowed: ", kLabelForm));
}

// `shown` stands for the text in the error.
absl::Status CheckNew(const YamlFields& fields, const std::string& path, absl::string_view shown,
                      const std::string& text, FirstPaths* first_paths) {
  const auto [first, is_new] = first_paths->emplace(text, path);
  if (is_new) return absl::OkStatus();
  return fields.Error(path, absl::StrCat(shown, " appears twice, first in line ",
                                         fields.Position(first->second).line));
}

absl::Status CheckRegions(const internal::App& app, const YamlFields& fields,
                          const std::string& app_path) {
  if (app.regions().empty()) {
    return fields.Error(
        app_path + ".regions",
        absl::StrCat("app \"", app.name(), "\" has no regions; it needs at least one"));
  }
  FirstPaths first_paths;
  for (int i = 0; i < app.regions_size(); ++i) {
    const std::string path = absl::StrCat(app_path, ".regions[", i, "]");
    absl::Status status = CheckLabel(fields, path, "region", app.regions(i));
    if (!status.ok()) return status;
    status = CheckNew(fields, path, absl::StrCat("region \"", app.regions(i), "\""), app.regions(i),
                      &first_paths);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckKey(const std::string& key, absl::string_view what, size_t bytes_min,
                      const YamlFields& fields, const std::string& path, FirstPaths* first_paths) {
  if (key.size() < bytes_min || key.size() > kKeyBytesMax || !absl::c_all_of(key, IsKeyCharacter)) {
    return fields.Error(
        path, absl::StrCat("this ", what, " has ", key.size(), " bytes; allowed: ", bytes_min,
                           " to ", kKeyBytesMax, " printable ASCII characters without spaces"));
  }
  return CheckNew(fields, path, absl::StrCat("this ", what), key, first_paths);
}

// `name` is that of the list.
absl::Status CheckKeys(const google::protobuf::RepeatedPtrField<std::string>& keys,
                       absl::string_view name, const YamlFields& fields,
                       const std::string& app_path, FirstPaths* first_paths) {
  for (int i = 0; i < keys.size(); ++i) {
    absl::Status status = CheckKey(keys[i], "key", kKeyBytesMin, fields,
                                   absl::StrCat(app_path, ".", name, "[", i, "]"), first_paths);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckTokenKeys(const internal::App& app, const YamlFields& fields,
                            const std::string& app_path, FirstPaths* first_keys) {
  FirstPaths first_ids;
  for (int i = 0; i < app.token_keys_size(); ++i) {
    const internal::TokenKey& key = app.token_keys(i);
    const std::string path = absl::StrCat(app_path, ".token_keys[", i, "]");
    absl::Status status = CheckLabel(fields, path + ".id", "id", key.id());
    if (status.ok()) {
      status = CheckNew(fields, path + ".id", absl::StrCat("id \"", key.id(), "\""), key.id(),
                        &first_ids);
    }
    if (status.ok()) {
      status =
          CheckKey(key.secret(), "secret", kSecretBytesMin, fields, path + ".secret", first_keys);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckClientNames(const internal::Config& config, const internal::App& app,
                              const YamlFields& fields, const std::string& app_path) {
  FirstPaths first_paths;
  for (int i = 0; i < app.client_names_size(); ++i) {
    const std::string& name = app.client_names(i);
    const std::string path = absl::StrCat(app_path, ".client_names[", i, "]");
    if (name.empty()) return fields.Error(path, "this name is empty");
    absl::Status status =
        CheckNew(fields, path, absl::StrCat("name \"", absl::Utf8SafeCHexEscape(name), "\""), name,
                 &first_paths);
    if (!status.ok()) return status;
  }
  if (app.client_names().empty() || !config.ingest().tls().client_ca_file().empty()) {
    return absl::OkStatus();
  }
  return fields.Error(app_path + ".client_names",
                      absl::StrCat("app \"", app.name(),
                                   "\" has client_names, and no ingest.tls.client_ca_file says "
                                   "which certificates are good"));
}

}  // namespace

absl::Status CheckApps(const internal::Config& config, const YamlFields& fields) {
  FirstPaths names;
  FirstPaths keys;
  size_t pairs = 0;
  for (int i = 0; i < config.apps_size(); ++i) {
    const internal::App& app = config.apps(i);
    const std::string path = absl::StrCat("apps[", i, "]");
    absl::Status status = CheckLabel(fields, path + ".name", "app", app.name());
    if (!status.ok()) return status;
    status = CheckNew(fields, path + ".name", absl::StrCat("app \"", app.name(), "\""), app.name(),
                      &names);
    if (!status.ok()) return status;
    status = CheckRegions(app, fields, path);
    if (!status.ok()) return status;
    status = CheckKeys(app.keys(), "keys", fields, path, &keys);
    if (status.ok()) status = CheckKeys(app.relay_keys(), "relay_keys", fields, path, &keys);
    if (status.ok()) status = CheckTokenKeys(app, fields, path, &keys);
    if (status.ok()) status = CheckClientNames(config, app, fields, path);
    if (!status.ok()) return status;
    pairs += static_cast<size_t>(app.regions_size());
  }
  const uint32_t max_pairs = config.limits().max_app_regions();
  if (pairs <= max_pairs) return absl::OkStatus();
  return fields.Error(
      "apps", absl::StrCat("the apps have ", pairs,
                           " (app, region) pairs; limits.max_app_regions allows ", max_pairs));
}

}  // namespace gmewatch
