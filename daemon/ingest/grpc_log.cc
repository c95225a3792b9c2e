#include "daemon/ingest/grpc_log.h"

#include <grpc/support/log.h>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/base/attributes.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/base/clock.h"
#include "daemon/base/line_budget.h"
#include "daemon/base/log.h"

namespace gmewatch {
namespace {

// gRPC has one log.
ABSL_CONST_INIT LineBudget budget(kGrpcLinesMax, kGrpcLinesTime);

void Log(gpr_log_func_args* args) {
  RealClock clock;
  const std::optional<uint64_t> missing = budget.Take(clock.Monotonic());
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
