#include "daemon/annotate/annotation_pusher.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/log.h"
#include "daemon/base/text_file.h"
#include "daemon/base/version.h"

namespace gmewatch {
namespace {

constexpr size_t kTokenBytesMax = 4096;
constexpr size_t kResponseBytesMax = size_t{1} << 20;
constexpr size_t kShownBytesMax = 200;  // of a response in a log line

// The path of `url`, without the host; empty if it has none.
std::string PathOf(absl::string_view url) {
  const size_t host = url.find("://");
  const size_t path = host == absl::string_view::npos ? host : url.find('/', host + 3);
  return path == absl::string_view::npos ? "" : std::string(url.substr(path));
}

AnnotateFailure FailureOf(const absl::Status& status) {
  if (absl::IsDeadlineExceeded(status)) return AnnotateFailure::kTimeout;
  if (absl::IsOutOfRange(status)) return AnnotateFailure::kBadAnswer;
  return AnnotateFailure::kUnreachable;
}

}  // namespace

AnnotationPusher::AnnotationPusher(Clock& clock, SpikesFn spikes, uint32_t seed, PushTiming timing)
    : clock_(clock),
      spikes_(std::move(spikes)),
      timing_(timing),
      session_({.user_agent = absl::StrCat("gmewatchd/", Version()),
                .deadline = timing.deadline,
                .response_bytes_max = kResponseBytesMax}),
      backoff_(timing.first_pause, timing.longest_pause, seed),
      task_([this] { return RunOnce(); }) {}

AnnotationPusher::~AnnotationPusher() { Stop(); }

void AnnotationPusher::Use(const internal::Annotations& settings, const Catalog& catalog,
                           const std::string& public_url) {
  {
    absl::MutexLock lock(&mutex_);
    next_ = Given{settings, catalog, {public_url, PathOf(settings.grafana_url())}};
  }
  task_.Wake();
}

void AnnotationPusher::Start() { task_.Start(); }

void AnnotationPusher::Stop() {
  session_.Interrupt();
  task_.Stop();
}

absl::Duration AnnotationPusher::RunOnce() {
  if (!ApplySettings()) return absl::InfiniteDuration();
  if (pushes_ != nullptr && !pushes_()) {
    paused_ = true;
    return timing_.poll;
  }
  // The other one may have pushed what this one has not: search for everything again.
  if (std::exchange(paused_, false)) {
    planner_.Forget();
    report_time_s_ = 0;
  }
  TakeReport();
  const std::optional<PlannedRequest> planned = planner_.Next();
  absl::Duration wait = timing_.poll;
  if (planned.has_value()) {
    if (clock_.Monotonic() >= not_before_) Carry(*planned);
    wait = std::min(wait, std::max(not_before_ - clock_.Monotonic(), absl::ZeroDuration()));
  }
  UpdateQueue();
  return wait;
}

bool AnnotationPusher::ApplySettings() {
  std::optional<Given> next;
  {
    absl::MutexLock lock(&mutex_);
    next = std::exchange(next_, std::nullopt);
  }
  if (next.has_value()) {
    given_ = std::move(next);
    token_.clear();
    not_before_ = absl::ZeroDuration();
    // It may be another Grafana, or the same one with its faults fixed: search for everything
    // again.
    planner_.Forget();
    if (given_->settings.grafana_url().empty()) planner_ = Planner();
    report_time_s_ = 0;
    UpdateQueue();
  }
  return given_.has_value() && !given_->settings.grafana_url().empty();
}

void AnnotationPusher::TakeReport() {
  const SpikeSnapshot report = spikes_();
  if (report->time_s == report_time_s_) return;
  report_time_s_ = report->time_s;
  const Planner::GivenUp given_up = planner_.Take(*report);
  Count(AnnotateFailure::kNoRoom, given_up.no_room);
  Count(AnnotateFailure::kExpired, given_up.expired);
}

absl::Status AnnotationPusher::ReadToken() {
  const absl::StatusOr<std::string> text =
      ReadSecretFile(given_->settings.token_file(), kTokenBytesMax);
  if (!text.ok()) return text.status();
  const absl::string_view token = absl::StripAsciiWhitespace(*text);
  // Other characters could end the header that contains it.
  if (token.empty() || !absl::c_all_of(token, [](char c) { return c > ' ' && c <= '~'; })) {
    return absl::InvalidArgumentError(
        absl::StrCat(given_->settings.token_file(),
                     ": contains no token; allowed: printable ASCII characters without spaces"));
  }
  token_ = std::string(token);
  return absl::OkStatus();
}

GrafanaRequest AnnotationPusher::RequestFor(const PlannedRequest& planned) const {
  const SpikePlace& where = planned.spike.spike.where;
  if (planned.kind == PlannedRequest::Kind::kFind) {
    return FindRequest(PlaceTag(where), planned.from_ms, planned.to_ms);
  }
  const CatalogCode* code =
      where.other_code ? nullptr : given_->catalog.Find(where.code, where.place.app);
  Annotation annotation = AnnotationFor(planned.spike, code, given_->links);
  if (planned.kind == PlannedRequest::Kind::kCreate) return CreateRequest(annotation);
  // The stored text has rates that this process has not seen; it stays.
  if (!planned.spike.spike.active && !planned.spike.height_known) annotation.text.clear();
  return UpdateRequest(planned.id, annotation);
}

void AnnotationPusher::Carry(const PlannedRequest& planned) {
  if (token_.empty()) {
    const absl::Status status = ReadToken();
    if (!status.ok()) {
      Fail(AnnotateFailure::kNoToken, status.message(), false);
      return;
    }
  }
  const internal::Annotations& settings = given_->settings;
  GrafanaRequest request = RequestFor(planned);
  const absl::StatusOr<HttpResponse> response =
      session_.Send({.method = std::move(request.method),
                     .url = settings.grafana_url() + request.path,
                     .body = std::move(request.body),
                     .token = token_,
                     .ca_file = settings.ca_file()});
  if (absl::IsCancelled(response.status())) return;
  const bool creates = planned.kind == PlannedRequest::Kind::kCreate;
  if (!response.ok()) {
    Fail(FailureOf(response.status()), response.status().message(), creates);
    return;
  }
  const std::optional<AnnotateFailure> failure = FailureOf(response->status);
  if (failure.has_value()) {
    if (*failure == AnnotateFailure::kUnauthorized) {
      const std::string old = std::exchange(token_, "");
      // The file has another token by now: try that before anything is counted as failed.
      if (ReadToken().ok() && token_ != old) return;
    }
    const bool unknown =
        *failure == AnnotateFailure::kServerError || *failure == AnnotateFailure::kBadAnswer;
    Fail(*failure,
         absl::StrCat("status ", response->status, ": ", response->body.substr(0, kShownBytesMax)),
         creates && unknown);
    return;
  }
  const absl::Status status = TakeResponse(planned, response->body);
  if (!status.ok()) Fail(AnnotateFailure::kBadAnswer, status.message(), creates);
}

absl::Status AnnotationPusher::TakeResponse(const PlannedRequest& planned,
                                            const std::string& body) {
  switch (planned.kind) {
    case PlannedRequest::Kind::kFind: {
      const absl::StatusOr<std::vector<Annotation>> found = ParseFound(body);
      if (!found.ok()) return found.status();
      // If nothing was found, success shows only with the POST that follows.
      if (planner_.Found(*found)) Succeed();
      return absl::OkStatus();
    }
    case PlannedRequest::Kind::kCreate: {
      const absl::StatusOr<int64_t> id = ParseCreated(body);
      if (!id.ok()) return id.status();
      planner_.Created(*id);
      break;
    }
    case PlannedRequest::Kind::kUpdate:
      planner_.Updated();
      break;
  }
  Succeed();
  absl::MutexLock lock(&mutex_);
  ++(planned.kind == PlannedRequest::Kind::kCreate ? stats_.created : stats_.updated);
  return absl::OkStatus();
}

void AnnotationPusher::Fail(AnnotateFailure failure, absl::string_view why, bool may_be_done) {
  Count(failure, 1);
  if (last_failure_ != failure) {
    LogError("annotations cannot be pushed to Grafana",
             {{"reason", std::string(AnnotateFailureLabel(failure))}, {"error", std::string(why)}});
  }
  last_failure_ = failure;
  if (failure == AnnotateFailure::kRejected) {
    planner_.Rejected();
    return;
  }
  planner_.Failed();
  absl::Duration pause = backoff_.Next();
  if (may_be_done) pause = std::max(pause, kPostGrace);
  not_before_ = clock_.Monotonic() + pause;
}

void AnnotationPusher::Succeed() {
  backoff_.Reset();
  if (!std::exchange(last_failure_, std::nullopt).has_value()) return;
  LogInfo("annotations reach Grafana again");
}

void AnnotationPusher::Count(AnnotateFailure failure, uint64_t times) {
  absl::MutexLock lock(&mutex_);
  stats_.failures[static_cast<size_t>(failure)] += times;
}

void AnnotationPusher::UpdateQueue() {
  absl::MutexLock lock(&mutex_);
  stats_.queue = planner_.waiting();
}

AnnotateStats AnnotationPusher::stats() const {
  absl::MutexLock lock(&mutex_);
  return stats_;
}

}  // namespace gmewatch
