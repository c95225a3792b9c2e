#include "daemon/model/app_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "daemon/model/label.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kVersion = "gmw1";
constexpr size_t kParts = 6;
constexpr size_t kExpiryDigitsMax = 12;

std::string Mac(absl::string_view text, absl::string_view secret) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac;
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &length);
  return absl::WebSafeBase64Escape({reinterpret_cast<const char*>(mac.data()), length});
}

absl::string_view SignedPart(absl::string_view token) { return token.substr(0, token.rfind('~')); }

}  // namespace

absl::StatusOr<std::string> SignToken(const AppToken& token, absl::string_view secret) {
  for (const auto& [name, text] : {std::pair("key id", &token.key_id), std::pair("app", &token.app),
                                   std::pair("subject", &token.subject)}) {
    if (HasLabelForm(*text)) continue;
    return absl::InvalidArgumentError(absl::StrCat("the ", name, " \"",
                                                   absl::Utf8SafeCHexEscape(*text), "\" has ",
                                                   text->size(), " bytes; allowed: ", kLabelForm));
  }
  const std::string text = absl::StrCat(kVersion, "~", token.key_id, "~", token.app, "~",
                                        token.subject, "~", token.expiry);
  return absl::StrCat(text, "~", Mac(text, secret));
}

std::optional<AppToken> ReadToken(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '~');
  if (parts.size() != kParts || parts[0] != kVersion) return std::nullopt;
  for (const absl::string_view label : {parts[1], parts[2], parts[3]}) {
    if (!HasLabelForm(label)) return std::nullopt;
  }
  AppToken token = {std::string(parts[1]), std::string(parts[2]), std::string(parts[3])};
  const absl::string_view digits = parts[4];
  if (digits.size() > kExpiryDigitsMax || !absl::c_all_of(digits, absl::ascii_isdigit) ||
      !absl::SimpleAtoi(digits, &token.expiry)) {
    return std::nullopt;
  }
  return token;
}

bool SameSecret(absl::string_view given, absl::string_view right) {
  return given.size() == right.size() &&
         CRYPTO_memcmp(given.data(), right.data(), right.size()) == 0;
}

bool IsSignedBy(absl::string_view text, absl::string_view secret) {
  const absl::string_view part = SignedPart(text);
  const std::string right = Mac(part, secret);
  return SameSecret(text.substr(part.size() + 1), right);
}

}  // namespace gmewatch
