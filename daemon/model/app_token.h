// A short-lived token that a game's backend signs for one player:
//
//   gmw1~KEY_ID~APP~SUBJECT~EXPIRY~MAC
//
// KEY_ID names one of the app's token_keys in the settings, APP the app; SUBJECT says who the
// player is, in a form that tells gmewatchd nothing else, such as a hash of the account. Each of
// the three has the form of a label (label.h). EXPIRY is a number of seconds since 1970. MAC is
// HMAC-SHA-256 of all before the last ~, by the key's secret, in base64url without padding (RFC
// 4648, section 5). It is sent as "authorization: Bearer TOKEN".
//
// Thread safety: free functions over their arguments.
#ifndef GMEWATCH_DAEMON_MODEL_APP_TOKEN_H_
#define GMEWATCH_DAEMON_MODEL_APP_TOKEN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gmewatch {

// gmewatchd takes no token that ends later than this, but for the difference of clocks.
inline constexpr absl::Duration kTokenLifeMax = absl::Hours(24);

// Whether its MAC is right is not known until IsSignedBy says so.
struct AppToken {
  std::string key_id;
  std::string app;
  std::string subject;
  int64_t expiry = 0;  // seconds since 1970
};

// Errors: InvalidArgument, a part does not have the form of a label.
absl::StatusOr<std::string> SignToken(const AppToken& token, absl::string_view secret);

// Nothing if `text` does not have the form of a token.
std::optional<AppToken> ReadToken(absl::string_view text);

// In constant time for any text of one length.
bool SameSecret(absl::string_view given, absl::string_view right);

// REQUIRES: ReadToken read it. In constant time for any text of one length.
bool IsSignedBy(absl::string_view text, absl::string_view secret);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_APP_TOKEN_H_
