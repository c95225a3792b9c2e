#include <optional>
#include <string>

#include "daemon/model/app_token.h"
#include "daemon/model/label.h"
#include "tests/fuzz/require.h"
#include "tests/fuzz/targets.h"

namespace gmewatch {

void FuzzToken(absl::string_view bytes) {
  constexpr absl::string_view kSecret = "0123456789abcdef0123456789abcdef";
  const std::optional<AppToken> token = ReadToken(bytes);
  if (!token.has_value()) return;
  Require(HasLabelForm(token->app) && HasLabelForm(token->key_id) && HasLabelForm(token->subject) &&
              token->expiry >= 0,
          "its parts have their form");
  const absl::StatusOr<std::string> right = SignToken(*token, kSecret);
  Require(right.ok(), "what was read can be signed");
  Require(IsSignedBy(*right, kSecret), "and has a right signature then");
  // An expiry may be written with zeros before it.
  if (IsSignedBy(bytes, kSecret)) {
    Require(ReadToken(*right)->expiry == token->expiry, "only what was signed has one");
  }
}

}  // namespace gmewatch
