// allow(length): one class, and each promise has a short test
#include "daemon/expose/gme_families.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/notification.h"
#include "tests/daemon/expose/exposition.h"

namespace gmewatch {
namespace {

using ::testing::IsEmpty;

std::vector<CatalogCode> TwoCodes() {
  CatalogCode a;
  a.value = 1005;
  a.name = "AV_ERR_NOT_IMPLEMENTED";
  a.category = "client";
  a.severity = "error";
  a.action = "fix_app";
  a.solution = "Call \"Init\" first.\nThen C:\\log.";
  CatalogCode b;
  b.value = -7;
  b.name = "B";
  b.category = "voice_message";
  b.subcategory = "upload";
  b.severity = "warning";
  b.action = "none";
  b.solution = std::string(511, 'x') + "语";
  return {a, b};
}

class GmeFamiliesTest : public testing::Test {
 protected:
  // What a scraper sees that comes for the first time.
  ScrapeView View() {
    const auto nothing = [](const std::vector<Place>&, const std::vector<int32_t>&) {};
    return ZeroFirst(counters_, clock_, nothing).Begin(1);
  }

  std::string RenderText() {
    std::string text;
    const auto sink = [&text](absl::string_view chunk) {
      text.append(chunk.data(), chunk.size());
      return true;
    };
    ChunkWriter out(sink);
    families_.Render(View(), /*open_metrics=*/false, &out);
    EXPECT_TRUE(out.Finish());
    return text;
  }

  std::vector<ExposedFamily> Render() {
    absl::StatusOr<std::vector<ExposedFamily>> parsed = ParseExposition(RenderText());
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    return parsed.ok() ? *std::move(parsed) : std::vector<ExposedFamily>();
  }

