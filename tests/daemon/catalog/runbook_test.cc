#include "daemon/catalog/runbook.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/expose/metric_names.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Catalog& Embedded() {
  static const Catalog* const catalog = new Catalog(Catalog::Embedded());
  return *catalog;
}

const CatalogCode& Code(int32_t value) { return *Embedded().Find(value); }
Runbook Of(int32_t value) { return RunbookFor(Code(value), Embedded()); }

// The texts that are our own.
std::string OwnWords(const Runbook& runbook) {
  return absl::StrCat(runbook.impact, "\n", absl::StrJoin(runbook.steps, "\n"), "\n", runbook.who);
}

// Metric names of the daemon in a text.
std::set<std::string> MetricsIn(const std::string& text) {
  std::set<std::string> out;
  const auto is_of_name = [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) || c == '_';
  };
  for (size_t at = text.find("gme"); at != std::string::npos; at = text.find("gme", at)) {
    const auto end =
        std::find_if_not(text.begin() + static_cast<ptrdiff_t>(at), text.end(), is_of_name);
    const std::string name(text.begin() + static_cast<ptrdiff_t>(at), end);
    if (name.starts_with("gme_") || name.starts_with("gmewatch_")) out.insert(name);
    at += name.size();
  }
  return out;
}

// What promtool reports for a rule file in which each query is a rule; empty if it has no error.
std::string PromtoolFault(const std::vector<std::string>& queries) {
  std::string rules = "groups:\n- name: runbook\n  rules:\n";
  for (size_t i = 0; i < queries.size(); ++i) {
    absl::StrAppend(&rules, "  - record: query:", i, "\n    expr: |-\n      ", queries[i], "\n");
  }
  const TempDir dir;
  const std::string file = dir.Write("rules.yml", rules);
  const std::string command =
      absl::StrCat(std::string(GMEWATCH_PROMTOOL), " check rules '", file, "' 2>&1");
  std::FILE* pipe = popen(command.c_str(), "r");
  std::string said;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said += static_cast<char>(c);
  const int status = pclose(pipe);
  return status == 0 ? "" : said;
}

TEST(RunbookTest, HasTheDocumentsWordsToTheLetter) {
  EXPECT_EQ(Embedded().codes().size(), 73U);
  for (const CatalogCode& code : Embedded().codes()) {
    const Runbook runbook = RunbookFor(code, Embedded());
    EXPECT_EQ(runbook.description, code.description) << code.value;
    EXPECT_EQ(runbook.cause, code.cause) << code.value;
    EXPECT_EQ(runbook.solution, code.solution) << code.value;
  }
}

TEST(RunbookTest, HasEveryPartAndEachTextIsOneLine) {
  for (const CatalogCode& code : Embedded().codes()) {
    const Runbook runbook = RunbookFor(code, Embedded());
    EXPECT_GE(runbook.steps.size(), 2U) << code.value;
    EXPECT_GE(runbook.queries.size(), 2U) << code.value;
    std::vector<std::string> texts = runbook.steps;
    texts.insert(texts.end(), runbook.queries.begin(), runbook.queries.end());
    texts.push_back(runbook.impact);
    texts.push_back(runbook.who);
    for (const std::string& text : texts) {
      EXPECT_THAT(text, Not(IsEmpty())) << code.value;
      EXPECT_THAT(text, Not(HasSubstr("\n"))) << code.value;
    }
  }
}

TEST(RunbookTest, ImpactDependsOnCategoryAndSeverity) {
  EXPECT_THAT(Of(1005).impact, HasSubstr("voice room"));
  EXPECT_THAT(Of(10003).impact, HasSubstr("GME's servers"));
  EXPECT_THAT(Of(4101).impact, HasSubstr("not recorded"));
  EXPECT_THAT(Of(8195).impact, HasSubstr("receivers never get it"));
  EXPECT_THAT(Of(12291).impact, HasSubstr("cannot be fetched"));
  EXPECT_THAT(Of(20484).impact, HasSubstr("does not play"));
  EXPECT_THAT(Of(32773).impact, HasSubstr("no text"));
  // A part of it succeeded.
  EXPECT_THAT(Of(2001).impact, HasSubstr("goes on as before"));
  EXPECT_THAT(Of(4100).impact, HasSubstr("hear nothing"));
  EXPECT_THAT(Of(32777).impact, HasSubstr("only its text is missing"));
}

