// The triage page as a person on call sees it: look.mjs checks it during an outage, while clients
// send everything that the protocol allows.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/integration/hostile_clients.h"
#include "tests/integration/spike_site.h"

namespace gmewatch {
namespace {

TEST(TriagePageTest, IsReadableOnPhonesAndDesktopsWhateverClientsSend) {
  SpikeSite site;
  ASSERT_NO_FATAL_FAILURE(site.StartInOutage({kLongName}));
  ASSERT_GT(ReportHostileTexts(site.daemon().ingest_address(), kRisingCodes[0]), 0U);
  const TempDir dir;
  std::vector<std::string> arguments = {
      LOOK_PATH, "--address=" + site.daemon().admin_address(),
      absl::StrCat("--code=", kRisingCodes[0]),
      "--hostile=" + dir.Write("hostile.txt", absl::StrJoin(HostileTexts(), "\n"))};
  // Keeps the pictures for whoever wants to see them.
  constexpr char kPictures[] = "GMEWATCH_PAGE_PICTURES";
  const char* pictures = std::getenv(kPictures);  // NOLINT(concurrency-mt-unsafe): nobody sets it
  if (pictures != nullptr) arguments.push_back(absl::StrCat("--pictures=", pictures));
  auto look = ChildProcess::Start("node", std::move(arguments));
  ASSERT_TRUE(look.ok()) << look.status();
  EXPECT_EQ((*look)->Wait(absl::Minutes(4)), 0) << (*look)->error();
}

}  // namespace
}  // namespace gmewatch
