#include "daemon/config/settings.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "daemon/base/text_file.h"
#include "daemon/base/yaml_message.h"
#include "daemon/config/check_apps.h"
#include "gmewatch/internal/config.pb.h"

namespace gmewatch {
namespace {

std::string Shown(uint64_t number) { return absl::StrCat(number); }
std::string Shown(uint32_t number) { return absl::StrCat(number); }
std::string Shown(double number) { return absl::StrCat(number); }
std::string Shown(absl::Duration duration) { return absl::FormatDuration(duration); }

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

// Takes the fields that the text gives, within their ranges, and remembers the first fault.
class Taker {
 public:
  explicit Taker(const YamlFields& fields) : fields_(fields) {}

  const absl::Status& status() const { return status_; }

  // Leaves the default in `setting` where the text does not give the field.
  template <typename T>
  void Take(absl::string_view path, T given, T min, T max, T* setting) {
    if (!fields_.Has(path)) return;
    if (given < min || given > max) {
      Fail(path, absl::StrCat(path, " must be from ", Shown(min), " to ", Shown(max), ", not ",
                              Shown(given)));
    }
    *setting = given;
  }

  void Fail(absl::string_view path, absl::string_view what) {
    if (status_.ok()) status_ = fields_.Error(path, what);
  }

  void TakeFile(absl::string_view path, const std::string& given, std::string* setting) {
    if (fields_.Has(path) && given.empty()) {
      Fail(path, absl::StrCat(path, " is empty; it must name a file or be left out"));
    }
    *setting = given;
  }

