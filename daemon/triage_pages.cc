#include "daemon/triage_pages.h"

#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "daemon/base/log.h"
#include "daemon/model/limits.h"
#include "daemon/triage/code_page.h"
#include "daemon/triage/detector_answer.h"
#include "daemon/triage/home_page.h"
#include "daemon/triage/json.h"
#include "daemon/triage/page.h"
#include "daemon/triage/top_limit.h"

namespace gmewatch {
namespace {

// How often the counters are read without a request.
constexpr absl::Duration kInterval = absl::Seconds(10);
// A response has numbers of this age at most.
constexpr absl::Duration kFresh = absl::Seconds(1);

constexpr absl::string_view kCodePath = "/codes/";
constexpr absl::string_view kCodeJsonPath = "/api/v1/codes/";
constexpr absl::string_view kDetectorPath = "/api/v1/detector/";

AdminResponse Json(int status, std::string body) {
  AdminResponse response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

AdminResponse Html(int status, const Page& page) {
  const std::string nonce = NewNonce();
  AdminResponse response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.more_headers = PageHeaders(nonce);
  response.body = RenderPage(page, nonce);
  return response;
}

AdminResponse MovedTo(absl::string_view relative) {
  AdminResponse response;
  response.status = 308;
  response.more_headers = absl::StrCat("Location: ", relative, "\r\n");
  return response;
}

}  // namespace

TriagePages::TriagePages(const Counters& counters, Clock& clock, SpikesFn spikes, ExplainFn explain,
                         SilenceFn silence, RejectedFn rejected, StateFn state)
    : clock_(clock),
      spikes_(std::move(spikes)),
      explain_(std::move(explain)),
      silence_(std::move(silence)),
      rejected_(std::move(rejected)),
      state_(std::move(state)),
      start_(clock.Now()),
      memory_(counters, clock),
      documents_(std::make_shared<const Documents>(Documents{Catalog::Embedded(), {}})),
      task_([this] { return RunOnce(); }) {}

void TriagePages::SetCatalog(const Catalog& catalog, TriageLinks links) {
  auto next = std::make_shared<const Documents>(Documents{catalog, std::move(links)});
  absl::MutexLock lock(&mutex_);
  documents_.swap(next);
}

void TriagePages::Load(const std::string& saved, absl::Time time) {
  const absl::Status status = memory_.Load(saved);
  if (!status.ok()) {
    LogError("triage history reset: the saved one cannot be read",
             {{"error", std::string(status.message())}});
  }
  memory_.ReadCountersAsOf(time, rejected_(), absl::ZeroDuration());
}

void TriagePages::Replayed(uint64_t number, const Epoch& epoch,
                           const std::vector<Verdict>& verdicts, absl::Time time) {
  memory_.Observe(number, epoch, verdicts);
  if (!epoch.forget.empty()) memory_.Forget();
  memory_.ReadCountersAsOf(time, rejected_(), kInterval);
}

void TriagePages::Recovered(absl::Time time) {
  memory_.ReadCountersAsOf(time, rejected_(), absl::ZeroDuration());
}

void TriagePages::AddTo(AdminServer* server) {
  server->AddHandler("/", [this](const IncomingRequest&) {
    return Answer([](const Answers& answers) { return Html(200, HomePage(answers)); });
  });
  server->AddHandler("/codes", [](const IncomingRequest&) { return MovedTo("codes/"); });
  server->AddHandler(kCodePath,
                     [this](const IncomingRequest& request) { return CodeHtml(request); });
  server->AddHandler("/api/v1/top",
                     [this](const IncomingRequest& request) { return Top(request); });
  server->AddHandler("/api/v1/spikes", [this](const IncomingRequest&) {
    return Answer([](const Answers& answers) { return Json(200, JsonOf(answers.Spikes())); });
  });
  server->AddHandler(kCodeJsonPath,
                     [this](const IncomingRequest& request) { return CodeJson(request); });
  server->AddHandler(kDetectorPath,
                     [this](const IncomingRequest& request) { return DetectorJson(request); });
  server->AddHandler("/api/", [](const IncomingRequest&) {
    return Json(
        404,
        JsonError("unknown path; there are /api/v1/top, /api/v1/spikes, /api/v1/codes/CODE and "
                  "/api/v1/detector/CODE"));
  });
}

AdminResponse TriagePages::Top(const IncomingRequest& request) {
  const absl::StatusOr<size_t> limit = LimitOf(request.query);
  if (!limit.ok()) return Json(400, JsonError(limit.status().message()));
  return Answer([&](const Answers& answers) { return Json(200, JsonOf(answers.Top(*limit))); });
}

AdminResponse TriagePages::CodeHtml(const IncomingRequest& request) {
  const absl::string_view label = absl::StripPrefix(request.path, kCodePath);
  return Answer([&](const Answers& answers) {
    if (label.empty()) return Html(200, CodesPage(answers));
    const std::optional<Page> page = CodePage(answers, label);
    return page.has_value() ? Html(200, *page) : Html(404, NoSuchCodePage(answers, label));
  });
}

AdminResponse TriagePages::CodeJson(const IncomingRequest& request) {
  const absl::string_view label = absl::StripPrefix(request.path, kCodeJsonPath);
  return Answer([&](const Answers& answers) {
    const std::optional<v1::CodeResponse> code = answers.Code(label);
    if (code.has_value()) return Json(200, JsonOf(*code));
    return Json(404, JsonError(absl::StrCat("\"", absl::CHexEscape(label),
                                            "\" is neither a code of the catalogue nor one "
                                            "that was reported; /api/v1/top lists these")));
  });
}

AdminResponse TriagePages::DetectorJson(const IncomingRequest& request) {
  const absl::string_view label = absl::StripPrefix(request.path, kDetectorPath);
  const bool other = label == kOtherLabel;
  int32_t code = 0;
  std::optional<ExplainedCode> explained;
  if (other || absl::SimpleAtoi(label, &code)) explained = explain_(code, other);
  if (explained.has_value()) return Json(200, JsonOf(DetectorAnswer(label, *explained)));
  return Json(404, JsonError(absl::StrCat("\"", absl::CHexEscape(label),
                                          "\" is neither a code of the catalogue nor one that was "
                                          "reported; /api/v1/top lists these")));
}

AdminResponse TriagePages::Answer(AnswerFn answer) {
  DaemonState state = state_();
  state.running_since = start_;
  const SpikeSnapshot spikes = spikes_();
  const SilenceSnapshot silence = silence_();
  // A read of the counters ends the recovery of the history.
  if (started_ || memory_.time() == absl::InfinitePast()) {
    memory_.ReadCounters(rejected_(), kFresh);
  }
  const absl::Time now = memory_.time();
  std::shared_ptr<const Documents> documents;
  {
    absl::MutexLock lock(&mutex_);
    documents = documents_;
  }
  return answer(Answers(now, documents->catalog, documents->links, *spikes, memory_,
                        TrustOf(state, memory_.Recent(), now), *silence));
}

void TriagePages::Start() {
  started_ = true;
  memory_.ReadCounters(rejected_(), absl::ZeroDuration());
  task_.Start();
}

void TriagePages::Stop() { task_.Stop(); }

absl::Duration TriagePages::RunOnce() {
  memory_.ReadCounters(rejected_(), kFresh);
  return kInterval - (clock_.Now() - absl::UnixEpoch()) % kInterval;
}

}  // namespace gmewatch
