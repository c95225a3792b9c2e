#include "daemon/annotate/annotation_pusher.h"

#include "daemon/base/escape_html.h"
#include "tests/daemon/annotate/pusher_fixture.h"
#include "tests/support/silent_listener.h"

namespace gmewatch {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST_F(AnnotationPusherTest, ASpikeIsOneAnnotationFromItsStartToItsEnd) {
  Push(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  ASSERT_THAT(grafana_.annotations(), SizeIs(1));
  StubAnnotation annotation = grafana_.annotations()[0];
  EXPECT_EQ(annotation.time_ms, kStart * 1000);
  EXPECT_EQ(annotation.time_end_ms, (kStart + 20) * 1000);
  EXPECT_THAT(annotation.text, StartsWith("<b>1005 AV_ERR_TIMEOUT</b> in eu of demo<br/>42 a "));
  EXPECT_THAT(annotation.text, HasSubstr(EscapeHtml(Catalog::Embedded().Find(1005)->solution)));
  EXPECT_THAT(annotation.text, HasSubstr("<a href=\"http://gme.example.com/codes/1005\">"));
  EXPECT_THAT(annotation.text, HasSubstr("<a href=\"/d/gme-code?"));
  EXPECT_THAT(annotation.tags, Contains("lasting"));

  Push(ReportAt(kStart + 90, {ActiveSpike(1005)}));
  EXPECT_EQ(grafana_.annotations()[0].time_end_ms, (kStart + 90) * 1000);
  const Spike ended = EndedSpike(ActiveSpike(1005), kStart + 123);
  Push(ReportAt(kStart + 130, {ended}));
  Push(ReportAt(kStart + 140, {ended}));
  ASSERT_THAT(grafana_.annotations(), SizeIs(1));
  annotation = grafana_.annotations()[0];
  EXPECT_EQ(annotation.time_ms, kStart * 1000);
  EXPECT_EQ(annotation.time_end_ms, (kStart + 123) * 1000);
  EXPECT_THAT(annotation.text, HasSubstr("<br/>up to 42 a minute, 3.0 expected at this hour<br/>"));
  EXPECT_THAT(annotation.tags, ElementsAre("gme", "spike", "code:1005", "app:demo", "region:eu",
                                           "gmewatch:1005/demo/eu"));
  EXPECT_THAT(Methods(), ElementsAre("GET", "POST", "PATCH", "PATCH"));
  EXPECT_EQ(pusher_->stats().created, 1U);
  EXPECT_EQ(pusher_->stats().updated, 2U);
  EXPECT_EQ(pusher_->stats().queue, 0U);
}

TEST_F(AnnotationPusherTest, OnlyTheProcessThatIsAskedPushes) {
  bool pushes = false;
  pusher_->PushWhile([&pushes] { return pushes; });
  Push(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  EXPECT_THAT(grafana_.requests(), IsEmpty());
  pushes = true;
  Push(ReportAt(kStart + 40, {ActiveSpike(1005)}));
  ASSERT_THAT(grafana_.annotations(), SizeIs(1));
  // Another one takes over and ends it; then this one is asked again.
  pushes = false;
  Push(ReportAt(kStart + 60, {ActiveSpike(1005)}));
  EXPECT_EQ(grafana_.annotations()[0].time_end_ms, (kStart + 40) * 1000);
  pushes = true;
  Push(ReportAt(kStart + 300, {EndedSpike(ActiveSpike(1005), kStart + 250)}));
  ASSERT_THAT(grafana_.annotations(), SizeIs(1));
  EXPECT_EQ(grafana_.annotations()[0].time_end_ms, (kStart + 250) * 1000);
}

TEST_F(AnnotationPusherTest, ARestartDuringASpikeMakesNoSecondAnnotation) {
  Push(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  Restart();
  Push();
  Push(ReportAt(kStart + 200, {ActiveSpike(1005)}));
  Restart();
  Push(ReportAt(kStart + 300, {EndedSpike(ActiveSpike(1005), kStart + 250)}));
  ASSERT_THAT(grafana_.annotations(), SizeIs(1));
  EXPECT_EQ(grafana_.annotations()[0].time_end_ms, (kStart + 250) * 1000);
  EXPECT_THAT(grafana_.annotations()[0].tags, Not(Contains("lasting")));
  EXPECT_THAT(grafana_.annotations()[0].text, Not(HasSubstr("up to")))
      << "no process has seen all of it";
  EXPECT_THAT(grafana_.annotations()[0].text, HasSubstr("42 a minute"));
}

TEST_F(AnnotationPusherTest, SpikesOfOneCodeInManyPlacesAreNotMixedUp) {
  std::vector<Spike> spikes;
  for (int i = 0; i < 150; ++i) {
    spikes.push_back(ActiveSpike(1005));
    spikes.back().where.place.region = "eu" + std::to_string(i);
  }
  Push(ReportAt(kStart + 20, spikes));
  Restart();
  Push();
  EXPECT_THAT(grafana_.annotations(), SizeIs(150));
  EXPECT_EQ(pusher_->stats().created, 0U);
}

TEST_F(AnnotationPusherTest, NothingIsPushedIfTheSettingsNameNoGrafana) {
  settings_ = internal::Annotations();
  Restart();
  report_ = ReportAt(kStart + 20, {ActiveSpike(1005)});
  EXPECT_EQ(pusher_->RunOnce(), absl::InfiniteDuration());
  EXPECT_EQ(pusher_->stats().queue, 0U);
  EXPECT_THAT(grafana_.requests(), IsEmpty());
}

TEST_F(AnnotationPusherTest, SettingsChangeWhileItRuns) {
  GrafanaStub other(kToken);
  Push(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  settings_.set_grafana_url(other.url());
  Use();
  Push();
  EXPECT_THAT(other.annotations(), SizeIs(1));
  settings_ = internal::Annotations();
  Use();
  report_ = ReportAt(kStart + 300, {EndedSpike(ActiveSpike(1005), kStart + 250)});
  EXPECT_EQ(pusher_->RunOnce(), absl::InfiniteDuration());
  EXPECT_EQ(other.annotations()[0].time_end_ms, (kStart + 20) * 1000);
}

TEST_F(AnnotationPusherTest, AChangedTokenIsReadFromItsFile) {
  Push(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  grafana_.SetToken("glsa_second-token");
  dir_.Write("token", "glsa_second-token");
  Push(ReportAt(kStart + 100, {ActiveSpike(1005)}));
  EXPECT_EQ(grafana_.annotations()[0].time_end_ms, (kStart + 100) * 1000);
  EXPECT_EQ(Failures(AnnotateFailure::kUnauthorized), 0U);
}

TEST_F(AnnotationPusherTest, AWrongTokenIsCountedNeverLoggedAndTriedAgain) {
  grafana_.SetToken("glsa_another");
  testing::internal::CaptureStderr();
  Push(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  PushLater();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(Failures(AnnotateFailure::kUnauthorized), 2U);
  EXPECT_EQ(pusher_->stats().queue, 1U);
  EXPECT_THAT(log, HasSubstr("ERROR annotations cannot be pushed to Grafana reason=unauthorized"));
  EXPECT_EQ(log.find("ERROR"), log.rfind("ERROR")) << "logged once";
  EXPECT_THAT(log, Not(HasSubstr(kToken)));
  grafana_.SetToken(kToken);
  testing::internal::CaptureStderr();
  PushLater();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("annotations reach Grafana again"));
  EXPECT_THAT(grafana_.annotations(), SizeIs(1));
}

TEST_F(AnnotationPusherTest, AFileWithoutATokenIsCountedAndReadAgain) {
  for (const char* text : {"", "\n", "two words", "line\nline"}) {
    dir_.Write("token", text);
    Restart();
    Push(ReportAt(kStart + 20, {ActiveSpike(1005)}));
    EXPECT_EQ(Failures(AnnotateFailure::kNoToken), 1U) << text;
  }
  EXPECT_THAT(grafana_.requests(), IsEmpty());
  dir_.Write("token", kToken);
  PushLater();
  EXPECT_THAT(grafana_.annotations(), SizeIs(1));
}

TEST_F(AnnotationPusherTest, TheThreadPushesAndStopsInTime) {
  report_ = ReportAt(kStart + 20, {ActiveSpike(1005)});
  pusher_->Start();
  EXPECT_TRUE(grafana_.AwaitRequests(2));
  pusher_->Stop();
  EXPECT_THAT(grafana_.annotations(), SizeIs(1));
}

TEST_F(AnnotationPusherTest, StopEndsARequestWithoutAnAnswer) {
  const SilentListener silent(SilentListener::Kind::kAcceptsAndIsSilent);
  settings_.set_grafana_url("http://" + silent.address());
  report_ = ReportAt(kStart + 20, {ActiveSpike(1005)});
  AnnotationPusher pusher(
      clock_, [this] { return std::make_shared<const SpikeReport>(report_); }, /*seed=*/1);
  pusher.Use(settings_, Catalog::Embedded(), "");
  pusher.Start();
  RealClock clock;
  ASSERT_TRUE(AwaitTrue([&] { return pusher.stats().queue == 1; }, absl::Seconds(20)));
  const absl::Duration begin = clock.Monotonic();
  pusher.Stop();
  EXPECT_LT(clock.Monotonic() - begin, absl::Seconds(2));
}

}  // namespace
}  // namespace gmewatch
