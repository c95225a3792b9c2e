// The rule for names of apps and regions, which become label values: on the wire and in the
// settings alike.
//
// Thread safety: pure functions.
#ifndef GMEWATCH_DAEMON_MODEL_LABEL_H_
#define GMEWATCH_DAEMON_MODEL_LABEL_H_

#include "absl/strings/string_view.h"

namespace gmewatch {

// The form, in words for error messages.
inline constexpr absl::string_view kLabelForm = "1 to 64 characters of A-Z a-z 0-9 . _ -";

// Whether `text` has that form.
bool HasLabelForm(absl::string_view text);

// "all" and "other" are gmewatch's own labels.
bool IsReservedLabel(absl::string_view text);

// Whether `text` may name an app or a region.
inline bool IsLabel(absl::string_view text) { return HasLabelForm(text) && !IsReservedLabel(text); }

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_LABEL_H_
