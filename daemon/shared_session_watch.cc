#include "daemon/shared_session_watch.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "daemon/base/log.h"

namespace gmewatch {
namespace {

// An honest sender gets here if the answers of as many batches in succession are lost.
constexpr uint32_t kRunLength = 5;
// Duplicates closer together are what a stream sends again after an interruption.
constexpr int64_t kApartMs = 1000;
// A run that pauses for longer is over.
constexpr int64_t kPauseMs = 600'000;
constexpr int64_t kWarnEveryMs = 600'000;

}  // namespace

void SharedSessionWatch::Observe(const Epoch& epoch, const std::vector<Verdict>& verdicts) {
  // Nearly all epochs have no duplicate.
  if (std::find(verdicts.begin(), verdicts.end(), Verdict::kDuplicate) == verdicts.end()) return;
  const int64_t now_ms = epoch.steady_ms != 0 ? epoch.steady_ms : epoch.time_ms;
  BatchView batch;
  size_t offset = 0;
  for (size_t i = 0; i < verdicts.size() && epoch.Next(&offset, &batch); ++i) {
    if (verdicts[i] == Verdict::kDuplicate) Note(batch, epoch, now_ms);
  }
}

void SharedSessionWatch::Note(const BatchView& batch, const Epoch& epoch, int64_t now_ms) {
  Run& run = runs_[SpreadOf(batch.header.session) % runs_.size()];
  const int64_t passed_ms = now_ms - run.at_ms;
  const bool follows = run.length > 0 && run.session == batch.header.session &&
                       batch.header.sequence == run.sequence + 1 && passed_ms <= kPauseMs;
  if (!follows) {
    // A retry of the same number keeps the run.
    if (run.session == batch.header.session && batch.header.sequence == run.sequence) return;
    run = {batch.header.session, batch.header.sequence, now_ms, 1};
    return;
  }
  run.sequence = batch.header.sequence;
  if (passed_ms < kApartMs) return;
  run.at_ms = now_ms;
  if (++run.length != kRunLength) return;
  sessions_.fetch_add(1, std::memory_order_relaxed);
  Warn(epoch.origins()[batch.header.origin], now_ms);
}

void SharedSessionWatch::Warn(const Origin& origin, int64_t now_ms) {
  if (warned_ms_.has_value() && now_ms - *warned_ms_ < kWarnEveryMs) return;
  warned_ms_ = now_ms;
  LogWarning(
      "batches of a session are duplicates one after the other and are not counted: two senders "
      "share its id (a copied process or machine, or ids that are not random), or its answers get "
      "lost",
      {{"app", origin.app},
       {"region", origin.region},
       {"platform", origin.platform},
       {"app_version", origin.app_version},
       {"shared_sessions", absl::StrCat(sessions())}});
}

}  // namespace gmewatch
