#include "daemon/gmectl/top_report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/gmectl/triage_text.h"
#include "daemon/triage/numbers_text.h"
#include "daemon/triage/timestamp.h"

namespace gmewatch {
namespace {

using State = v1::CodeSummary;

TableCell StateCell(State::State state) {
  if (state == State::SPIKING) return {"SPIKE", Ink::kAlarm};
  if (state == State::RETRY_LOOP) return {"loop", Ink::kWarning};
  return {"calm", Ink::kPlain};
}

void AddHeadline(const v1::TopResponse& top, Screen* screen) {
  const auto with = [&](State::State state) {
    return std::count_if(top.codes().begin(), top.codes().end(),
                         [&](const v1::CodeSummary& code) { return code.state() == state; });
  };
  const int64_t spiking = with(State::SPIKING);
  const int64_t loops = with(State::RETRY_LOOP);
  const absl::Time now = TimeOf(top.time());
  screen->Paragraph(
      absl::StrCat(TimeText(now, now), ": codes seen: ", top.codes_size(), ", spiking: ", spiking,
                   loops > 0 ? absl::StrCat(", in a retry loop: ", loops) : ""),
      0, "", spiking > 0 ? Ink::kAlarm : Ink::kStrong);
}

}  // namespace

void AddTop(const v1::TopResponse& top, int limit, Screen* screen) {
  AddHeadline(top, screen);
  AddSilences(top.silences(), TimeOf(top.time()), screen);
  std::vector<std::vector<TableCell>> rows;
  for (const v1::CodeSummary& code : top.codes()) {
    if (static_cast<int>(rows.size()) == limit) break;
    const TableCell state = StateCell(code.state());
    rows.push_back({{code.code()},
                    {code.name().empty() ? "(not documented)" : code.name()},
                    state,
                    {RateText(code.rate()), state.ink},
                    {RateText(code.expected_rate())},
                    {CountText(code.events_1h())},
                    {CountText(code.events_24h())}});
  }
  if (!rows.empty()) {
    screen->Blank();
    screen->Table({{"CODE", true},
                   {"NAME", false, Column::Cut::kStart},
                   {"STATE"},
                   {"RATE", true},
                   {"EXPECTED", true},
                   {"1 H", true},
                   {"24 H", true}},
                  std::move(rows));
  }
  if (top.codes_size() > limit) {
    screen->Paragraph(absl::StrCat("and ", top.codes_size() - limit, " more; see --limit"));
  }
  AddTrust(top.trust(), screen);
}

}  // namespace gmewatch
