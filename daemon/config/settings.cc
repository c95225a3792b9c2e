#include "daemon/config/settings.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "daemon/base/text_file.h"
#include "daemon/base/yaml_message.h"
#include "daemon/config/check_apps.h"
#include "daemon/config/check_file_name.h"
#include "daemon/config/check_kafka.h"
#include "daemon/model/net_address.h"
#include "gmewatch/internal/setting.pb.h"
#include "google/protobuf/util/message_differencer.h"

namespace gmewatch {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

// Unless the file says otherwise. Each commit of a front is a request for each partition.
constexpr int32_t kFrontCommitIntervalNs = 50'000'000;

// Paths are appended to it, so it must not contain what begins a query or a fragment.
bool IsPublicUrl(absl::string_view url) {
  if (!absl::ConsumePrefix(&url, "http://") && !absl::ConsumePrefix(&url, "https://")) return false;
  return !url.empty() && url[0] != '/' && !absl::EndsWith(url, "/") &&
         absl::c_all_of(url, [](char c) {
           return c > ' ' && c <= '~' && !absl::StrContains("\"'<>\\`?#", c);
         });
}

absl::Status CheckUrl(const YamlFields& fields, absl::string_view path, const std::string& url) {
  if (url.empty() || IsPublicUrl(url)) return absl::OkStatus();
  return fields.Error(path, absl::StrCat(path,
                                         " must be http:// or https://, a host and optionally a "
                                         "path, without a slash at the end, not \"",
                                         absl::Utf8SafeCHexEscape(url), "\""));
}

// As browsers write one, for it is compared byte by byte.
bool IsOrigin(absl::string_view origin) {
  const absl::string_view whole = origin;
  const bool is_http = absl::ConsumePrefix(&origin, "http://");
  if (!is_http && !absl::ConsumePrefix(&origin, "https://")) return false;
  return !origin.empty() && !absl::EndsWith(whole, is_http ? ":80" : ":443") &&
         absl::c_all_of(origin, [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) ||
                  absl::StrContains("-._:[]", static_cast<char>(c));
         });
}

absl::Status CheckOrigins(const Settings& settings, const YamlFields& fields) {
  for (int i = 0; i < settings.connect().cors_origins_size(); ++i) {
    const std::string& origin = settings.connect().cors_origins(i);
    if (IsOrigin(origin)) continue;
    return fields.Error(
        absl::StrCat("connect.cors_origins[", i, "]"),
        absl::StrCat("\"", absl::Utf8SafeCHexEscape(origin),
                     "\" is not an origin; http:// or https:// and a host are allowed, in lower "
                     "case, with a port unless it is the usual one, and no slash at the end"));
  }
  return absl::OkStatus();
}

// What a range does not say.
absl::Status Check(const Settings& settings, const YamlFields& fields) {
  const internal::Tls& tls = settings.ingest().tls();
  const internal::Expose& expose = settings.expose();
  const internal::Annotations& annotations = settings.annotations();
  for (absl::Status status :
       {CheckFileName(fields, "ingest.tls.certificate_file", tls.certificate_file()),
        CheckFileName(fields, "ingest.tls.key_file", tls.key_file()),
        CheckFileName(fields, "ingest.tls.client_ca_file", tls.client_ca_file()),
        CheckUrl(fields, "expose.public_url", expose.public_url()),
        CheckUrl(fields, "expose.grafana_url", expose.grafana_url()),
        CheckUrl(fields, "expose.prometheus_url", expose.prometheus_url()),
        CheckUrl(fields, "annotations.grafana_url", annotations.grafana_url()),
        CheckFileName(fields, "annotations.token_file", annotations.token_file()),
        CheckFileName(fields, "annotations.ca_file", annotations.ca_file())}) {
    if (!status.ok()) return status;
  }
  if (settings.ingest().has_tls() && (tls.certificate_file().empty() || tls.key_file().empty())) {
    return fields.Error("ingest.tls", "ingest.tls needs both certificate_file and key_file");
  }
  if (tls.client_certificate_optional() && tls.client_ca_file().empty()) {
    return fields.Error("ingest.tls.client_certificate_optional",
                        "ingest.tls.client_certificate_optional needs client_ca_file");
  }
  const bool pushes = annotations.ByteSizeLong() > 0;
  if (pushes && (annotations.grafana_url().empty() || annotations.token_file().empty())) {
    return fields.Error("annotations", "annotations needs both grafana_url and token_file");
  }
  if (settings.detect().tick().nanos() != 0) {
    return fields.Error("detect.tick",
                        absl::StrCat("detect.tick must be whole seconds, not ",
                                     absl::FormatDuration(ToDuration(settings.detect().tick()))));
  }
  for (int i = 0; i < settings.ingest().fronts_size(); ++i) {
    const std::string& front = settings.ingest().fronts(i);
    if (ParseNetRange(front).has_value()) continue;
    return fields.Error(absl::StrCat("ingest.fronts[", i, "]"),
                        absl::StrCat("\"", absl::Utf8SafeCHexEscape(front),
                                     "\" is not a front; an IPv4 or IPv6 address is allowed, or "
                                     "ADDRESS/BITS"));
  }
  for (absl::Status status :
       {CheckOrigins(settings, fields), CheckKafka(settings.log().kafka(), fields),
        CheckRole(settings, fields)}) {
    if (!status.ok()) return status;
  }
  return CheckApps(settings, fields);
}

