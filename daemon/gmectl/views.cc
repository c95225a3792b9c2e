#include "daemon/gmectl/views.h"

#include "daemon/gmectl/command.h"
#include "daemon/gmectl/read_answer.h"
#include "daemon/gmectl/spikes_report.h"
#include "daemon/gmectl/top_report.h"
#include "daemon/gmectl/view.h"

namespace gmewatch {
namespace {

absl::StatusOr<int> DrawTop(absl::string_view json, int limit, Screen* screen) {
  v1::TopResponse top;
  const absl::Status read = ReadAnswer(json, &top);
  if (!read.ok()) return read;
  AddTop(top, limit, screen);
  return kExitGood;
}

absl::StatusOr<int> DrawSpikes(absl::string_view json, int limit, Screen* screen) {
  v1::SpikesResponse spikes;
  const absl::Status read = ReadAnswer(json, &spikes);
  if (!read.ok()) return read;
  AddSpikes(spikes, limit, screen);
  return HasActiveSpike(spikes) ? kExitBad : kExitGood;
}

constexpr View kTop = {
    "top",
    "The codes that were seen, most urgent first: events a minute now and as is\n"
    "usual at this time, and of the last hour and day, all apps and regions.",
    "0 answered",
    "/api/v1/top",
    "how many codes",
    20,
    &DrawTop};

constexpr View kSpikes = {
    "spikes",
    "What spikes: of each incident the documented fix, where and since when,\n"
    "and which codes, in events a minute now and as is usual at this time.",
    "0 calm, 1 a spike lasts (a retry loop is none)",
    "/api/v1/spikes",
    "how many incidents",
    10,
    &DrawSpikes};

}  // namespace

int RunTop(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  return RunView(kTop, arguments, out, err);
}

int RunSpikes(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  return RunView(kSpikes, arguments, out, err);
}

}  // namespace gmewatch
