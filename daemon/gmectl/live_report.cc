#include "daemon/gmectl/live_report.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/gmectl/triage_text.h"
#include "daemon/triage/numbers_text.h"
#include "daemon/triage/timestamp.h"

namespace gmewatch {
namespace {

constexpr size_t kIndent = 2;
constexpr int kPartsMax = 3;
constexpr int kCountedMax = 5;

void AddSummary(const v1::CodeSummary& summary, absl::Time now, Screen* screen) {
  screen->Paragraph(
      absl::StrCat(RateText(summary.rate()), ", expected ", RateText(summary.expected_rate()), "; ",
                   CountText(summary.events_5m()), " events in 5 minutes, ",
                   CountText(summary.events_1h()), " in an hour, ", CountText(summary.events_24h()),
                   " in a day. ", CountText(summary.sessions_total()),
                   " sessions have reported it."),
      kIndent);
  if (!summary.has_first_seen() || !summary.has_last_seen()) return;
  screen->Paragraph(absl::StrCat("First seen ", ClockText(TimeOf(summary.first_seen()), now),
                                 ", last ", TimeText(TimeOf(summary.last_seen()), now), "."),
                    kIndent);
}

void AddSpikeLines(const v1::CodeResponse& code, absl::Time now, Screen* screen) {
  for (const v1::Spike& spike : code.spikes()) {
    const bool is_loop = spike.kind() == v1::Spike::RETRY_LOOP;
    const std::string period = absl::StrCat(
        spike.active() ? "since " : "from ", TimeText(TimeOf(spike.start()), now),
        spike.active() ? "" : absl::StrCat(" to ", TimeText(TimeOf(spike.end()), now)));
    const std::string rates = spike.active()
                                  ? absl::StrCat(", ", RateText(spike.observed_rate()),
                                                 ", expected ", RateText(spike.expected_rate()))
                                  : "";
    screen->Paragraph(absl::StrCat(is_loop ? "Retry loop " : "Spike ", period, ": ",
                                   PlaceText(spike.app(), spike.region()), rates),
                      kIndent, "- ",
                      !spike.active() ? Ink::kPlain
                      : is_loop       ? Ink::kWarning
                                      : Ink::kAlarm);
  }
}

void AddBreakdowns(const v1::CodeResponse& code, Screen* screen) {
  std::vector<std::vector<TableCell>> rows;
  for (const v1::Breakdown& breakdown : code.breakdowns()) {
    for (int i = 0; i < breakdown.parts_size() && i < kPartsMax; ++i) {
      const v1::Part& part = breakdown.parts(i);
      rows.push_back({{i == 0 ? breakdown.dimension() : ""},
                      {part.value().empty() ? "(not said)" : part.value()},
                      {PercentText(part.share())},
                      {PercentText(part.share_before())}});
    }
  }
  if (rows.empty()) return;
  screen->Blank();
  screen->Table({{"DIMENSION"},
                 {"VALUE", false, Column::Cut::kEnd},
                 {"SHARE NOW", true},
                 {"DAY BEFORE", true}},
                std::move(rows), kIndent);
}

void AddCounted(absl::string_view title,
                const google::protobuf::RepeatedPtrField<v1::Counted>& counted, Screen* screen) {
  std::vector<std::vector<TableCell>> rows;
  for (int i = 0; i < counted.size() && i < kCountedMax; ++i) {
    rows.push_back({{CountText(counted.Get(i).count())}, {counted.Get(i).value()}});
  }
  if (rows.empty()) return;
  screen->Blank();
  screen->Table({{"COUNT", true}, {std::string(title), false, Column::Cut::kEnd}}, std::move(rows),
                kIndent);
}

void AddRising(const v1::CodeResponse& code, Screen* screen) {
  std::vector<std::vector<TableCell>> rows;
  for (const v1::CodeSummary& other : code.rising_with()) {
    rows.push_back({{other.code()},
                    {other.name()},
                    {RateText(other.rate())},
                    {RateText(other.expected_rate())}});
  }
  if (rows.empty()) return;
  screen->Blank();
  screen->Table({{"CODE", true},
                 {"RISES WITH IT", false, Column::Cut::kStart},
                 {"RATE", true},
                 {"EXPECTED", true}},
                std::move(rows), kIndent);
}

}  // namespace

void AddLive(const v1::CodeResponse& code, Screen* screen) {
  const absl::Time now = TimeOf(code.time());
  screen->Blank();
  screen->Paragraph(absl::StrCat("Now (", TimeText(now, now), ")"), 0, "", Ink::kStrong);
  AddSummary(code.summary(), now, screen);
  AddSpikeLines(code, now, screen);
  AddBreakdowns(code, screen);
  AddCounted("UNDERLYING CODE", code.underlying_codes(), screen);
  AddCounted("OPERATION", code.operations(), screen);
  AddRising(code, screen);
  AddTrust(code.trust(), screen);
}

}  // namespace gmewatch
