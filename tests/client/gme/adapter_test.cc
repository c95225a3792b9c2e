#include <string>

#include "client/c/gmewatch.h"
#include "gmewatch/reporter.h"
#include "gtest/gtest.h"
#include "tests/client/gme/sdk3/tmg_sdk.h"

// The adapter, after the header of the SDK.
#include "client/gme/gmewatch_gme.h"

namespace gmewatch {
namespace {

// A client of the core in C that sends nothing.
class Core {
 public:
  Core() {
    gmewatch_options options = gmewatch_defaults();
    options.url = "http://127.0.0.1:1";
    options.app = "demo";
    options.region = "eu";
    options.consent = GMEWATCH_CONSENT_GRANTED;
    options.post = [](void*, const gmewatch_request*) { return 0; };
    handle_ = gmewatch_create(&options);
  }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  ~Core() { gmewatch_destroy(handle_); }

  gmewatch_client* handle() { return handle_; }
  uint64_t reported() const {
    gmewatch_stats stats;
    gmewatch_get_stats(handle_, &stats);
    return stats.reported_events;
  }

 private:
  gmewatch_client* handle_;
};

std::string NameOf(const char* expression) { return gme::CallName(expression).text(); }

TEST(GmeAdapterTest, ReportsToTheCoreInC) {
  Core core;
  gme::OnEvent(core.handle(), ITMG_MAIN_EVENT_TYPE_ENTER_ROOM, R"({"result":7006})");
  EXPECT_EQ(core.reported(), 1u);
  gme::OnEvent(core.handle(), ITMG_MAIN_EVENT_TYPE_ENTER_ROOM, "{");
  EXPECT_EQ(core.reported(), 1u);
  gme::OnResult(core.handle(), ITMG_MAIN_EVENT_TYPE_ROOM_DISCONNECT, 0);
  EXPECT_EQ(core.reported(), 2u);
}

TEST(GmeAdapterTest, ReportsToTheReporter) {
  ReporterOptions options;
  options.address = "127.0.0.1:1";
  options.app = "demo";
  options.region = "eu";
  Reporter reporter(options);
  gme::OnEvent(&reporter, ITMG_MAIN_EVENT_TYPE_ENTER_ROOM, R"({"result":0})");
  EXPECT_EQ(GMEWATCH_CALL(&reporter, 1001), 1001);
  EXPECT_EQ(reporter.Stats().reported_events, 2u);
}

TEST(GmeAdapterTest, ACallIsEvaluatedOnce) {
  Core core;
  int calls = 0;
  const auto enter_room = [&calls](const char*, int result) {
    ++calls;
    return result;
  };
  EXPECT_EQ(GMEWATCH_CALL(core.handle(), enter_room("room", 0)), 0);
  EXPECT_EQ(core.reported(), 0u);  // accepted, not done
  EXPECT_EQ(GMEWATCH_CALL(core.handle(), enter_room("room", 1001)), 1001);
  EXPECT_EQ(core.reported(), 1u);
  EXPECT_EQ(calls, 2);
}

TEST(GmeAdapterTest, ANullHandleIsHarmlessAndMalformedDataIsCounted) {
  gmewatch_client* none = nullptr;
  const uint32_t before = gme::Unparsed();
  gme::OnEvent(none, ITMG_MAIN_EVENT_TYPE_ENTER_ROOM, R"({"result":1})");
  gme::OnEvent(none, ITMG_MAIN_EVENT_TYPE_ENTER_ROOM, nullptr);
  EXPECT_EQ(GMEWATCH_CALL(none, 5), 5);
  EXPECT_EQ(gme::Unparsed() - before, 1u);
}

TEST(GmeAdapterTest, OfAnExpressionTheNameOfTheLastCallIsSentAndNoArgument) {
  EXPECT_EQ(NameOf("context->EnterRoom(room, 1)"), "EnterRoom");
  EXPECT_EQ(NameOf("ITMGContextGetInstance()->GetPTT()->StartRecording(\"a/b(c)\")"),
            "StartRecording");
  EXPECT_EQ(NameOf("(int)context . Init (\"id\", F(G(1)))"), "Init");
  EXPECT_EQ(NameOf("result = gme::Context::Pause()"), "Pause");
  EXPECT_EQ(NameOf("Call(')', \"\\\")\", x)"), "Call");
  EXPECT_EQ(NameOf("result"), "");
  EXPECT_EQ(NameOf("F(\"open"), "F");
  EXPECT_EQ(NameOf((std::string(100, 'x') + "()").c_str()), std::string(64, 'x'));
}

}  // namespace
}  // namespace gmewatch
