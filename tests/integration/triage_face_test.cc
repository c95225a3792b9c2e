// The triage page, its JSON and gmectl during an outage, while clients send everything that the
// protocol allows and while Prometheus is down. The tests share one outage.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/escape_html.h"
#include "gmewatch/v1/triage.pb.h"
#include "tests/integration/hostile_clients.h"
#include "tests/integration/prometheus_process.h"
#include "tests/integration/spike_site.h"
#include "tests/support/http_client.h"

namespace gmewatch {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

constexpr int32_t kCode = kRisingCodes[0];
constexpr char kFix[] = "Check whether the network is normal";

class TriageFaceTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    site_ = new SpikeSite;
    ASSERT_NO_FATAL_FAILURE(site_->StartInOutage({kLongName}));
    ready_ = true;
  }
  static void TearDownTestSuite() { delete std::exchange(site_, nullptr); }
  void SetUp() override { ASSERT_TRUE(ready_); }

  static const std::string& admin() { return site_->daemon().admin_address(); }
  static const std::string& ingest() { return site_->daemon().ingest_address(); }
  // The body; empty if the status is not `status`.
  static std::string Get(const std::string& path, int status = 200) {
    const auto reply = HttpFetch(admin(), path);
    return reply.ok() && reply->status == status ? reply->body : "";
  }
  static Ended Gmectl(std::vector<std::string> arguments) {
    arguments.push_back("--admin_address=" + admin());
    return RunToEnd(GmectlPath(), std::move(arguments));
  }

  inline static SpikeSite* site_ = nullptr;
  inline static bool ready_ = false;
};

// Protobuf's own parser rejects fields that the message does not have.
template <typename Message>
Message ParsedAs(const std::string& json) {
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &message);
  EXPECT_TRUE(status.ok()) << status.ToString() << "\n" << json;
  return message;
}

v1::CodeResponse AnswerAbout(int32_t code, const std::string& json) {
  auto answer = ParsedAs<v1::CodeResponse>(json);
  EXPECT_EQ(answer.summary().code(), absl::StrCat(code));
  return answer;
}

std::set<std::string> ValuesOf(const v1::CodeResponse& code, const std::string& dimension) {
  std::set<std::string> values;
  for (const v1::Breakdown& breakdown : code.breakdowns()) {
    if (breakdown.dimension() != dimension) continue;
    for (const v1::Part& part : breakdown.parts()) values.insert(part.value());
  }
  return values;
}

TEST_F(TriageFaceTest, WhatClientsSendIsTextInThePageAndInTheJson) {
  ASSERT_GT(ReportHostileTexts(ingest(), kCode), 0U);
  const std::string path = absl::StrCat("/codes/", kCode);
  // The page may be a second old.
  ASSERT_TRUE(AwaitTrue(
      [] {
        return absl::c_all_of(kStrangeCodes, [](int32_t strange) {
          return absl::StrContains(Get("/"), absl::StrCat("./codes/", strange, "\""));
        });
      },
      absl::Seconds(30), absl::Milliseconds(200)));
  const v1::CodeResponse code = AnswerAbout(kCode, Get("/api/v1" + path));
  EXPECT_EQ(code.operations_size(), static_cast<int>(HostileTexts().size()));
  for (const char* dimension : {"app_version", "sdk_version", "platform"}) {
    EXPECT_THAT(ValuesOf(code, dimension), IsSupersetOf(HostileTexts())) << dimension;
  }
  EXPECT_THAT(ValuesOf(code, "app"), Contains(kLongName));
  const std::string page = Get(path);
  for (const std::string& text : HostileTexts()) {
    EXPECT_THAT(page, HasSubstr(absl::StrCat("<bdi>", EscapeHtml(text), "</bdi>")));
    EXPECT_EQ(absl::StrContains(page, text), EscapeHtml(text) == text) << text;
  }
  for (const int32_t strange : kStrangeCodes) {
    const std::string of_strange = absl::StrCat("/codes/", strange);
    EXPECT_EQ(AnswerAbout(strange, Get("/api/v1" + of_strange)).summary().name(), "");
    EXPECT_THAT(Get(of_strange), HasSubstr(absl::StrCat("<h1>", strange, "</h1>")));
  }
}