TEST(RunbookTest, HarmlessCodesNeedNobody) {
  for (const CatalogCode& code : Embedded().codes()) {
    const Runbook runbook = RunbookFor(code, Embedded());
    const bool is_benign = code.severity == "benign";
    EXPECT_EQ(absl::StartsWith(runbook.impact, "None"), is_benign) << code.value;
    EXPECT_EQ(absl::StartsWith(runbook.who, "nobody"), code.action == "none") << code.value;
    EXPECT_EQ(absl::StrContains(OwnWords(runbook), "one cause"),
              !is_benign && !runbook.related.empty())
        << code.value;
  }
}

TEST(RunbookTest, TheDiagnosisBeginsWithTheStepsOfTheActionAndEachStepHasAHeading) {
  for (const CatalogCode& code : Embedded().codes()) {
    const std::vector<std::string> steps = RunbookFor(code, Embedded()).steps;
    const std::vector<std::string>& own = Embedded().ActionOf(code).steps;
    ASSERT_GE(steps.size(), own.size()) << code.value;
    EXPECT_TRUE(std::equal(own.begin(), own.end(), steps.begin())) << code.value;
    for (const std::string& step : steps) EXPECT_THAT(step, HasSubstr(": ")) << code.value;
  }
}

// A catalogue with one code, related to nobody, whose only action has `step`.
Catalog OneCode(const std::string& severity, const std::string& step, const std::string& general) {
  auto catalog = Catalog::Parse(
      absl::StrCat("codes: [{value: 7, name: N, category: client, severity: ", severity,
                   ", action: a, solution: S}]\n"
                   "actions: [{name: a, who: w, steps: ['",
                   step, "']}]\nimpacts: [{text: t}]\ngeneral_steps: ", general, "\n"),
      "c.yaml");
  EXPECT_TRUE(catalog.ok()) << catalog.status();
  return *std::move(catalog);
}

std::vector<std::string> StepsOf(const Catalog& catalog) {
  return RunbookFor(catalog.codes()[0], catalog).steps;
}

TEST(RunbookTest, GeneralStepsFollowThoseOfTheActionWithTheirNamesFilledIn) {
  const std::string general =
      "{related: 'R: $related', unrelated: 'U: $part of $code', always: ['Start: x', 'P: y']}";
  EXPECT_THAT(StepsOf(OneCode("error", "Place: z", general)),
              ElementsAre("Place: z", "U: client of 7", "Start: x", "P: y"));
  EXPECT_THAT(StepsOf(OneCode("error", "Start: own", general)),
              ElementsAre("Start: own", "U: client of 7", "P: y"));
  EXPECT_THAT(StepsOf(OneCode("benign", "Place: z", general)), ElementsAre("Place: z"));
  EXPECT_THAT(StepsOf(OneCode("error", "Place: z", "{}")), ElementsAre("Place: z"));
}

TEST(RunbookTest, NamesTheUnderlyingCodesIfTheFixIsToReadTheLogs) {
  int count = 0;
  for (const CatalogCode& code : Embedded().codes()) {
    const bool named =
        absl::StrContains(OwnWords(RunbookFor(code, Embedded())), "Underlying codes");
    EXPECT_EQ(named, code.action == "read_logs") << code.value;
    count += named ? 1 : 0;
  }
  EXPECT_EQ(count, 18);
}

TEST(RunbookTest, QueriesUseMetricsThatExistAndTheCode) {
  std::set<std::string> known;
  for (const MetricInfo& metric : kMetrics) known.insert(std::string(metric.name));
  for (const CatalogCode& code : Embedded().codes()) {
    const Runbook runbook = RunbookFor(code, Embedded());
    for (const std::string& query : runbook.queries) {
      EXPECT_THAT(MetricsIn(query), testing::IsSubsetOf(known)) << query;
    }
    EXPECT_THAT(runbook.queries.front(), HasSubstr(absl::StrCat("code=\"", code.value, "\"")));
    for (const int32_t related : runbook.related) {
      EXPECT_THAT(runbook.queries.back(), HasSubstr(absl::StrCat("|", related)));
    }
  }
}

TEST(RunbookTest, PromtoolReadsEveryQuery) {
  std::vector<std::string> queries;
  for (const CatalogCode& code : Embedded().codes()) {
    for (std::string& query : RunbookFor(code, Embedded()).queries) {
      queries.push_back(std::move(query));
    }
  }
  EXPECT_EQ(PromtoolFault(queries), "");
  // The tool does find errors.
  EXPECT_NE(PromtoolFault({"sum by (app) (rate(gme_error_events_total[5m])"}), "");
}

}  // namespace
}  // namespace gmewatch
