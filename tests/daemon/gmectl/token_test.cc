#include "daemon/gmectl/token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/strip.h"
#include "daemon/base/clock.h"
#include "daemon/model/app_token.h"
#include "tests/daemon/gmectl/run_command.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

constexpr absl::string_view kSecret = "0123456789abcdef0123456789abcdef";

class TokenTest : public ::testing::Test {
 protected:
  static CommandResult Token(const std::string& secret_file, const std::string& more) {
    return RunCommand(&RunToken, {"--app=demo", "--subject=player-7", "--key_id=k1",
                                  "--secret_file=" + secret_file, more});
  }

  TempDir dir_;
  const std::string secret_file_ = dir_.Write("secret", std::string(kSecret) + "\n");
};

TEST_F(TokenTest, PrintsATokenForOnePlayer) {
  const CommandResult run = Token(secret_file_, "--expires_in=2h");
  EXPECT_EQ(run.status, 0) << run.err;
  const absl::string_view text = absl::StripSuffix(run.out, "\n");
  const std::optional<AppToken> token = ReadToken(text);
  ASSERT_TRUE(token.has_value()) << run.out;
  EXPECT_TRUE(IsSignedBy(text, kSecret));
  EXPECT_EQ(token->app, "demo");
  EXPECT_EQ(token->subject, "player-7");
  EXPECT_EQ(token->key_id, "k1");
  RealClock clock;
  EXPECT_NEAR(static_cast<double>(token->expiry),
              absl::ToDoubleSeconds(clock.Now() + absl::Hours(2) - absl::UnixEpoch()), 60);
}

TEST_F(TokenTest, SaysWhatIsWrong) {
  CommandResult run = Token(secret_file_, "--expires_in=25h");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("--expires_in is 25h; allowed: 1s to 24h"));
  run = Token(secret_file_, "--subject=");
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("--subject is missing"));
  run = Token(secret_file_, "--subject=a@b");
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err, HasSubstr("the subject \"a@b\" has 3 bytes"));
  run = Token(dir_.File("absent"), "--expires_in=1h");
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err, HasSubstr("absent"));
  run = Token(dir_.Write("empty", "\n"), "--expires_in=1h");
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err, HasSubstr("is empty"));
}

}  // namespace
}  // namespace gmewatch
