#include "daemon/base/service_manager.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/notify_socket.h"
#include "tests/support/temp_dir.h"

namespace gmewatch {
namespace {

TEST(ServiceManagerTest, TellsASocketOfEitherKind) {
  const TempDir dir;
  for (const std::string& name :
       {dir.File("notify"), absl::StrCat("@gmewatch-test-", getpid(), "-notify")}) {
    const NotifySocket socket(name);
    const ServiceManager manager(name);
    manager.Notify("READY=1");
    manager.Notify("WATCHDOG=1");
    EXPECT_EQ(socket.Next(absl::Seconds(30)), "READY=1") << name;
    EXPECT_EQ(socket.Next(absl::Seconds(30)), "WATCHDOG=1") << name;
    EXPECT_EQ(socket.Next(absl::ZeroDuration()), "");
  }
}

TEST(ServiceManagerTest, WithoutOneNothingHappens) {
  const TempDir dir;
  for (const std::string& name :
       {std::string(), std::string("notify"), dir.File("missing"), std::string(200, '/')}) {
    ServiceManager(name).Notify("READY=1");
  }
}

TEST(ServiceManagerTest, AManagerThatReadsNothingDelaysNothing) {
  const TempDir dir;
  const NotifySocket socket(dir.File("notify"));
  const ServiceManager manager(dir.File("notify"));
  // More than any queue of datagrams has.
  for (int i = 0; i < 10'000; ++i) manager.Notify("WATCHDOG=1");
}

}  // namespace
}  // namespace gmewatch
