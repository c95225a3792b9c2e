#include "client/src/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace gmewatch::client {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

ReporterOptions Good() {
  ReporterOptions options;
  options.address = "localhost:4747";
  options.app = "demo";
  options.region = "eu";
  return options;
}

TEST(FindFaultTest, AcceptsAllowedOptions) {
  EXPECT_EQ(FindFault(Good()), "");
  ReporterOptions options = Good();
  options.address = "[::1]:65535";
  options.platform = "iOS \xE4\xB8\xAD";
  options.key = "s3cret=";
  options.tls.enabled = true;
  options.tls.certificate_chain = "certificate";
  options.tls.private_key = "key";
  options.flush_interval = hours(1);
  options.initial_backoff = options.max_backoff = milliseconds(10);
  EXPECT_EQ(FindFault(options), "");
}

TEST(FindFaultTest, NamesTheFieldTheValueAndWhatIsAllowed) {
  struct Case {
    std::function<void(ReporterOptions*)> spoil;
    std::string field;
    std::string value;
    std::string allowed;
  };
  const std::vector<Case> cases = {
      {[](auto* o) { o->address = ""; }, "address", "", "HOST:PORT"},
      {[](auto* o) { o->address = "host"; }, "address", "host", "HOST:PORT"},
      {[](auto* o) { o->address = "host:0"; }, "address", "host:0", "HOST:PORT"},
      {[](auto* o) { o->address = "host:65536"; }, "address", "65536", "HOST:PORT"},
      {[](auto* o) { o->address = "::1:80"; }, "address", "::1:80", "HOST:PORT"},
      {[](auto* o) { o->address = "dns:///host:1"; }, "address", "dns:///", "HOST:PORT"},
      {[](auto* o) { o->app = "my app"; }, "app", "my app", "1 to 64 characters"},
      {[](auto* o) { o->app = "all"; }, "app", "all", "any name but"},
      {[](auto* o) { o->region = ""; }, "region", "\"\"", "1 to 64 characters"},
      {[](auto* o) { o->region = "other"; }, "region", "other", "any name but"},
      {[](auto* o) { o->key = "two words"; }, "key", "9 bytes", "visible ASCII"},
      {[](auto* o) { o->tls.private_key = "k"; }, "tls.certificate_chain", "empty", "both"},
      {[](auto* o) { o->tls.server_name = "n"; }, "tls.enabled", "false", "true"},
      {[](auto* o) { o->flush_interval = milliseconds(9); }, "flush_interval", "9 ms", "10 ms"},
      {[](auto* o) { o->first_flush_interval = hours(2); }, "first_flush_interval", "7200000 ms",
       "1 h"},
      {[](auto* o) { o->acknowledge_timeout = hours(1); }, "acknowledge_timeout", "3600000",
       "5 min"},
      {[](auto* o) { o->initial_backoff = hours(1); }, "initial_backoff", "3600000", "max_backoff"},
      {[](auto* o) { o->max_backoff = hours(2); }, "max_backoff", "7200000", "1 h"},
      {[](auto* o) { o->idle_timeout = milliseconds(-1); }, "idle_timeout", "-1 ms", "10 ms"},
      {[](auto* o) { o->session_horizon = milliseconds(1); }, "session_horizon", "1 ms", "1 min"},
  };
  for (const Case& row : cases) {
    ReporterOptions options = Good();
    row.spoil(&options);
    EXPECT_THAT(FindFault(options), AllOf(StartsWith(row.field + " "), HasSubstr(row.value),
                                          HasSubstr("allowed: "), HasSubstr(row.allowed)));
  }
}

TEST(FitTextsTest, ChangesWhatTheWireCannotCarryAndSaysSo) {
  struct Case {
    std::string given;
    std::string sent;
  };
  const std::vector<Case> cases = {
      {std::string(68, '1'), std::string(64, '1')},
      {"caf\xE9", "caf?"},        // Latin-1
      {"1.2\x93", "1.2?"},        // Windows-1252
      {"1.2.3\r\n", "1.2.3"},     // a line of a file
      {"a\xF0\x9F\x98", "a???"},  // a cut emoji
      {"a\xE2\x80\xAE"
       "b",
       "a???b"},                                                      // right to left
      {std::string(63, 'x') + "\xE4\xB8\xAD", std::string(63, 'x')},  // no half character
      {"\n", ""},
  };
  for (const Case& row : cases) {
    ReporterOptions options = Good();
    options.platform = row.given;
    EXPECT_EQ(FindFault(options), "");
    EXPECT_THAT(FitTexts(&options),
                AllOf(StartsWith("platform is \""), HasSubstr("allowed: up to 64 bytes"),
                      HasSubstr("\"" + row.sent + "\" is sent instead")));
    EXPECT_EQ(options.platform, row.sent);
    EXPECT_EQ(FitTexts(&options), "");
  }
}

TEST(FitTextsTest, NamesEveryTextThatItChanges) {
  ReporterOptions options = Good();
  options.app_version = options.sdk_version = "\xFF";
  EXPECT_THAT(FitTexts(&options), AllOf(HasSubstr("app_version"), HasSubstr("sdk_version")));
  ReporterOptions good = Good();
  good.platform = "iOS \xE4\xB8\xAD";
  EXPECT_EQ(FitTexts(&good), "");
  EXPECT_EQ(good.platform, "iOS \xE4\xB8\xAD");
}

TEST(FindFaultTest, DoesNotRepeatASecret) {
  ReporterOptions options = Good();
  options.key = "top secret";
  EXPECT_THAT(FindFault(options), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace gmewatch::client
