#include "daemon/expose/admin_guard.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

using Verdict = AdminGuard::Verdict;

TEST(AdminGuardTest, WithoutATokenTheHostMustBeOneThatNoSiteHas) {
  AdminGuard guard;
  guard.SetPublicUrl("https://Gmewatch.example.com:8443/base");
  for (const char* host : {"127.0.0.1:9747", "10.0.0.5", "[::1]:9747", "[2001:db8::1]",
                           "localhost:9747", "LocalHost", "gmewatchd:9747", "gmewatch.example.com",
                           "gmewatch.example.com:8443", "GMEWATCH.example.com.:1", ""}) {
    EXPECT_EQ(guard.Check(host, ""), Verdict::kAllowed) << host;
  }
  for (const char* host :
       {"evil.example:9747", "127.0.0.1.evil.example", "gmewatch.example.com.evil.org",
        "example.com", "gmewatch.example.com:.evil.example", "[::1].evil.example", "[evil.example]",
        "1.2.3.4.5"}) {
    EXPECT_EQ(guard.Check(host, ""), Verdict::kOtherHost) << host;
  }
  guard.SetPublicUrl("");
  EXPECT_EQ(guard.Check("gmewatch.example.com", ""), Verdict::kOtherHost) << "after a reload";
}

TEST(AdminGuardTest, WithATokenEveryHostIsGoodAndTheTokenIsNeeded) {
  AdminGuard guard;
  guard.SetToken("s3cret-s3cret-s3cret");
  const auto basic = [](absl::string_view pair) {
    return absl::StrCat("Basic ", absl::Base64Escape(pair));
  };
  for (const std::string& good :
       {std::string("Bearer s3cret-s3cret-s3cret"), std::string("bearer  s3cret-s3cret-s3cret"),
        basic("anybody:s3cret-s3cret-s3cret"), basic(":s3cret-s3cret-s3cret")}) {
    EXPECT_EQ(guard.Check("gmewatch.example.com", good), Verdict::kAllowed) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("Bearer "), std::string("Bearer s3cret-s3cret-s3cre"),
        std::string("s3cret-s3cret-s3cret"), std::string("Bearer s3cret-s3cret-s3cretX"),
        basic("s3cret-s3cret-s3cret"), basic("s3cret-s3cret-s3cret:"), std::string("Basic %%%")}) {
    EXPECT_EQ(guard.Check("127.0.0.1", bad), Verdict::kNoToken) << bad;
  }
  guard.SetToken("");
  EXPECT_EQ(guard.Check("127.0.0.1", ""), Verdict::kAllowed);
}

}  // namespace
}  // namespace gmewatch
