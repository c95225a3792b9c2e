// The other services of the ingest port: health always, reflection if the settings enable it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/gmewatchd_process.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

constexpr char kHealth[] = "/grpc.health.v1.Health/Check";
constexpr char kReflection[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
constexpr char kListServices[] = "\x3a\x01*";  // ServerReflectionRequest.list_services

TEST(ServicesTest, HealthIsServedAndReflectionIsNot) {
  auto daemon = GmewatchdProcess::Start({"--in_memory"});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  WireClient client((*daemon)->ingest_address());
  std::string answer;
  EXPECT_TRUE(CallRaw(&client, kHealth, "", &answer).ok());
  EXPECT_EQ(answer, "\x08\x01");  // SERVING
  EXPECT_EQ(CallRaw(&client, kReflection, kListServices, &answer).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST(ServicesTest, KnowsTheHealthOfItsServiceAndOfNoOther) {
  auto daemon = GmewatchdProcess::Start({"--in_memory"});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  WireClient client((*daemon)->ingest_address());
  std::string answer;
  EXPECT_TRUE(CallRaw(&client, kHealth, "\x0a\x1agmewatch.v1.ErrorReporting", &answer).ok());
  EXPECT_EQ(answer, "\x08\x01");  // SERVING
  EXPECT_EQ(CallRaw(&client, kHealth, "\x0a\x01x", &answer).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST(ServicesTest, ReflectionListsTheServicesIfTheSettingsEnableIt) {
  const TempDir dir;
  auto daemon = GmewatchdProcess::Start(
      {"--in_memory", "--config=" + dir.Write("settings.yaml", "ingest: {reflection: true}\n")});
  ASSERT_TRUE(daemon.ok()) << daemon.status();
  WireClient client((*daemon)->ingest_address());
  std::string answer;
  EXPECT_TRUE(CallRaw(&client, kReflection, kListServices, &answer).ok());
  EXPECT_THAT(answer, HasSubstr("gmewatch.v1.ErrorReporting"));
}

}  // namespace
}  // namespace gmewatch
