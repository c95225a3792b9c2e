// `gmectl replay` with the successes of the operations that it counts the errors of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "daemon/gmectl/command.h"
#include "tests/daemon/gmectl/replay_run.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

// Two days with 8 to 12 errors and some 1000 successes every ten seconds, then twice as many of
// both for three hours. In `outage`, ten minutes inside, errors are eight times as many.
constexpr int kCrowd = 17'280;
constexpr int kOutage = kCrowd + 360;

struct Crowd {
  std::string counts;     // rows timestamp,value
  std::string successes;  // rows timestamp,successes
  std::string both;       // rows timestamp,value,successes
};

Crowd MakeCrowd(bool outage) {
  Crowd crowd;
  for (int row = 0; row < kCrowd + 1080; ++row) {
    const uint64_t times = row >= kCrowd ? 2 : 1;
    const uint64_t failing = outage && row >= kOutage && row < kOutage + 60 ? 8 : 1;
    const uint64_t errors = times * failing * (8 + static_cast<uint64_t>(row * 7 % 5));
    const uint64_t successes = times * (990 + static_cast<uint64_t>(row * 11 % 21));
    const int64_t time = 10 * (FirstTick(10) + row);
    absl::StrAppend(&crowd.counts, time, ",", errors, "\n");
    absl::StrAppend(&crowd.successes, time, ",", successes, "\n");
    absl::StrAppend(&crowd.both, time, ",", errors, ",", successes, "\n");
  }
  return crowd;
}

// Runs `gmectl replay --successes` with `counts` as standard input; the file is called
// successes.csv.
CommandResult ReplayBeside(const std::string& counts, const std::string& successes,
                           std::vector<std::string> arguments = {}) {
  const TempDir dir;
  arguments.push_back("--successes=" + dir.Write("successes.csv", successes));
  return Replay(counts, arguments);
}

TEST(ReplaySuccessesTest, ACrowdIsNoSpikeIfItsSuccessesAreGiven) {
  const Crowd crowd = MakeCrowd(false);
  EXPECT_THAT(Replay(crowd.counts).err, HasSubstr("18360 rows 10s apart, no gaps, 1 spike from "));
  const CommandResult column = Replay(crowd.both);
  EXPECT_EQ(column.err,
            "gmectl replay: 18360 rows 10s apart, 18360 with successes, no gaps, no spikes\n");
  const CommandResult file = ReplayBeside(crowd.counts, crowd.successes);
  EXPECT_EQ(file.err, column.err);
  EXPECT_EQ(file.out, column.out);
}

TEST(ReplaySuccessesTest, FindsAnOutageInsideACrowdAndItsStart) {
  const CommandResult run = Replay(MakeCrowd(true).both);
  EXPECT_THAT(run.err, HasSubstr(" 1 spike from "));
  const std::vector<std::string> lines = Lines(run.out);
  ASSERT_GT(lines.size(), size_t{kOutage} + 10);
  int active = 0;
  for (int row = kOutage; row < kOutage + 60; ++row) {
    const std::vector<std::string> fields = absl::StrSplit(lines[size_t(row) + 1], ',');
    ASSERT_EQ(fields.size(), 6U);
    if (fields[4] == "0") continue;
    ++active;
    int64_t since = 0;
    ASSERT_TRUE(absl::SimpleAtoi(fields[5], &since)) << fields[5];
    EXPECT_NEAR(static_cast<double>(since), static_cast<double>(10 * (FirstTick(10) + kOutage)),
                20);
  }
  EXPECT_GT(active, 45);
}

TEST(ReplaySuccessesTest, ARowMayHaveNoSuccesses) {
  struct Row {
    std::string counts;
    std::string successes;  // no file if empty
    std::string summary;
  };
  for (const Row& row : {
           Row{"timestamp,value,successes\n10,1,100\n20,1,\n30,1\n40,1,0\n", "",
               "4 rows 10s apart, 2 with successes, no gaps"},
           Row{"\"t\",\"v\",\"Successes\"\n10,1,\"\"\n20,1, 7.0 \n", "", "1 with successes"},
           // Rows at other times are skipped; the same time may be written in another form, and up
           // to half a step away.
           Row{"20,1\n30,1\n40,1\n50,1\n",
               "time,ok\n10,9\n20,100\n34,100\n1970-01-01 00:00:46,100\n60,7\n70,7\n",
               "4 rows 10s apart, 3 with successes, no gaps"},
       }) {
    const CommandResult run =
        row.successes.empty() ? Replay(row.counts) : ReplayBeside(row.counts, row.successes);
    EXPECT_EQ(run.status, kExitGood) << run.err;
    EXPECT_THAT(run.err, HasSubstr(row.summary));
  }
}

TEST(ReplaySuccessesTest, SaysWhatIsWrongWithTheSuccesses) {
  struct Row {
    std::string text;
    std::string words;
  };
  for (const Row& row : {
           Row{"", ".csv:1: there are no rows; allowed: at least one timestamp,successes"},
           Row{"10,x\n",
               ".csv:1: the number of successes is \"x\"; allowed: a whole number from 0 to"},
           Row{"10,\n", ".csv:1: the number of successes is \"\"; allowed: a whole number"},
           Row{"10,1,2\n",
               ".csv:1: the line \"10,1,2\" has 3 columns; allowed: 2, "
               "timestamp,successes"},
           Row{"10,1\nten,1\n", ".csv:2: the timestamp is \"ten\""},
           Row{"5,1\n1,1\n", ".csv:2: the timestamp 1 is not after that of line 1"},
           Row{"10,1\n12,1\n", ".csv:2: the timestamp 12 is in the same step of 10s"},
           Row{"50,1\n",
               ".csv: none of its rows has the time of a row of <standard input>; "
               "allowed: rows timestamp,successes at the same times"},
       }) {
    const CommandResult run = ReplayBeside("10,1\n20,1\n", row.text);
    EXPECT_EQ(run.status, kExitUsage) << row.text;
    EXPECT_THAT(run.err, HasSubstr("/successes" + row.words)) << row.text;
  }
  EXPECT_THAT(ReplayBeside("10,1,5\n20,1,5\n", "10,1\n").err,
              HasSubstr("<standard input>:1: the line \"10,1,5\" has 3 columns; allowed: 2, "
                        "timestamp,value, as --successes names a file of successes"));
}

}  // namespace
}  // namespace gmewatch
