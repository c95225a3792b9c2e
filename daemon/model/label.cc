#include "daemon/model/label.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "daemon/model/limits.h"

namespace gmewatch {

bool HasLabelForm(absl::string_view text) {
  static_assert(kLabelBytesMax == 64, "kLabelForm says so");
  return !text.empty() && text.size() <= kLabelBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' ||
                  c == '-';
         });
}

bool IsReservedLabel(absl::string_view text) { return text == kAllLabel || text == kOtherLabel; }

}  // namespace gmewatch