 private:
  const YamlFields& fields_;
  absl::Status status_;
};

void TakeLimits(const internal::Limits& in, Taker* taker, Settings* out) {
  taker->Take("limits.max_app_regions", in.max_app_regions(), 1U, 10'000U, &out->max_app_regions);
  taker->Take("limits.max_sessions", in.max_sessions(), 1'000U, 100'000'000U, &out->max_sessions);
  taker->Take("limits.session_horizon", FromProto(in.session_horizon()), absl::Minutes(1),
              absl::Hours(720), &out->session_horizon);
  taker->Take("limits.max_pending_bytes", uint64_t{in.max_pending_bytes()}, uint64_t{65'536},
              uint64_t{1} << 30, &out->max_pending_bytes);
}

void TakeTls(const internal::Tls& in, Taker* taker, Settings* out) {
  TlsSettings& tls = out->tls.emplace();
  taker->TakeFile("ingest.tls.certificate_file", in.certificate_file(), &tls.certificate_file);
  taker->TakeFile("ingest.tls.key_file", in.key_file(), &tls.key_file);
  taker->TakeFile("ingest.tls.client_ca_file", in.client_ca_file(), &tls.client_ca_file);
  if (tls.certificate_file.empty() || tls.key_file.empty()) {
    taker->Fail("ingest.tls", "ingest.tls needs both certificate_file and key_file");
  }
}

void TakeIngest(const internal::Ingest& in, Taker* taker, Settings* out) {
  out->reflection = in.reflection();
  if (in.has_tls()) TakeTls(in.tls(), taker, out);
  taker->Take("ingest.max_message_bytes", in.max_message_bytes(), 1'024U, 4'194'304U,
              &out->max_message_bytes);
}

void TakeLog(const internal::Log& in, Taker* taker, Settings* out) {
  taker->Take("log.commit_interval", FromProto(in.commit_interval()), absl::ZeroDuration(),
              absl::Seconds(1), &out->commit_interval);
  taker->Take("log.checkpoint_interval", FromProto(in.checkpoint_interval()), absl::Seconds(1),
              absl::Hours(1), &out->checkpoint_interval);
}

// Paths are added at its end, so what a query or a fragment is made of cannot be part of it.
bool IsPublicUrl(absl::string_view url) {
  if (!absl::ConsumePrefix(&url, "http://") && !absl::ConsumePrefix(&url, "https://")) return false;
  return !url.empty() && url[0] != '/' && !absl::EndsWith(url, "/") &&
         absl::c_all_of(url, [](char c) {
           return c > ' ' && c <= '~' && !absl::StrContains("\"'<>\\`?#", c);
         });
}

void TakeUrl(absl::string_view path, const std::string& given, Taker* taker, std::string* setting) {
  *setting = given;
  if (given.empty() || IsPublicUrl(given)) return;
  taker->Fail(path, absl::StrCat(path,
                                 " must be http:// or https://, a host and perhaps a path, "
                                 "without a slash at the end, not \"",
                                 absl::Utf8SafeCHexEscape(given), "\""));
}

void TakeExpose(const internal::Expose& in, Taker* taker, Settings* out) {
  TakeUrl("expose.public_url", in.public_url(), taker, &out->public_url);
  TakeUrl("expose.grafana_url", in.grafana_url(), taker, &out->grafana_url);
  TakeUrl("expose.prometheus_url", in.prometheus_url(), taker, &out->prometheus_url);
  out->hide_solution_info = in.hide_solution_info();
}

void TakeAnnotations(const internal::Annotations& in, Taker* taker, Settings* out) {
  AnnotateSettings& annotate = out->annotate;
  TakeUrl("annotations.grafana_url", in.grafana_url(), taker, &annotate.grafana_url);
  taker->TakeFile("annotations.token_file", in.token_file(), &annotate.token_file);
  taker->TakeFile("annotations.ca_file", in.ca_file(), &annotate.ca_file);
  if (annotate == AnnotateSettings()) return;
  if (annotate.grafana_url.empty() || annotate.token_file.empty()) {
    taker->Fail("annotations", "annotations needs both grafana_url and token_file");
  }
}

void TakeDetect(const internal::Detect& in, Taker* taker, Settings* out) {
  DetectSettings& detect = out->detect;
  taker->Take("detect.tick", FromProto(in.tick()), absl::Seconds(1), absl::Hours(1), &detect.tick);
  if (detect.tick != absl::Floor(detect.tick, absl::Seconds(1))) {
    taker->Fail("detect.tick",
                absl::StrCat("detect.tick must be whole seconds, not ", Shown(detect.tick)));
  }
  taker->Take("detect.false_alarms_per_week", in.false_alarms_per_week(), 0.001, 1000.0,
              &detect.false_alarms_per_week);
  auto min_excess_events = static_cast<uint32_t>(detect.min_excess_events);
  taker->Take("detect.min_excess_events", in.min_excess_events(), 1U, 1'000'000U,
              &min_excess_events);
  detect.min_excess_events = min_excess_events;
  taker->Take("detect.min_sessions", in.min_sessions(), 1U, 16U, &detect.min_sessions);
  taker->Take("detect.resolve_after", FromProto(in.resolve_after()), absl::ZeroDuration(),
              absl::Hours(6), &detect.resolve_after);
  taker->Take("detect.rebaseline_after", FromProto(in.rebaseline_after()), absl::Hours(1),
              absl::Hours(168), &detect.rebaseline_after);
  detect.ignored_codes.assign(in.ignored_codes().begin(), in.ignored_codes().end());
}

}  // namespace

absl::StatusOr<Settings> ParseSettings(absl::string_view yaml, absl::string_view file) {
  internal::Config config;
  const absl::StatusOr<YamlFields> fields = ReadYamlMessage(yaml, file, &config);
  if (!fields.ok()) return fields.status();
  Settings settings;
  Taker taker(*fields);
  TakeLimits(config.limits(), &taker, &settings);
  TakeIngest(config.ingest(), &taker, &settings);
  TakeLog(config.log(), &taker, &settings);
  TakeExpose(config.expose(), &taker, &settings);
  TakeDetect(config.detect(), &taker, &settings);
  TakeAnnotations(config.annotations(), &taker, &settings);
  if (!taker.status().ok()) return taker.status();
  absl::StatusOr<std::vector<AppSettings>> apps =
      CheckApps(config, *fields, settings.max_app_regions);
  if (!apps.ok()) return apps.status();
  settings.apps = *std::move(apps);
  return settings;
}

absl::StatusOr<Settings> LoadSettings(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadTextFile(path, kYamlBytesMax);
  if (!text.ok()) return text.status();
  return ParseSettings(*text, path);
}

}  // namespace gmewatch
