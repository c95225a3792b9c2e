#include "Containers/Ticker.h"
#include "GmeWatchModule.h"
#include "HttpModule.h"
#include "Misc/CoreDelegates.h"
#include "Misc/Paths.h"
#include "gtest/gtest.h"
#include "tests/client/gme/sdk3/tmg_sdk.h"
#include "tests/support/temp_dir.h"

// The adapter, after the header of the SDK.
#include "gmewatch_gme.h"

namespace {

class UnrealPluginTest : public testing::Test {
 protected:
  UnrealPluginTest() {
    FPaths::saved = FString((dir_.path() + "/").c_str());
    FHttpModule::Get().requests = 0;
    FHttpModule::Get().last.Reset();
  }
  ~UnrealPluginTest() override { FModuleManager::Get().Unload(); }

  static FGmeWatchModule& Module() { return FGmeWatchModule::Get(); }
  static void Start() {
    FGmeWatchSettings settings;
    settings.Url = "https://gmewatch.example.com";
    settings.App = "demo";
    settings.Region = "eu";
    settings.Key = "a-key-of-demo";
    settings.Consent = GMEWATCH_CONSENT_GRANTED;
    Module().Start(settings);
    EXPECT_STREQ(gmewatch_error(Module().Client()), "");
  }
  static int requests() { return FHttpModule::Get().requests; }
  static IHttpRequest* last() { return FHttpModule::Get().last.Get(); }
  static void Report() {
    gmewatch::gme::OnEvent(Module().Client(), ITMG_MAIN_EVENT_TYPE_ENTER_ROOM,
                           R"({"result":1001})");
  }
  static void Send() {
    gmewatch_flush(Module().Client());
    FTSTicker::GetCoreTicker().Tick();
  }
  static void Answer(int code, const std::string& body, bool succeeded = true) {
    FHttpResponsePtr response = MakeShared<IHttpResponse>();
    response->code = code;
    response->content.Append(reinterpret_cast<const uint8*>(body.data()),
                             static_cast<int32>(body.size()));
    const FHttpRequestPtr request = FHttpModule::Get().last;
    request->complete.Execute(request, succeeded ? response : FHttpResponsePtr(), succeeded);
    FTSTicker::GetCoreTicker().Tick();
  }
  static gmewatch_stats Stats() {
    gmewatch_stats stats;
    gmewatch_get_stats(Module().Client(), &stats);
    return stats;
  }

 private:
  gmewatch::TempDir dir_;
};

TEST_F(UnrealPluginTest, SendsTheBatchAndTakesTheAnswer) {
  Start();
  Report();
  Send();
  ASSERT_EQ(requests(), 1);
  EXPECT_EQ(last()->verb, "POST");
  EXPECT_EQ(last()->url, "https://gmewatch.example.com/gmewatch.v1.ErrorReporting/Report");
  EXPECT_EQ(last()->headers["Authorization"], "Bearer a-key-of-demo");
  EXPECT_EQ(last()->headers["Content-Type"], "application/proto");
  EXPECT_GT(last()->timeout, 1);
  Answer(200, std::string("\x08\x01", 2));  // acknowledged_sequence 1
  EXPECT_EQ(Stats().acknowledged_events, 1u);
}

TEST_F(UnrealPluginTest, WithoutAnAnswerTheCountsAreKept) {
  Start();
  Report();
  Send();
  Answer(0, "", false);
  EXPECT_EQ(Stats().pending_events, 1u);
  EXPECT_EQ(Stats().batches_failed, 1u);
  EXPECT_STRNE(Stats().last_error, "");
}

TEST_F(UnrealPluginTest, EndsWithTheEngineWhileARequestIsOnItsWay) {
  Start();
  Report();
  Send();
  const FHttpRequestPtr request = FHttpModule::Get().last;
  FCoreDelegates::OnEnginePreExit.Broadcast();
  EXPECT_TRUE(request->cancelled);
  EXPECT_EQ(Module().Client(), nullptr);
  EXPECT_EQ(FTSTicker::GetCoreTicker().size(), 0u);
  request->complete.Execute(request, FHttpResponsePtr(), false);  // too late, ignored
  Report();                                                       // harmless
  // The next run has what this one did not send.
  Start();
  EXPECT_EQ(Stats().restored_events, 1u);
}

TEST_F(UnrealPluginTest, SendsNothingWithoutTheModuleOfHttp) {
  Start();
  Report();
  FModuleManager::Get().has_http = false;
  Send();
  FModuleManager::Get().has_http = true;
  EXPECT_EQ(requests(), 0);
  EXPECT_EQ(Stats().pending_events, 1u);
}

TEST_F(UnrealPluginTest, ARequestThatTheEngineDoesNotTakeHasFailed) {
  Start();
  Report();
  IHttpRequest::accepts = false;
  Send();
  IHttpRequest::accepts = true;
  EXPECT_EQ(Stats().pending_events, 1u);
  EXPECT_EQ(Stats().batches_failed, 1u);
}

TEST_F(UnrealPluginTest, AGameInTheBackgroundSends) {
  Start();
  Report();
  FCoreDelegates::ApplicationWillEnterBackgroundDelegate.Broadcast();
  EXPECT_EQ(requests(), 1);
}

}  // namespace
