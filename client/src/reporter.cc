#include "gmewatch/reporter.h"

#include <algorithm>
#include <utility>

#include "client/src/reporter_impl.h"

namespace gmewatch {
namespace {

// A year stands for longer deadlines, which would overflow a clock.
absl::Duration Bounded(std::chrono::milliseconds deadline) {
  return std::clamp(absl::FromChrono(deadline), absl::ZeroDuration(), absl::Hours(24 * 365));
}

}  // namespace

Reporter::Reporter(ReporterOptions options) : impl_(std::make_shared<Impl>(std::move(options))) {
  Impl::Start(impl_);
}

Reporter::~Reporter() { Stop(std::chrono::milliseconds(0)); }

void Reporter::Report(int32_t code, uint32_t count) noexcept { impl_->Report(code, count); }

void Reporter::Detail(int32_t code, const char* operation, int64_t underlying_code) noexcept {
  impl_->Detail(code, operation, underlying_code);
}

bool Reporter::SetKey(std::string key) { return impl_->SetKey(std::move(key)); }

bool Reporter::Flush(std::chrono::milliseconds deadline) { return impl_->Flush(Bounded(deadline)); }

bool Reporter::Stop(std::chrono::milliseconds deadline) { return impl_->Stop(Bounded(deadline)); }

ReporterStats Reporter::Stats() const { return impl_->Stats(); }

const std::string& Reporter::error() const { return impl_->error(); }

bool Reporter::is_counting() const noexcept { return impl_->is_counting(); }

}  // namespace gmewatch