TEST_F(TriageFaceTest, TextsThatTheProtocolForbidsAreOnNoPage) {
  WireClient client(ingest());
  for (const std::string& name : RejectedNames()) {
    EXPECT_FALSE(client.Report(MakeRequest(MakeSession(name, "eu"), 1, {{kCode, 1}})).ok()) << name;
    EXPECT_FALSE(client.Report(MakeRequest(MakeSession("one", name), 1, {{kCode, 1}})).ok())
        << name;
  }
  for (const std::string& text : RejectedTexts()) {
    v1::Session session = MakeSession("one", "eu");
    std::string* const fields[] = {session.mutable_app_version(), session.mutable_sdk_version(),
                                   session.mutable_platform()};
    for (std::string* field : fields) {
      *field = text;
      EXPECT_FALSE(client.Report(MakeRequest(session, 1, {{kCode, 1}})).ok()) << text;
      field->clear();
    }
  }
  // The page says that batches were rejected.
  EXPECT_TRUE(AwaitTrue(
      [] { return absl::StrContains(Get("/"), "rejected in the last ten minutes (invalid)"); },
      absl::Seconds(30), absl::Milliseconds(200)));
  const std::set<std::string> versions =
      ValuesOf(AnswerAbout(kCode, Get(absl::StrCat("/api/v1/codes/", kCode))), "app_version");
  for (const std::string& text : RejectedTexts()) EXPECT_THAT(versions, Not(Contains(text)));
}

TEST_F(TriageFaceTest, TheJsonIsValidAndWhatTheProtoDescribes) {
  const auto top = ParsedAs<v1::TopResponse>(Get("/api/v1/top"));
  EXPECT_EQ(top.codes(0).state(), v1::CodeSummary::SPIKING);
  const auto spikes = ParsedAs<v1::SpikesResponse>(Get("/api/v1/spikes"));
  // How many they are is for the tests of the detector.
  ASSERT_GE(spikes.incidents_size(), 1);
  EXPECT_EQ(spikes.incidents(0).cause_code(), absl::StrCat(kCode));
  EXPECT_THAT(spikes.incidents(0).members(0).solution(), Not(IsEmpty()));
  ParsedAs<v1::CodeResponse>(Get("/api/v1/codes/8195"));
  ParsedAs<v1::CodeResponse>(Get("/api/v1/codes/2001"));
  // Another parser accepts it too, errors included.
  const TempDir dir;
  for (const std::string& json :
       {Get("/api/v1/top?limit=200"), Get("/api/v1/spikes"), Get("/api/v1/codes/1005"),
        Get("/api/v1/codes/%22%3Cscript%3E%5C%0a%c3%28", 404), Get("/api/v1/top?limit=%22", 400),
        Get("/api/v1/nothing", 404)}) {
    const Ended parsed =
        RunToEnd("python3", {"-m", "json.tool", dir.Write("answer.json", json), "/dev/null"});
    EXPECT_EQ(parsed.status, 0) << parsed.error << json;
  }
}

TEST_F(TriageFaceTest, AnswersWhilePrometheusIsDown) {
  const TempDir dir;
  auto prometheus = PrometheusProcess::Start(dir, admin());
  ASSERT_NE(prometheus, nullptr) << "the Debian package prometheus must be installed";
  const std::string address = prometheus->address();
  ASSERT_NO_FATAL_FAILURE(site_->Reload(
      absl::StrCat(kDetect, "expose: {prometheus_url: 'http://", address, "'}\n"), "success"));
  ASSERT_GE(prometheus->AwaitAtLeast("count(gme_spike_active == 1)", 3, absl::Seconds(60)), 3);
  prometheus.reset();
  ASSERT_FALSE(HttpFetch(address, "/-/ready").ok());

  EXPECT_THAT(Get("/"), AllOf(ContainsRegex("incidents? now"), HasSubstr(kFix)));
  EXPECT_THAT(Get(absl::StrCat("/codes/", kCode)),
              AllOf(HasSubstr("<strong>Spiking</strong>"), HasSubstr(kFix), HasSubstr(address)));
  EXPECT_GE(ParsedAs<v1::SpikesResponse>(Get("/api/v1/spikes")).incidents_size(), 1);
  const Ended spikes = Gmectl({"spikes"});
  EXPECT_EQ(spikes.status, 1) << spikes.error;
  EXPECT_THAT(spikes.output, AllOf(ContainsRegex("in [0-9]+ incidents?"), HasSubstr(kFix)));
  const Ended top = Gmectl({"top"});
  EXPECT_EQ(top.status, 0) << top.error;
  EXPECT_THAT(top.output, HasSubstr("1005  AV_ERR_TIMEOUT"));
  const Ended explain = Gmectl({"explain", "--live", absl::StrCat(kCode)});
  EXPECT_EQ(explain.status, 0) << explain.error;
  EXPECT_THAT(explain.output, AllOf(HasSubstr("\nNow ("), HasSubstr("Spike since ")));
}

}  // namespace
}  // namespace gmewatch
