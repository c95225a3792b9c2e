#include "daemon/triage/sparkline.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "daemon/base/escape_html.h"
#include "daemon/triage/numbers_text.h"

namespace gmewatch {
namespace {

constexpr int kStepWidth = 4;
constexpr int kHeight = 40;

bool IsMissing(const v1::History& history, int step) {
  return step < history.missing_size() && history.missing(step);
}

std::string Words(const v1::History& history, double most, absl::string_view what) {
  const int steps = history.events_size();
  std::string out = absl::StrCat(what, ": at most ", CountText(most), ", now ",
                                 CountText(history.events(steps - 1)));
  const auto missing = std::count(history.missing().begin(), history.missing().end(), true);
  if (missing > 0) absl::StrAppend(&out, "; ", missing, " of ", steps, " without data");
  return out;
}

// Adjacent steps without data are one rectangle.
std::string GapsPath(const v1::History& history) {
  std::string path;
  int begin = 0;
  for (int step = 0; step <= history.events_size(); ++step) {
    if (step < history.events_size() && IsMissing(history, step)) continue;
    if (step > begin) {
      const int width = (step - begin) * kStepWidth;
      absl::StrAppendFormat(&path, "M%d 0h%dv%dh-%dz", begin * kStepWidth, width, kHeight, width);
    }
    begin = step + 1;
  }
  return path;
}

// A part of the path that has all bars.
std::string Bar(int step, double height) {
  return absl::StrFormat("M%d %dv-%.1fh%dv%.1fz", step * kStepWidth, kHeight, height,
                         kStepWidth - 1, height);
}

}  // namespace

std::string Sparkline(const v1::History& history, double expected_rate, absl::string_view what) {
  const int steps = history.events_size();
  if (steps == 0) return "";
  const double most = *std::max_element(history.events().begin(), history.events().end());
  const double expected = expected_rate * history.step_seconds();
  const double scale = (kHeight - 1) / std::max({most, expected, 1.0});
  std::string bars;
  for (int step = 0; step < steps; ++step) {
    if (IsMissing(history, step) || history.events(step) <= 0) continue;
    // A single event is still visible.
    absl::StrAppend(&bars, Bar(step, std::max(1.0, history.events(step) * scale)));
  }
  std::string out = absl::StrFormat(
      "<svg class=\"spark\" role=\"img\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
      "aria-label=\"%s\">",
      steps * kStepWidth, kHeight, EscapeHtml(Words(history, most, what)));
  const std::string gaps = GapsPath(history);
  if (!gaps.empty()) absl::StrAppend(&out, "<path class=\"gap\" d=\"", gaps, "\"/>");
  if (!bars.empty()) absl::StrAppend(&out, "<path class=\"bars\" d=\"", bars, "\"/>");
  if (expected > 0) {
    absl::StrAppendFormat(&out, "<path class=\"expected\" d=\"M0 %.1fh%d\"/>",
                          kHeight - expected * scale, steps * kStepWidth);
  }
  return out + "</svg>";
}

}  // namespace gmewatch
