#include "daemon/gmectl/token.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/base/flags.h"
#include "daemon/base/text_file.h"
#include "daemon/gmectl/command.h"
#include "daemon/model/app_token.h"

namespace gmewatch {
namespace {

constexpr size_t kSecretBytesMax = 256;

struct TokenFlags {
  AppToken token;
  std::string secret_file;
  absl::Duration expires_in = absl::Hours(1);
  bool help = false;
};

Flags MakeFlags(TokenFlags* to) {
  Flags flags;
  flags.Add("app", &to->token.app, "the app that the player may report for");
  flags.Add("subject", &to->token.subject, "who the player is, such as a hash of the account");
  flags.Add("key_id", &to->token.key_id, "the id of the secret in the app's token_keys");
  flags.Add("secret_file", &to->secret_file, "file with that secret");
  flags.Add("expires_in", &to->expires_in, "how long the token is good for: from 1s to 24h");
  flags.Add("help", &to->help, "print this text");
  return flags;
}

absl::Status Check(const TokenFlags& flags, const std::vector<std::string>& rest) {
  if (!rest.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", rest.front(), "\" is not a flag; every argument is --NAME=VALUE"));
  }
  for (const auto& [name, text] :
       {std::pair("app", &flags.token.app), std::pair("subject", &flags.token.subject),
        std::pair("key_id", &flags.token.key_id), std::pair("secret_file", &flags.secret_file)}) {
    if (text->empty()) return absl::InvalidArgumentError(absl::StrCat("--", name, " is missing"));
  }
  if (flags.expires_in >= absl::Seconds(1) && flags.expires_in <= kTokenLifeMax)
    return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--expires_in is ", absl::FormatDuration(flags.expires_in), "; allowed: 1s to ",
                   absl::FormatDuration(kTokenLifeMax)));
}

absl::StatusOr<std::string> Sign(TokenFlags* flags) {
  absl::StatusOr<std::string> secret = ReadSecretFile(flags->secret_file, kSecretBytesMax + 2);
  if (!secret.ok()) return secret.status();
  absl::StripTrailingAsciiWhitespace(&*secret);  // without an editor's newline
  if (secret->empty()) {
    return absl::InvalidArgumentError(absl::StrCat(flags->secret_file, ": is empty"));
  }
  RealClock clock;
  flags->token.expiry = absl::ToUnixSeconds(clock.Now() + flags->expires_in);
  return SignToken(flags->token, *secret);
}

}  // namespace

int RunToken(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  TokenFlags flags;
  Flags parser = MakeFlags(&flags);
  std::vector<std::string> rest;
  absl::Status status = parser.Parse(arguments, &rest);
  if (status.ok() && flags.help) {
    out << "Usage: gmectl token --app=APP --subject=PLAYER --key_id=ID --secret_file=FILE\n"
           "Prints a token for one player, which clients send as\n"
           "\"authorization: Bearer TOKEN\":\n\n"
           "  gmw1~KEY_ID~APP~SUBJECT~EXPIRY~MAC\n\n"
           "EXPIRY is in seconds since 1970; MAC is HMAC-SHA-256, by the secret, of all before\n"
           "the last ~, in base64url without padding. A game's backend signs it the same way:\n"
           "the folder client/tokens has it in C++, C#, Go, Java and Python.\n\n"
        << parser.Help() << "\nExit status: 0 printed, 1 not signed, 2 wrong usage.\n";
    return kExitGood;
  }
  if (status.ok()) status = Check(flags, rest);
  if (!status.ok()) {
    err << "gmectl token: " << status.message() << "\nSee gmectl token --help.\n";
    return kExitUsage;
  }
  const absl::StatusOr<std::string> token = Sign(&flags);
  if (!token.ok()) {
    err << "gmectl token: " << token.status().message() << "\n";
    return kExitBad;
  }
  out << *token << "\n";
  return kExitGood;
}

}  // namespace gmewatch
