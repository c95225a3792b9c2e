#include "daemon/gmectl/send_report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "daemon/base/json_text.h"
#include "daemon/gmectl/command.h"

namespace gmewatch {
namespace {

uint64_t Events(const SendResult& result) {
  uint64_t sum = 0;
  for (const CodeCount& event : result.events) sum += event.count;
  return sum;
}

absl::string_view Verdict(const SendResult& result) {
  if (result.exit_status == kExitGood) return "counted";
  return result.exit_status == kExitBad ? "rejected" : "not_acknowledged";
}

}  // namespace

std::string FormatSendText(const SendResult& result) {
  std::string text =
      absl::StrFormat("%s: %d events of app %s, region %s\n",
                      result.exit_status == kExitUnreachable ? "not acknowledged" : Verdict(result),
                      Events(result), result.app, result.region);
  for (const CodeCount& event : result.events) {
    absl::StrAppendFormat(&text, "  %11d %10d\n", event.code, event.count);
  }
  if (!result.status.ok()) absl::StrAppend(&text, "because: ", result.status.ToString(), "\n");
  if (result.exit_status == kExitUnreachable) {
    absl::StrAppend(&text, "tried ", result.attempts, " times to reach ", result.address,
                    "; it is not known whether it has counted them\n");
  }
  return text;
}

std::string FormatSendJson(const SendResult& result) {
  std::string codes;
  for (const CodeCount& event : result.events) {
    absl::StrAppendFormat(&codes, R"(%s{"code":%d,"count":%d})", codes.empty() ? "" : ",",
                          event.code, event.count);
  }
  return absl::StrCat("{\"result\":", JsonText(Verdict(result)),
                      ",\"address\":", JsonText(result.address), ",\"app\":", JsonText(result.app),
                      ",\"region\":", JsonText(result.region), ",\"events\":", Events(result),
                      ",\"codes\":[", codes, "],\"attempts\":", result.attempts,
                      ",\"status\":", JsonText(absl::StatusCodeToString(result.status.code())),
                      ",\"message\":", JsonText(result.status.message()), "}\n");
}

}  // namespace gmewatch
