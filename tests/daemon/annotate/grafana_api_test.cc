#include "daemon/annotate/grafana_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(GrafanaApiTest, SearchesByTagAndTime) {
  const GrafanaRequest request = FindRequest("gmewatch:1005/demo/eu", 1000, 2000);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path,
            "/api/annotations?type=annotation&limit=100&from=1000&to=2000"
            "&tags=gmewatch%3A1005%2Fdemo%2Feu");
  EXPECT_EQ(request.body, "");
}

// Grafana reads a time as a whole number, without quotes or an exponent.
TEST(GrafanaApiTest, WritesTimesAsWholeNumbersAndEscapesTheRest) {
  const Annotation annotation = {0, 1767225600000, 1767225690000, "a \"b\"\n", {"x", "y:\\"}};
  const GrafanaRequest create = CreateRequest(annotation);
  EXPECT_EQ(create.method, "POST");
  EXPECT_EQ(create.path, "/api/annotations");
  EXPECT_EQ(create.body, R"({"time":1767225600000,"timeEnd":1767225690000,"tags":["x","y:\\"],)"
                         R"("text":"a \"b\"\n"})");
  const GrafanaRequest update = UpdateRequest(7, annotation);
  EXPECT_EQ(update.method, "PATCH");
  EXPECT_EQ(update.path, "/api/annotations/7");
  EXPECT_EQ(update.body, create.body);
}

TEST(GrafanaApiTest, AnEmptyTextIsNotSent) {
  EXPECT_EQ(UpdateRequest(7, {0, 1, 2, "", {"x"}}).body, R"({"time":1,"timeEnd":2,"tags":["x"]})");
}

TEST(GrafanaApiTest, ReadsWhatASearchFound) {
  const auto found = ParseFound(
      R"([{"id":9007199254740991,"alertId":0,"time":1767225600000,"timeEnd":1767225690001,)"
      R"("text":"t","tags":["gme","code:1005"],"data":{}},{"id":2,"time":5,"tags":null}])");
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[0].id, 9007199254740991);
  EXPECT_EQ((*found)[0].time_ms, 1767225600000);
  EXPECT_EQ((*found)[0].time_end_ms, 1767225690001);
  EXPECT_THAT((*found)[0].tags, ElementsAre("gme", "code:1005"));
  EXPECT_THAT((*found)[1].tags, IsEmpty());
  EXPECT_THAT(*ParseFound("[]"), IsEmpty());
}

TEST(GrafanaApiTest, RejectsResponsesOfAnotherApi) {
  for (const char* body : {"", "<html>", "{}", "[{}]", "[{\"id\":0}]", "[7]", "{\"id\":\"x\"}"}) {
    EXPECT_FALSE(ParseFound(body).ok()) << body;
    EXPECT_FALSE(ParseCreated(body).ok()) << body;
  }
  EXPECT_EQ(ParseCreated(R"({"message":"Annotation added","id":12})").value_or(0), 12);
}

TEST(GrafanaApiTest, MapsAStatusToAFailure) {
  EXPECT_EQ(FailureOf(200), std::nullopt);
  EXPECT_EQ(FailureOf(302), AnnotateFailure::kBadAnswer);
  EXPECT_EQ(FailureOf(400), AnnotateFailure::kRejected);
  EXPECT_EQ(FailureOf(401), AnnotateFailure::kUnauthorized);
  EXPECT_EQ(FailureOf(403), AnnotateFailure::kUnauthorized);
  EXPECT_EQ(FailureOf(404), AnnotateFailure::kRejected);
  EXPECT_EQ(FailureOf(429), AnnotateFailure::kThrottled);
  EXPECT_EQ(FailureOf(500), AnnotateFailure::kServerError);
  EXPECT_EQ(FailureOf(503), AnnotateFailure::kServerError);
}

}  // namespace
}  // namespace gmewatch
