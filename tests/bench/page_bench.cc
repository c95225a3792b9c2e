// The time of an answer of the triage page, from the numbers to the last byte: 127 codes, each seen
// in 100 (app, region) pairs and 40 versions, and an incident of ten codes in four places. Beside
// it the read of the counters that comes before, once a second at most.
//
//   build/release/tests/bench/page_bench
#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/triage/answers.h"
#include "daemon/triage/code_page.h"
#include "daemon/triage/home_page.h"
#include "daemon/triage/json.h"
#include "daemon/triage/page.h"
#include "daemon/triage/top_limit.h"
#include "tests/daemon/triage/counted_world.h"

namespace gmewatch {
namespace {

constexpr size_t kCodes = 127;
constexpr int32_t kFirstUnknownCode = 700'000;

// An hour and ten minutes in which every code is reported all the time.
class BusyWorld {
 public:
  BusyWorld() {
    for (const CatalogCode& code : world_.catalog.codes()) codes_.push_back(code.value);
    for (int32_t code = kFirstUnknownCode; codes_.size() < kCodes; ++code) codes_.push_back(code);
    for (int minute = 0; minute < 70; ++minute) {
      for (int sender = 0; sender < 100; ++sender) Report((minute * 100 + sender) % 400);
      world_.Pass(absl::Minutes(1));
    }
    AddIncident();
  }

  Answers Now() {
    return {world_.clock.Now(), world_.catalog, links_, spikes_, world_.memory, v1::Trust()};
  }
  CountedWorld& world() { return world_; }

 private:
  void Report(int sender) {
    std::vector<Entry> entries;
    for (size_t i = 0; i < codes_.size(); ++i) {
      entries.push_back(
          {codes_[i], static_cast<uint32_t>(1 + (static_cast<size_t>(sender) + i) % 50)});
    }
    world_.Count(CountedWorld::From(absl::StrCat("game-", sender % 20),
                                    absl::StrCat("region-", sender / 20 % 5),
                                    absl::StrCat("1.", sender / 10)),
                 std::move(entries));
  }
  void AddIncident() {
    Incident& incident = spikes_.incidents.emplace_back();
    incident.active = true;
    incident.start_s = kWorldStart;
    incident.place = {"all", "all"};
    incident.cause_code = codes_[0];
    for (size_t i = 0; i < 10; ++i) {
      for (int region = 0; region < 4; ++region) {
        incident.members.push_back({codes_[i], false, {"all", absl::StrCat("region-", region)}});
        spikes_.spikes.push_back({.where = incident.members.back(),
                                  .active = true,
                                  .start_s = kWorldStart,
                                  .expected_rate = 1,
                                  .observed_rate = 20});
      }
    }
    for (const int32_t code : codes_) spikes_.expected.push_back({code, false, 10});
  }

  CountedWorld world_;
  std::vector<int32_t> codes_;
  SpikeReport spikes_;
  const TriageLinks links_{"http://127.0.0.1:9747", "http://grafana", "http://prometheus"};
};

BusyWorld& World() {
  static auto* const world = new BusyWorld;
  return *world;
}

// Measures `answer`, which returns a text.
template <typename AnswerFn>
void Run(benchmark::State& state, AnswerFn answer) {
  BusyWorld& world = World();
  size_t bytes = 0;
  for (auto iteration : state) bytes = answer(world.Now()).size();
  if (bytes < 1000) state.SkipWithError("the answer is empty");
  state.counters["kilobytes"] = static_cast<double>(bytes) / 1e3;
}
std::string Html(const Page& page) { return RenderPage(page, NewNonce()); }

void HomePageHtml(benchmark::State& state) {
  Run(state, [](const Answers& answers) { return Html(HomePage(answers)); });
}
BENCHMARK(HomePageHtml)->Unit(benchmark::kMicrosecond);

void AllCodesHtml(benchmark::State& state) {
  Run(state, [](const Answers& answers) { return Html(CodesPage(answers)); });
}
BENCHMARK(AllCodesHtml)->Unit(benchmark::kMicrosecond);

void CodePageHtml(benchmark::State& state) {
  Run(state, [](const Answers& answers) { return Html(CodePage(answers, "1005").value()); });
}
BENCHMARK(CodePageHtml)->Unit(benchmark::kMicrosecond);

void SpikesJson(benchmark::State& state) {
  Run(state, [](const Answers& answers) { return JsonOf(answers.Spikes()); });
}
BENCHMARK(SpikesJson)->Unit(benchmark::kMicrosecond);

void TopJson(benchmark::State& state) {
  Run(state, [](const Answers& answers) { return JsonOf(answers.Top(kTopMax)); });
}
BENCHMARK(TopJson)->Unit(benchmark::kMicrosecond);

void CodeJson(benchmark::State& state) {
  Run(state, [](const Answers& answers) { return JsonOf(answers.Code("1005").value()); });
}
BENCHMARK(CodeJson)->Unit(benchmark::kMicrosecond);

void ReadCounters(benchmark::State& state) {
  CountedWorld& world = World().world();
  for (auto iteration : state) world.Read();
}
BENCHMARK(ReadCounters)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace gmewatch
