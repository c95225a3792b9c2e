#include "daemon/service_core.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/base/log.h"
#include "daemon/dangers.h"

namespace gmewatch {

absl::Status ServiceCore::Load() {
  absl::StatusOr<DaemonFiles> files = LoadFiles(options_);
  if (!files.ok()) return files.status();
  guard_.SetToken(files->admin_token);
  files_ = *std::move(files);
  started_with_ = files_.settings;
  return absl::OkStatus();
}

void ServiceCore::Reload(absl::FunctionRef<void(const DaemonFiles&)> use) {
  absl::StatusOr<DaemonFiles> files = LoadFiles(options_);
  if (files.ok()) {
    absl::Status allowed = CheckReload(files_.settings, files->settings, options_.config_file);
    if (!allowed.ok()) files = allowed;
  }
  if (!files.ok()) {
    {
      absl::MutexLock lock(&mutex_);
      ++stats_.failed_reloads;
      stats_.last_reload_ok = false;
    }
    LogError("reload failed: the settings and the catalogue stay as they were",
             {{"error", std::string(files.status().message())}});
    return;
  }
  guard_.SetToken(files->admin_token);
  use(*files);
  files_ = *std::move(files);
  const std::vector<std::string> waiting = ChangedForRestart(started_with_, files_.settings);
  if (!waiting.empty()) {
    LogWarning("some settings change with the next start only",
               {{"settings", absl::StrJoin(waiting, " ")}});
  }
  LogInfo("reloaded", {{"apps", absl::StrCat(files_.settings.apps_size())},
                       {"codes", absl::StrCat(files_.catalog.codes().size())}});
  // Last, so that the count says that the new settings are in effect.
  absl::MutexLock lock(&mutex_);
  ++stats_.reloads;
  stats_.last_reload_ok = true;
}

std::string ServiceCore::UrlOf(const Settings& settings, const std::string& admin_address) {
  const std::string& url = settings.expose().public_url();
  return url.empty() ? absl::StrCat("http://", admin_address) : url;
}

void ServiceCore::Use(const Settings& settings, const std::string& url) {
  guard_.SetPublicUrl(url);
  const Dangers dangers = FindDangers(settings, options_.ingest_address, options_.connect_address,
                                      options_.admin_address, !options_.admin_token_file.empty());
  Dangers before;
  {
    absl::MutexLock lock(&mutex_);
    before = std::exchange(stats_.dangers, dangers);
    stats_.app_regions_limit = settings.limits().max_app_regions();
    stats_.sessions_limit = settings.limits().max_sessions();
  }
  LogDangers(before, dangers);
}

void ServiceCore::Fail(const absl::Status& status) {
  {
    absl::MutexLock lock(&mutex_);
    if (fatal_.ok()) fatal_ = status;
  }
  options_.on_fatal();
}

absl::Status ServiceCore::fatal() const {
  absl::MutexLock lock(&mutex_);
  return fatal_;
}

bool ServiceCore::AcceptsTopic(const absl::Status& checked) {
  if (absl::IsFailedPrecondition(checked) || absl::IsDataLoss(checked)) {
    Fail(checked);
    return false;
  }
  if (!checked.ok()) {
    LogWarning("the topic cannot be checked at present",
               {{"error", std::string(checked.message())}});
  }
  return true;
}

void ServiceCore::SetReady(bool ready) {
  absl::MutexLock lock(&mutex_);
  stats_.ready = ready;
}

bool ServiceCore::is_ready() const {
  absl::MutexLock lock(&mutex_);
  return stats_.ready;
}

void ServiceCore::SetRecovery(absl::Duration took) {
  absl::MutexLock lock(&mutex_);
  stats_.recovery_duration = took;
}

void ServiceCore::CountStart(const absl::StatusOr<uint64_t>& starts) {
  if (!starts.ok()) {
    LogWarning("this start was not counted", {{"error", std::string(starts.status().message())}});
    return;
  }
  absl::MutexLock lock(&mutex_);
  stats_.starts = *starts;
}

void ServiceCore::AddTo(DaemonState* state) const {
  absl::MutexLock lock(&mutex_);
  state->reload_failed = !stats_.last_reload_ok;
  state->sessions_limit = stats_.sessions_limit;
  state->app_regions_limit = stats_.app_regions_limit;
}

DaemonStats ServiceCore::Stats(bool ready) const {
  absl::MutexLock lock(&mutex_);
  DaemonStats out = stats_;
  out.ready = ready;
  out.dropped_log_lines = DroppedLogLines();
  out.uptime = clock_.Monotonic() - started_;
  return out;
}

}  // namespace gmewatch
