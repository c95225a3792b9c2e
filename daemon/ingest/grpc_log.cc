#include "daemon/ingest/grpc_log.h"

#include <grpc/support/log.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/const_init.h"
#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "daemon/base/clock.h"
#include "daemon/base/log.h"

namespace gmewatch {
namespace {

// gRPC has one log.
ABSL_CONST_INIT absl::Mutex rate_mutex(absl::kConstInit);
absl::Duration period_begin ABSL_GUARDED_BY(rate_mutex);
int in_period ABSL_GUARDED_BY(rate_mutex) = 0;
uint64_t left_out ABSL_GUARDED_BY(rate_mutex) = 0;

// How many lines were left out since the last one; absent: this one is left out too.
std::optional<uint64_t> MayLog() {
  RealClock clock;
  const absl::Duration now = clock.Monotonic();
  absl::MutexLock lock(&rate_mutex);
  if (now - period_begin >= kGrpcLinesTime) {
    period_begin = now;
    in_period = 0;
  }
  if (in_period >= kGrpcLinesMax) {
    ++left_out;
    return std::nullopt;
  }
  ++in_period;
  return std::exchange(left_out, 0);
}

void Log(gpr_log_func_args* args) {
  const std::optional<uint64_t> missing = MayLog();
  if (!missing.has_value()) return;
  const absl::string_view path(args->file);
  const std::string source = absl::StrCat(path.substr(path.find_last_of('/') + 1), ":", args->line);
  const auto log = args->severity == GPR_LOG_SEVERITY_ERROR ? LogError : LogInfo;
  log("message of the gRPC library",
      {{"text", args->message}, {"source", source}, {"left_out", absl::StrCat(*missing)}});
}

}  // namespace

void TakeGrpcLog() { gpr_set_log_function(&Log); }

}  // namespace gmewatch