  Counters counters_;
  ManualClock clock_{absl::UnixEpoch()};
  GmeFamilies families_{counters_};
};

TEST_F(GmeFamiliesTest, ShowsEveryCountUnderItsLabels) {
  families_.SetCatalog(TwoCodes(), {});
  const size_t known = counters_.AddCode(1005, true);
  const size_t unknown = counters_.AddCode(424242, true);
  PlaceCounters* place = counters_.AddPlace({"demo", "eu"}, true);
  place->mutable_cell(known)->events.Add(3);
  place->mutable_cell(known)->sessions.Add(2);
  place->mutable_cell(known)->late.Add(1);
  place->mutable_cell(unknown)->events.Add(4);
  place->mutable_cell(kOtherSlot)->events.Add(5);
  place->mutable_success()->Add(6);
  place->mutable_sessions()->Add(7);
  place->mutable_lost(2)->Add(8);

  const std::vector<ExposedFamily> families = Render();
  const std::map<std::string, std::string> labels = {
      {"code", "1005"}, {"category", "client"}, {"region", "eu"}, {"app", "demo"}};
  EXPECT_EQ(SumOf(families, "gme_error_events_total", labels), 3);
  EXPECT_EQ(SumOf(families, "gme_error_sessions_total", labels), 2);
  EXPECT_EQ(SumOf(families, "gme_error_late_events_total", labels), 1);
  EXPECT_EQ(
      SumOf(families, "gme_error_events_total", {{"code", "424242"}, {"category", "unknown"}}), 4);
  EXPECT_EQ(SumOf(families, "gme_error_events_total", {{"code", "other"}, {"category", "unknown"}}),
            5);
  EXPECT_EQ(SumOf(families, "gme_success_events_total", {{"region", "eu"}, {"app", "demo"}}), 6);
  EXPECT_EQ(SumOf(families, "gme_sessions_total", {{"region", "eu"}, {"app", "demo"}}), 7);
  EXPECT_EQ(SumOf(families, "gme_client_lost_events_total", {{"reason", "expired"}}), 8);
  EXPECT_EQ(SumOf(families, "gme_client_lost_events_total"), 8);
}

TEST_F(GmeFamiliesTest, SumsToTheTotals) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  families_.SetCatalog(TwoCodes(), {});
  for (int32_t code = 1; code < 12; ++code) {
    counters_.AddCode(code * 37, true);
  }
  double events = 0;
  double lost = 0;
  for (int i = 0; i < 1500; ++i) {  // more than one block of rows
    PlaceCounters* place =
        counters_.AddPlace({absl::StrCat("app", i % 40), absl::StrCat("region", i)}, true);
    for (size_t slot = 0; slot < counters_.codes(); slot += 1 + random() % 3) {
      const uint64_t n = random() % 100000;
      place->mutable_cell(slot)->events.Add(n);
      events += static_cast<double>(n);
    }
    const uint64_t n = random() % 1000;
    place->mutable_lost(random() % kLossReasons)->Add(n);
    lost += static_cast<double>(n);
  }
  const std::vector<ExposedFamily> families = Render();
  EXPECT_EQ(SumOf(families, "gme_error_events_total"), events);
  EXPECT_EQ(SumOf(families, "gme_client_lost_events_total"), lost);
  uint64_t series = 0;
  for (const ExposedFamily& family : families) {
    series += family.type == "counter" ? family.samples.size() : 0;
  }
  EXPECT_EQ(series, GmeFamilies::SeriesCount(View()));
}

// The numbers for sample_limit and body_size_limit in deploy/README.md.
TEST_F(GmeFamiliesTest, AFullTableStaysBelowTheDocumentedLimits) {
  constexpr int kDocumentedCodes = 73;
  constexpr int kPairs = 1024;
  for (int32_t code = 0; code < kDocumentedCodes + static_cast<int32_t>(kUnknownCodesMax); ++code) {
    counters_.AddCode(10'000 + code, true);
  }
  for (int i = 0; i < kPairs; ++i) {
    PlaceCounters* place = counters_.AddPlace(
        {absl::StrFormat("a-game-with-%04d", i), absl::StrFormat("region-of-%05d!", i)}, true);
    for (size_t slot = 0; slot < counters_.codes(); ++slot) {
      place->mutable_cell(slot)->events.Add(1'000'000'000);
    }
  }
  EXPECT_EQ(GmeFamilies::SeriesCount(View()), 431'104U);
  EXPECT_LT(RenderText().size(), size_t{64} << 20);
}

TEST_F(GmeFamiliesTest, ShowsACellOnlyWhereRowAndColumnAreShown) {
  const size_t hidden_code = counters_.AddCode(7, false);
  const size_t shown_code = counters_.AddCode(8, true);
  PlaceCounters* hidden = counters_.AddPlace({"demo", "new"}, false);
  PlaceCounters* shown = counters_.AddPlace({"demo", "old"}, true);
  for (PlaceCounters* place : {hidden, shown}) {
    place->mutable_cell(hidden_code)->events.Add(1);
    place->mutable_cell(shown_code)->events.Add(1);
    place->mutable_cell(shown_code)->late.Add(1);
    place->mutable_success()->Add(1);
    place->mutable_sessions()->Add(1);
    place->mutable_lost(0)->Add(1);
  }
  const auto check = [this](const std::string& region, const std::string& code, double expected) {
    const std::vector<ExposedFamily> families = Render();
    EXPECT_EQ(SumOf(families, "gme_error_events_total", {{"region", region}, {"code", code}}),
              expected)
        << region << " " << code;
  };
  check("old", "8", 1);
  check("old", "7", 0);
  check("new", "8", 0);
  check("new", "7", 0);
  std::vector<ExposedFamily> families = Render();
  for (const char* name : {"gme_error_late_events_total", "gme_success_events_total",
                           "gme_sessions_total", "gme_client_lost_events_total"}) {
    EXPECT_EQ(SumOf(families, name, {{"region", "old"}}), 1) << name;
    EXPECT_EQ(SumOf(families, name, {{"region", "new"}}), 0) << name;
  }
  hidden->Show();
  check("new", "8", 1);
  check("new", "7", 0);
  counters_.ShowCode(hidden_code);
  check("new", "7", 1);
  check("old", "7", 1);
}

TEST_F(GmeFamiliesTest, KeepsHostileNamesInsideTheirLabels) {
  const std::vector<Place> places = {
      {"a\",code=\"1\"} 5\n# HELP x", "\\"},
      {"\n", "\""},
      {"语音", "{}"},
      {"bad\x80utf", "eu"},
  };
  for (const Place& place : places) {
    counters_.AddPlace(place, true)->mutable_success()->Add(9);
  }
  const std::vector<ExposedFamily> families = Render();
  for (const Place& place : places) {
    const std::string app = place.app == "bad\x80utf" ? "bad\xEF\xBF\xBDutf" : place.app;
    EXPECT_EQ(SumOf(families, "gme_success_events_total", {{"region", place.region}, {"app", app}}),
              9);
  }
}

TEST_F(GmeFamiliesTest, ShowsTheTextsOfTheCatalogue) {
  families_.SetCatalog(TwoCodes(), {"https://watch.example/", false});
  const std::vector<ExposedFamily> families = Render();
  EXPECT_EQ(SumOf(families, "gme_error_code_info",
                  {{"code", "-7"},
                   {"name", "B"},
                   {"category", "voice_message"},
                   {"subcategory", "upload"},
                   {"severity", "warning"},
                   {"action", "none"}}),
            1);
  EXPECT_EQ(SumOf(families, "gme_error_code_solution_info",
                  {{"code", "1005"},
                   {"name", "AV_ERR_NOT_IMPLEMENTED"},
                   {"category", "client"},
                   {"solution", "Call \"Init\" first.\nThen C:\\log."},
                   {"runbook_url", "https://watch.example/codes/1005"}}),
            1);
  // The text has 511 bytes and a character of three bytes; it is cut before the character.
  EXPECT_EQ(SumOf(families, "gme_error_code_solution_info",
                  {{"code", "-7"}, {"solution", std::string(511, 'x')}}),
            1);
}

TEST_F(GmeFamiliesTest, ACodeOfAnOverlayIsShownOnceItCounts) {
  std::vector<CatalogCode> codes = TwoCodes();
  codes[0].sdk_note = "From SDK 3.0 on, 1005 means C: Ask.";
  codes[1].overlay = "game.yaml";
  families_.SetCatalog(codes, {"https://watch.example/", false});
  counters_.AddCode(1005, true);
  EXPECT_EQ(SumOf(Render(), "gme_error_code_info"), 1);
  EXPECT_EQ(SumOf(Render(), "gme_error_code_solution_info",
                  {{"solution",
                    "Call \"Init\" first.\nThen C:\\log. From SDK 3.0 on, 1005 means C: Ask."}}),
            1);
  counters_.AddCode(-7, true);
  const std::vector<ExposedFamily> families = Render();
  EXPECT_EQ(SumOf(families, "gme_error_code_info", {{"code", "-7"}}), 1);
  EXPECT_EQ(SumOf(families, "gme_error_code_solution_info"), 2);
}

TEST_F(GmeFamiliesTest, TakesANewCatalogueAtRunTime) {
  counters_.AddCode(1005, true);
  counters_.AddPlace({"demo", "eu"}, true)->mutable_cell(1)->events.Add(3);
  EXPECT_EQ(SumOf(Render(), "gme_error_events_total", {{"category", "unknown"}, {"code", "1005"}}),
            3);
  families_.SetCatalog(TwoCodes(), {"", true});
  const std::vector<ExposedFamily> families = Render();
  EXPECT_EQ(SumOf(families, "gme_error_events_total", {{"category", "client"}, {"code", "1005"}}),
            3);
  EXPECT_TRUE(std::isnan(SumOf(families, "gme_error_code_solution_info"))) << "it was turned off";
  EXPECT_EQ(SumOf(families, "gme_error_code_info"), 2);
  families_.SetCatalog({}, {});
  EXPECT_EQ(SumOf(Render(), "gme_error_events_total", {{"category", "unknown"}, {"code", "1005"}}),
            3);
}

// The counters of a scrape, each with a distinct key.
std::map<std::string, double> CountersOf(const std::vector<ExposedFamily>& families) {
  std::map<std::string, double> counters;
  for (const ExposedFamily& family : families) {
    for (const ExposedSample& sample : family.samples) {
      if (family.type == "counter") {
        counters[absl::StrCat(sample.name, " ", sample.Label("code"), " ", sample.Label("reason"),
                              " ", sample.Label("region"))] = sample.value;
      }
    }
  }
  return counters;
}

// The first counter that is missing or has decreased; empty if none has.
std::string GoneBack(const std::map<std::string, double>& before,
                     const std::map<std::string, double>& after) {
  for (const auto& [series, value] : before) {
    const auto found = after.find(series);
    if (found == after.end() || found->second < value) return series;
  }
  return "";
}

// Step `i` of a writer that counts and sometimes adds a column or a row.
void CountSomething(int32_t i, Counters* counters) {
  if (i % 16 == 0 && counters->codes() < 32) counters->AddCode(i, true);
  if (counters->places() < 64 || (i % 64 == 0 && counters->places() < 128)) {
    counters->AddPlace({"demo", absl::StrCat("region", i)}, true);
  }
  PlaceCounters* place = counters->mutable_place(static_cast<size_t>(i) % counters->places());
  place->mutable_cell(static_cast<size_t>(i) % counters->codes())->events.Add(1);
  place->mutable_success()->Add(1);
}

TEST_F(GmeFamiliesTest, NeverGoesBackWhileCountsAreAdded) {
  std::atomic<bool> stop{false};
  absl::Notification writing;
  std::thread writer([&] {
    for (int32_t i = 1; !stop.load(); ++i) {
      CountSomething(i, &counters_);
      if (i == 1000) writing.Notify();
    }
  });
  std::thread reloader([this, &stop] {
    while (!stop.load()) {
      families_.SetCatalog(TwoCodes(), {});
    }
  });
  writing.WaitForNotification();
  const std::map<std::string, double> first = CountersOf(Render());
  std::map<std::string, double> last = first;
  // Also until a scrape has seen new counts of the writer.
  for (int scrape = 0; scrape < 4 || last == first; ++scrape) {
    std::map<std::string, double> now = CountersOf(Render());
    EXPECT_EQ(GoneBack(last, now), "");
    last = std::move(now);
  }
  stop = true;
  writer.join();
  reloader.join();
  EXPECT_GT(last.size(), 100U);
}

TEST_F(GmeFamiliesTest, HasHelpAndTypeWithoutAnyPlace) {
  const std::vector<ExposedFamily> families = Render();
  EXPECT_EQ(families.size(), 6U);
  for (const ExposedFamily& family : families) {
    EXPECT_EQ(family.type, "counter");
    EXPECT_THAT(family.samples, IsEmpty());
  }
}

}  // namespace
}  // namespace gmewatch
