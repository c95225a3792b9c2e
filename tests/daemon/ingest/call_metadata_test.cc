#include "daemon/ingest/call_metadata.h"

#include <gtest/gtest.h>

namespace gmewatch {
namespace {

TEST(CallMetadataTest, TakesTheFirstKeyAndWhatTheNearestProxyWrote) {
  const Metadata metadata = {{"authorization", "Bearer one"},
                             {"authorization", "Bearer two"},
                             {"x-forwarded-for", "192.0.2.99"},
                             {"x-forwarded-for", "192.0.2.1"},
                             {"z", "y"}};
  const Caller caller = CallerOf(metadata, "ipv4:127.0.0.1:1");
  EXPECT_EQ(caller.authorization, "Bearer one");
  EXPECT_EQ(caller.forwarded_for, "192.0.2.1");
  EXPECT_EQ(caller.peer, "ipv4:127.0.0.1:1");
}

TEST(CallMetadataTest, IsEmptyWhereACallHasNone) {
  for (const Metadata& metadata :
       {Metadata(), Metadata{{"a", "192.0.2.1"}}, Metadata{{"z", "192.0.2.1"}},
        Metadata{{"b", "x"}, {"z", "y"}}}) {
    const Caller caller = CallerOf(metadata, "");
    EXPECT_EQ(caller.authorization, "");
    EXPECT_EQ(caller.forwarded_for, "");
  }
}

}  // namespace
}  // namespace gmewatch
