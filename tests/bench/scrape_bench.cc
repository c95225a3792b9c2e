// The time of a scrape by the number of series: rendered and discarded, and fetched over loopback;
// beside it prometheus-cpp with the same series and the same text.
//
//   build/release/tests/bench/scrape_bench
#include <benchmark/benchmark.h>
#include <prometheus/counter.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/expose/admin_server.h"
#include "daemon/expose/gzip_writer.h"
#include "daemon/expose/metric_names.h"
#include "daemon/expose/metrics_page.h"
#include "tests/support/http_client.h"

namespace gmewatch {
namespace {

// The number of documented codes; each place has "other" too.
constexpr int32_t kCodes = 73;
constexpr int32_t kFirstCode = 1000;

std::string Region(int64_t i) { return absl::StrCat("region-", i % 50); }
std::string App(int64_t i) { return absl::StrCat("game-", i / 50); }

// Counters with about `series` series; counts have four to nine digits.
struct World {
  explicit World(int64_t series) {
    std::vector<CatalogCode> codes(kCodes);
    for (int32_t i = 0; i < kCodes; ++i) {
      codes[static_cast<size_t>(i)].value = kFirstCode + i;
      codes[static_cast<size_t>(i)].category = "client";
      counters.AddCode(kFirstCode + i, true);
    }
    page.SetCatalog(codes, {});
    const int64_t series_per_place = (kCodes + 1) * 3 + 7;
    for (int64_t i = 0; i * series_per_place < series; ++i) {
      PlaceCounters* place = counters.AddPlace({App(i), Region(i)}, true);
      for (size_t slot = 0; slot <= kCodes; ++slot) {
        place->mutable_cell(slot)->events.Add((static_cast<uint64_t>(i) * slot * 7919) % 999999999);
        place->mutable_cell(slot)->sessions.Add(static_cast<uint64_t>(i) * slot % 9999);
      }
    }
  }

  RealClock clock;
  Counters counters;
  MetricsPage page{counters,
                   clock,
                   [](const std::vector<Place>&, const std::vector<int32_t>&) {},
                   [] { return std::make_shared<const SpikeReport>(); },
                   [] { return std::make_shared<const SilenceReport>(); },
                   [] { return SelfStats(); }};
};

// Range 0: series; 1: whether the reader is a scraper that has been shown all counts, else a
// person.
void Render(benchmark::State& state) {
  World world(state.range(0));
  ScrapeRequest request;
  request.scrape_timeout = state.range(1) != 0 ? "5" : "";
  world.page.SetZeroFor(absl::ZeroDuration());
  size_t bytes = 0;
  for (auto iteration : state) {
    bytes = 0;
    const absl::Status status = world.page.Render(request, [&bytes](absl::string_view chunk) {
      bytes += chunk.size();
      return true;
    });
    if (!status.ok()) {
      state.SkipWithError("the scrape failed");
    }
  }
  state.counters["megabytes"] = static_cast<double>(bytes) / 1e6;
}
BENCHMARK(Render)->ArgsProduct({{100'000, 1'000'000}, {0, 1}})->Unit(benchmark::kMillisecond);

// A scrape of 1,024 places, compressed and discarded. Range 0: the level of zlib.
void Gzip(benchmark::State& state) {
  World world(234'000);
  size_t bytes = 0;
  for (auto iteration : state) {
    bytes = 0;
    const auto sink = [&bytes](absl::string_view chunk) {
      bytes += chunk.size();
      return true;
    };
    GzipWriter gzip(sink, static_cast<int>(state.range(0)));
    const absl::Status status =
        world.page.Render({}, [&gzip](absl::string_view chunk) { return gzip.Write(chunk); });
    if (!status.ok()) {
      state.SkipWithError("the scrape failed");
    }
  }
  state.counters["megabytes"] = static_cast<double>(bytes) / 1e6;
}
BENCHMARK(Gzip)->Arg(1)->Arg(2)->Arg(3)->Arg(6)->Arg(9)->Unit(benchmark::kMillisecond);

// Range 0: series; 1: whether with gzip.
void FetchOverLoopback(benchmark::State& state) {
  World world(state.range(0));
  AdminServerOptions options;
  options.address = "127.0.0.1:0";
  AdminServer server(
      options, world.clock,
      [&world](const ScrapeRequest& request, ChunkSink sink) {
        return world.page.Render(request, sink);
      },
      [] { return absl::OkStatus(); });
  if (!server.Start().ok()) {
    state.SkipWithError("no port");
    return;
  }
  size_t bytes = 0;
  for (auto iteration : state) {
    HttpConnection connection(server.address());
    connection.Send(absl::StrCat("GET /metrics HTTP/1.1\r\nHost: x\r\n",
                                 state.range(1) != 0 ? "Accept-Encoding: gzip\r\n" : "", "\r\n"));
    // The answer is not parsed, because the server is measured.
    bytes = 0;
    std::string end;
    while (!absl::EndsWith(end, "\r\n0\r\n\r\n")) {
      const absl::StatusOr<std::string> some = connection.ReadSome(size_t{256} << 10);
      if (!some.ok() || some->empty()) {
        state.SkipWithError("the answer ended early");
        break;
      }
      bytes += some->size();
      end = absl::StrCat(end, some->substr(some->size() - std::min<size_t>(some->size(), 16)));
      end.erase(0, end.size() - std::min<size_t>(end.size(), 16));
    }
  }
  state.counters["megabytes"] = static_cast<double>(bytes) / 1e6;
}
BENCHMARK(FetchOverLoopback)
    ->ArgsProduct({{100'000, 1'000'000}, {0, 1}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void PrometheusCpp(benchmark::State& state) {
  prometheus::Registry registry;
  const int64_t families = 3;
  for (const MetricInfo* metric : {&kErrorEvents, &kErrorSessions, &kErrorLateEvents}) {
    auto& family = prometheus::BuildCounter()
                       .Name(std::string(metric->name))
                       .Help(std::string(metric->help))
                       .Register(registry);
    for (int64_t i = 0; i * (kCodes + 1) * families < state.range(0); ++i) {
      for (int32_t code = 0; code <= kCodes; ++code) {
        family
            .Add({{"code", absl::StrCat(kFirstCode + code)},
                  {"category", "client"},
                  {"region", Region(i)},
                  {"app", App(i)}})
            .Increment(static_cast<double>(i * code * 7919 % 999999999));
      }
    }
  }
  size_t bytes = 0;
  for (auto iteration : state) {
    bytes = prometheus::TextSerializer().Serialize(registry.Collect()).size();
  }
  state.counters["megabytes"] = static_cast<double>(bytes) / 1e6;
}
BENCHMARK(PrometheusCpp)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gmewatch
