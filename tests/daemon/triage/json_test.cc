#include "daemon/triage/json.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST(JsonTest, HasTheProtosFieldNamesAndDefaults) {
  v1::Spike spike;
  spike.set_kind(v1::Spike::RETRY_LOOP);
  spike.set_observed_rate(1.5);
  EXPECT_THAT(JsonOf(spike),
              AllOf(HasSubstr("\"kind\":\"RETRY_LOOP\""), HasSubstr("\"observed_rate\":1.5"),
                    HasSubstr("\"active\":false"), HasSubstr("\"region\":\"\""), EndsWith("}\n")));
}

TEST(JsonTest, AnyTextComesBackAsItWas) {
  v1::Part part;
  part.set_value("</script><b>\"\\'\u0001\n\u2028 \u05D2\u05E8 \U0001F3AE");
  v1::Part parsed;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(JsonOf(part), &parsed).ok());
  EXPECT_EQ(parsed.value(), part.value());
}

TEST(JsonTest, AnErrorIsAnObjectWhateverItTells) {
  google::protobuf::Struct error;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(JsonError("a\"b\n<c>"), &error).ok());
  EXPECT_EQ(error.fields().at("error").string_value(), "a\"b\n<c>");
}

TEST(JsonTest, LimitIsAWholeNumberInItsRange) {
  EXPECT_EQ(LimitOf("").value(), kTopDefault);
  EXPECT_EQ(LimitOf("limit=1").value(), 1U);
  EXPECT_EQ(LimitOf("limit=200").value(), kTopMax);
  for (const char* wrong : {"limit=0", "limit=201", "limit=-1", "limit=", "limit=1x", "limit= 1",
                            "limit=01", "limit=1&limit=2", "n=1", "limit"}) {
    EXPECT_EQ(LimitOf(wrong).status().code(), absl::StatusCode::kInvalidArgument) << wrong;
  }
  EXPECT_EQ(LimitOf("<\"\n>").status().message(),
            "allowed is limit=N with N from 1 to 200, not \"<\\\"\\n>\"");
}

}  // namespace
}  // namespace gmewatch