// Whether no line has more than white space or a comment.
bool HasNothing(absl::string_view text) {
  return absl::c_all_of(absl::StrSplit(text, '\n'), [](absl::string_view line) {
    line = absl::StripAsciiWhitespace(line);
    return line.empty() || line.front() == '#' || line == "---" || line == "...";
  });
}

// Keys of a game do not count: whoever has the game can read them.
bool HasSecret(const Settings& settings) {
  return absl::c_any_of(settings.apps(), [](const internal::App& app) {
    return app.relay_keys_size() > 0 || app.token_keys_size() > 0;
  });
}

bool NeedsKey(const internal::App& app) { return app.keys_size() > 0 || app.token_keys_size() > 0; }

bool Reloads(const FieldDescriptor& field) {
  return field.options().GetExtension(internal::setting).reload();
}

// Appends the fields that differ and that SIGHUP does not change.
void CompareSection(const std::string& name, const Message& a, const Message& b,
                    std::vector<std::string>* changed) {
  const Descriptor& type = *a.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    MessageDifferencer differencer;
    if (!Reloads(*field) && !differencer.CompareWithFields(a, b, {field}, {field})) {
      changed->push_back(absl::StrCat(name, ".", field->name()));
    }
  }
}

}  // namespace

absl::StatusOr<Settings> ParseSettings(absl::string_view yaml, absl::string_view file) {
  Settings settings;
  const absl::StatusOr<YamlFields> fields = ReadYamlMessage(yaml, file, &settings);
  if (!fields.ok()) return fields.status();
  absl::Status status = Check(settings, *fields);
  if (!status.ok()) return status;
  if (settings.role() == Settings::front && !fields->Has("log.commit_interval")) {
    settings.mutable_log()->mutable_commit_interval()->set_nanos(kFrontCommitIntervalNs);
  }
  return settings;
}

absl::StatusOr<Settings> LoadSettings(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadTextFile(path, kYamlBytesMax);
  if (!text.ok()) return text.status();
  if (HasNothing(*text)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path,
                     ": has no settings: it is empty or has only comments, as if it had not "
                     "been written yet; for all defaults leave --config out"));
  }
  absl::StatusOr<Settings> settings = ParseSettings(*text, path);
  if (settings.ok() && HasSecret(*settings)) {
    absl::Status secret = CheckSecretFile(path);
    if (!secret.ok()) return secret;
  }
  return settings;
}

absl::Status CheckOpen(const Settings& settings, const std::string& path, bool open) {
  if (open || settings.apps_size() > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(path,
                   ": lists no apps, so anybody could report for any app; list them under "
                   "apps, or start with --open if that is meant"));
}

absl::Status CheckReload(const Settings& running, const Settings& wanted, const std::string& path) {
  if (running.apps_size() > 0 && wanted.apps_size() == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        path,
        ": lists no apps any more; a reload does not begin to take every app: restart with "
        "--open if that is meant"));
  }
  for (const internal::App& app : wanted.apps()) {
    const auto before = absl::c_find_if(
        running.apps(), [&app](const internal::App& other) { return other.name() == app.name(); });
    if (!NeedsKey(app) && before != running.apps().end() && NeedsKey(*before)) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": app \"", app.name(),
                       "\" has no keys any more, and no token_keys; a reload does not take the "
                       "last key of an app away: restart if that is meant"));
    }
  }
  return absl::OkStatus();
}

std::vector<std::string> ChangedForRestart(const Settings& running, const Settings& wanted) {
  std::vector<std::string> changed;
  const Descriptor& type = *Settings::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (Reloads(*field)) continue;
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {  // a setting of no section
      MessageDifferencer differencer;
      if (!differencer.CompareWithFields(running, wanted, {field}, {field})) {
        changed.push_back(field->name());
      }
      continue;
    }
    CompareSection(field->name(), running.GetReflection()->GetMessage(running, field),
                   wanted.GetReflection()->GetMessage(wanted, field), &changed);
  }
  return changed;
}

}  // namespace gmewatch
