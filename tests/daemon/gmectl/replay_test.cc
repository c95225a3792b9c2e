#include "daemon/gmectl/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "daemon/detect/series/standalone_detector.h"
#include "daemon/gmectl/command.h"
#include "tests/daemon/gmectl/replay_run.h"
#include "tests/daemon/gmectl/run_command.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// 5 to 7 events, and 60 in the 30 rows from `spike` on.
uint64_t CountAt(int row, int spike) {
  return row >= spike && row < spike + 30 ? 60 : 5 + static_cast<uint64_t>(row * 7 % 3);
}

std::string Series(int rows, int spike, int step = 10) {
  std::string text;
  for (int row = 0; row < rows; ++row) {
    absl::StrAppend(&text, step * (FirstTick(step) + row), ",", CountAt(row, spike), "\n");
  }
  return text;
}

TEST(ReplayTest, FindsAPlantedSpikeAndNoneInAQuietSeries) {
  const CommandResult spike = Replay(Series(900, 600));
  EXPECT_EQ(spike.status, kExitGood);
  EXPECT_THAT(spike.err, StartsWith("gmectl replay: 900 rows 10s apart, no gaps, 1 spike from "));
  const std::vector<std::string> lines = Lines(spike.out);
  ASSERT_EQ(lines.size(), 901U);
  EXPECT_EQ(lines[0], "timestamp,value,expected,score,active,since");
  EXPECT_THAT(lines[600], EndsWith(",0,"));
  EXPECT_THAT(lines[601], StartsWith("1424992000,60,"));
  const std::vector<std::string> fields = absl::StrSplit(lines[620], ',');
  ASSERT_EQ(fields.size(), 6U);
  EXPECT_EQ(fields[4], "1");
  int64_t since = 0;
  ASSERT_TRUE(absl::SimpleAtoi(fields[5], &since)) << fields[5];
  EXPECT_NEAR(static_cast<double>(since), 1'424'992'000, 30);
  EXPECT_THAT(spike.err, EndsWith(absl::StrCat(since, "\n")));
  EXPECT_THAT(lines[900], EndsWith(",0,"));
  const CommandResult quiet = Replay(Series(900, 900));
  EXPECT_EQ(quiet.err, "gmectl replay: 900 rows 10s apart, no gaps, no spikes\n");
}

TEST(ReplayTest, WritesTheStartOfASpikeAsTheRowIsWritten) {
  absl::Time began;
  for (const std::string form : {"%s", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"}) {
    const absl::TimeZone utc = absl::UTCTimeZone();
    std::string text;
    for (int row = 0; row < 630; ++row) {
      const absl::Time time = absl::FromUnixSeconds(10 * (FirstTick(10) + row));
      absl::StrAppend(&text, absl::FormatTime(form, time, utc), ",", CountAt(row, 600), "\n");
    }
    const std::vector<std::string> csv = Lines(Replay(text).out);
    const std::vector<std::string> json = Lines(Replay(text, {"--json"}).out);
    if (form == "%s") {
      const std::vector<std::string> fields = absl::StrSplit(csv.back(), ',');
      int64_t seconds = 0;
      ASSERT_TRUE(absl::SimpleAtoi(fields.back(), &seconds)) << csv.back();
      began = absl::FromUnixSeconds(seconds);
    }
    const std::string since = absl::FormatTime(form, began, utc);
    EXPECT_THAT(csv.back(), EndsWith(",1," + since));
    EXPECT_THAT(json.back(), EndsWith(",\"active\":true,\"since\":\"" + since + "\"}"));
    EXPECT_THAT(json.front(), EndsWith(",\"active\":false,\"since\":null}"));
  }
}

// Compares each row of the output for 1500 rows with a detector with `settings`.
void CheckRows(const DetectSettings& settings, const std::vector<std::string>& arguments) {
  const auto step = static_cast<int>(absl::ToInt64Seconds(settings.tick));
  StandaloneDetector detector(settings, 1);
  const std::vector<std::string> lines = Lines(Replay(Series(1500, 600, step), arguments).out);
  ASSERT_EQ(lines.size(), 1501U);
  int active_rows = 0;
  for (int row = 0; row < 1500; ++row) {
    const uint64_t count = CountAt(row, 600);
    const int64_t tick = FirstTick(step) + row;
    const Observation seen = detector.Observe(tick, count);
    const std::vector<std::string> fields = absl::StrSplit(lines[size_t(row) + 1], ',');
    ASSERT_EQ(fields.size(), 6U);
    EXPECT_EQ(fields[0], absl::StrCat(step * tick));
    EXPECT_EQ(fields[1], absl::StrCat(count));
    double number = 0;
    ASSERT_TRUE(absl::SimpleAtod(fields[2], &number));
    EXPECT_NEAR(number, seen.expected, 0.0006 * seen.expected);
    ASSERT_TRUE(absl::SimpleAtod(fields[3], &number));
    EXPECT_NEAR(number, seen.score, 0.0006 * seen.score);
    EXPECT_EQ(fields[4], seen.active ? "1" : "0");
    EXPECT_EQ(fields[5], seen.active ? absl::StrCat(step * seen.since) : "");
    active_rows += seen.active ? 1 : 0;
  }
  EXPECT_GT(active_rows, 5);
}

TEST(ReplayTest, PrintsForEachRowWhatTheDetectorReturns) {
  DetectSettings settings;
  CheckRows(settings, {});
  settings.tick = absl::Seconds(7);
  CheckRows(settings, {});
  settings.tick = absl::Minutes(5);
  CheckRows(settings, {});
  settings.tick = absl::Seconds(10);
  settings.false_alarms_per_week = 0.5;
  settings.min_excess_events = 20;
  settings.resolve_after = absl::Minutes(10);
  settings.rebaseline_after = absl::Hours(1);
  CheckRows(settings, {"--false_alarms_per_week=0.5", "--min_excess_events=20",
                       "--resolve_after=10m", "--rebaseline_after=1h"});
}

TEST(ReplayTest, SpeaksJson) {
  const CommandResult run =
      Replay("\"2015-02-26 21:42:53\",12.0\n2015-02-26T21:47:53Z,7\n", {"--json"});
  EXPECT_EQ(run.out,
            "{\"timestamp\":\"2015-02-26 21:42:53\",\"value\":12,\"expected\":0,\"score\":0,"
            "\"active\":false,\"since\":null}\n"
            "{\"timestamp\":\"2015-02-26T21:47:53Z\",\"value\":7,\"expected\":12,\"score\":0,"
            "\"active\":false,\"since\":null}\n");
  EXPECT_EQ(run.err, "gmectl replay: 2 rows 5m apart, no gaps, no spikes\n");
}

TEST(ReplayTest, AcceptsEveryDocumentedForm) {
  struct Row {
    std::string text;
    std::string summary;
  };
  for (const Row& row : {
           Row{"timestamp,value\n10,1\n20,2\n", "2 rows 10s apart, no gaps"},
           Row{"10,1\n20,2", "2 rows 10s apart, no gaps"},
           Row{"\xEF\xBB\xBFtime,count\r\n10,1\r\n20,2\r\n\r\n", "2 rows 10s apart, no gaps"},
           Row{" 10 , 1\n 20 , 2.000\n\n", "2 rows 10s apart, no gaps"},
           Row{"0.5,0\n1.5,9007199254740992\n", "2 rows 1s apart, no gaps"},
           Row{"2016-02-29 23:00:00,1\n2016-03-01 00:00:00.000000,1\n", "2 rows 1h apart"},
           Row{"2016-02-29T23:00:00Z,1\n2016-02-29T23:00:30+00:00,1\n", "2 rows 30s apart"},
           // A gap is more than one step. Gaps are counted one by one.
           Row{"10,1\n20,1\n30,1\n60,1\n70,1\n90,1\n", "6 rows 10s apart, 2 gaps (3 rows missing)"},
           // Jitter of four seconds in either direction.
           Row{"0,1\n14,1\n16,1\n34,1\n36,1\n54,1\n60,1\n70,1\n80,1\n90,1\n100,1\n",
               "11 rows 10s apart, no gaps"},
           Row{"0.11,1\n299.7,1\n600.3,1\n899.9,1\n1500.02,1\n",
               "5 rows 5m apart, 1 gap (1 row missing)"},
       }) {
    const CommandResult run = Replay(row.text);
    EXPECT_EQ(run.status, kExitGood) << row.text << run.err;
    EXPECT_THAT(run.err, HasSubstr(row.summary)) << row.text;
  }
  EXPECT_THAT(Replay("5,1\n", {"--step=1m"}).err, HasSubstr("1 row 1m apart"));
  EXPECT_THAT(Replay("10,1\n20,2\n", {"--step=5s"}).err, HasSubstr("1 gap (1 row missing)"));
}

TEST(ReplayTest, SaysWhatIsWrongAndWhere) {
  struct Row {
    std::string text;
    std::string words;
  };
  for (const Row& row : {
           Row{"", ":1: there are no rows"},
           Row{"timestamp,value\n", ":1: there are no rows"},
           Row{"10,1\n", ":1: one row has no step"},
           Row{"10,1\n20,-2\n", ":2: the value is \"-2\"; allowed: a whole number from 0 to"},
           Row{"10,1\n20,2.5\n", ":2: the value is \"2.5\""},
           Row{"10,1\n20,\n", "leave the row out"},
           Row{"10,1\n20,nan\n", ":2: the value is \"nan\""},
           Row{"10,1\n20,1e3\n", ":2: the value is \"1e3\""},
           Row{"10,1\n20,9007199254740993\n", ":2: the value is \"9007199254740993\""},
           Row{"10,1\n20,99999999999999999999\n", ":2: the value is"},
           Row{"10,1\n20,2,3,4\n",
               ":2: the line \"20,2,3,4\" has 4 columns; allowed: 2, "
               "timestamp,value, or 3, timestamp,value,successes"},
           Row{"10,1\n20,2,-3\n", ":2: the number of successes is \"-3\"; allowed: a whole number"},
           Row{"10,1\n20\n", ":2: the line \"20\" has 1 column; allowed: 2"},
           Row{"a,b,c,d\n10,1\n20,2\n", ":1: the line \"a,b,c,d\" has 4 columns"},
           Row{"timestamp,value,label\n10,1,0\n",
               ":1: the third column is called \"label\"; allowed: successes"},
           Row{"a,b\nc,d\n10,1\n", ":2: the timestamp is \"c\"; allowed: seconds since 1970"},
           Row{"-10,1\n20,1\n", ":1: the timestamp is \"-10\""},
           Row{"1424986973000,1\n", ":1: the timestamp is \"1424986973000\""},
           Row{"2015-02-30 00:00:00,1\n", ":1: the timestamp is \"2015-02-30"},
           Row{"2015-02-26 24:00:00,1\n", ":1: the timestamp is"},
           Row{"2015-02-26 21:42:53+02:00,1\n", ":1: the timestamp is"},
           Row{"2015-02-26,1\n", ":1: the timestamp is"},
           Row{"2015/02/26 21:42:53,1\n", ":1: the timestamp is"},
           Row{"1969-12-31 23:59:59,1\n", "from 1970 to 2106"},
           Row{"10.,1\n", ":1: the timestamp is \"10.\""},
           Row{std::string("\x01\0,1\n", 5), ":1: there are no rows"},
           Row{"10,1\n20,1\n15,1\n", ":3: the timestamp 15 is not after that of line 2"},
           Row{"10,1\n20,1\n20,1\n", ":3: the timestamp 20 is not after that of line 2"},
           Row{"0,1\n86400,1\n", ":2: the rows are 24h apart; allowed: from 1s to 1h"},
           Row{"0,1\n0.1,1\n0.2,1\n", "the rows are 100ms apart"},
           Row{absl::StrCat("10,1\n20,", std::string(5000, '1'), "\n"),
               ":2: the line is too long; allowed: 4096 bytes"},
       }) {
    const CommandResult run = Replay(row.text);
    EXPECT_EQ(run.status, kExitUsage) << row.text;
    EXPECT_THAT(run.err, StartsWith("gmectl replay: <standard input>:")) << row.text;
    EXPECT_THAT(run.err, HasSubstr(row.words)) << row.text;
    EXPECT_EQ(run.out, "");
  }
}

TEST(ReplayTest, PrintsAllRowsBeforeTheFault) {
  const CommandResult twice = Replay("0,1\n10,1\n20,1\n22,1\n30,1\n40,1\n");
  EXPECT_EQ(twice.status, kExitUsage);
  EXPECT_THAT(twice.err, HasSubstr(":4: the timestamp 22 is in the same step of 10s"));
  EXPECT_EQ(Lines(twice.out).size(), 4U);
  const CommandResult run = Replay(Series(400, 400) + "x,1\n");
  EXPECT_EQ(run.status, kExitUsage);
  EXPECT_THAT(run.err, HasSubstr("<standard input>:401: the timestamp is \"x\""));
  EXPECT_EQ(Lines(run.out).size(), 401U);
}

TEST(ReplayTest, SaysWhatIsWrongWithItsArguments) {
  for (const auto& [argument, words] :
       {std::pair<std::string, std::string>("--step=500ms", "--step is 500ms; allowed: from 1s"),
        {"--step=61m", "--step is 1h1m; allowed: from 1s to 1h"},
        {"--false_alarms_per_week=0", "--false_alarms_per_week is 0; allowed: from 1e-06 to 10"},
        {"--false_alarms_per_week=nan", "--false_alarms_per_week is nan"},
        {"--false_alarms_per_week=few", "--false_alarms_per_week is \"few\"; allowed: a number"},
        {"--min_excess_events=-1", "--min_excess_events is -1"},
        {"--resolve_after=25h", "--resolve_after is 25h"},
        {"--rebaseline_after=1s", "--rebaseline_after is 1s; allowed: from 1m to 672h"},
        {"--successes=-", "FILE.csv and --successes are both -; allowed: one of them"},
        {"--successes=/no/such/file", "cannot read /no/such/file"},
        {"more.csv", "2 files are given; allowed: 1"},
        {"--fast", "there is no flag --fast"}}) {
    const CommandResult run = Replay("10,1\n20,1\n", {argument});
    EXPECT_EQ(run.status, kExitUsage) << argument;
    EXPECT_THAT(run.err, HasSubstr(words));
    EXPECT_EQ(run.out, "");
  }
}

TEST(ReplayTest, ReadsFilesAndNamesThem) {
  const TempDir dir;
  const std::string path = dir.Write("series.csv", "10,1\n20,x\n");
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(RunReplay({path}, out, err), kExitUsage);
  EXPECT_THAT(err.str(), StartsWith(absl::StrCat("gmectl replay: ", path, ":2: the value is")));
  EXPECT_EQ(RunReplay({"/no/such/file"}, out, err), kExitUsage);
  EXPECT_THAT(err.str(), HasSubstr("cannot read /no/such/file"));
  EXPECT_EQ(RunReplay({dir.path()}, out, err), kExitUsage);
  EXPECT_THAT(err.str(), HasSubstr(":1: cannot be read"));
}

TEST(ReplayTest, SaysIfTheOutputCannotBeWritten) {
  const TempDir dir;
  const std::string path = dir.Write("series.csv", Series(9000, 9000));
  std::ofstream full("/dev/full");
  std::ostringstream err;
  EXPECT_EQ(RunReplay({path}, full, err), kExitBad);
  EXPECT_THAT(err.str(), HasSubstr("cannot write to standard output: No space left on device"));
}

}  // namespace
}  // namespace gmewatch
