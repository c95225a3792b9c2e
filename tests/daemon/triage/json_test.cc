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

TEST(JsonTest, AnErrorIsAnObjectWhateverItsText) {
  google::protobuf::Struct error;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(JsonError("a\"b\n<c>"), &error).ok());
  EXPECT_EQ(error.fields().at("error").string_value(), "a\"b\n<c>");
}

}  // namespace
}  // namespace gmewatch
