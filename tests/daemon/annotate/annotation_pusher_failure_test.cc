// AnnotationPusher with a Grafana that is slow, broken or down.
#include "daemon/annotate/annotation_pusher.h"
#include "tests/daemon/annotate/pusher_fixture.h"

namespace gmewatch {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

using Fault = GrafanaStub::Fault;

TEST_F(AnnotationPusherTest, APostWhoseAnswerWasLostIsNotMadeTwice) {
  grafana_.Break("POST", Fault::kLoseAnswer);
  Push(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  EXPECT_EQ(Failures(AnnotateFailure::kUnreachable), 1U);
  EXPECT_EQ(pusher_->stats().queue, 1U);
  PushLater();
  EXPECT_THAT(grafana_.annotations(), SizeIs(1));
  EXPECT_THAT(Methods(), ElementsAre("GET", "POST", "GET"));
  EXPECT_EQ(pusher_->stats().queue, 0U);
}

TEST_F(AnnotationPusherTest, APostWhoseAnswerCameTooLateIsNotMadeTwice) {
  grafana_.Break("POST", Fault::kHold);
  Push(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  EXPECT_EQ(Failures(AnnotateFailure::kTimeout), 1U);
  grafana_.Release();
  PushLater();
  EXPECT_THAT(grafana_.annotations(), SizeIs(1));
  EXPECT_THAT(Methods(), ElementsAre("GET", "POST", "GET"));
}

TEST_F(AnnotationPusherTest, APostWithAMeaninglessAnswerIsNotMadeTwice) {
  grafana_.Break("POST", Fault::kNonsense);
  Push(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  EXPECT_EQ(Failures(AnnotateFailure::kBadAnswer), 1U);
  PushLater();
  EXPECT_THAT(grafana_.annotations(), SizeIs(1));
}

TEST_F(AnnotationPusherTest, ARestartAfterALostAnswerMakesNoSecondOne) {
  grafana_.Break("POST", Fault::kLoseAnswer);
  Push(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  Restart();
  Push();
  EXPECT_THAT(grafana_.annotations(), SizeIs(1));
}

TEST_F(AnnotationPusherTest, ItWaitsBeforeItSearchesForTheAnnotationOfALostPost) {
  grafana_.Break("POST", Fault::kLoseAnswer);
  Push(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  clock_.Advance(AnnotationPusher::kPostGrace - absl::Milliseconds(1));
  Push();
  EXPECT_THAT(Methods(), ElementsAre("GET", "POST"));
  clock_.Advance(absl::Milliseconds(1));
  Push();
  EXPECT_THAT(Methods(), ElementsAre("GET", "POST", "GET"));
}

TEST_F(AnnotationPusherTest, PausesGrowWhileGrafanaFails) {
  constexpr int kTimes = 12;
  for (int i = 0; i < kTimes; ++i) {
    const int statuses[] = {500, 502, 503, 429};
    grafana_.Break("GET", Fault::kStatus, statuses[i % 4]);
  }
  report_ = ReportAt(kStart + 20, {ActiveSpike(1005)});
  Push();
  std::vector<absl::Duration> pauses;
  for (absl::Duration since; pauses.size() < kTimes && since < absl::Minutes(2);) {
    const size_t before = grafana_.requests().size();
    clock_.Advance(absl::Milliseconds(100));
    since += absl::Milliseconds(100);
    Push();
    if (grafana_.requests().size() == before) continue;
    pauses.push_back(since);
    since = absl::ZeroDuration();
  }
  ASSERT_THAT(pauses, SizeIs(kTimes));
  EXPECT_LE(pauses.front(), absl::Milliseconds(1100));
  EXPECT_GE(pauses.back(), absl::Seconds(30));
  EXPECT_LE(pauses.back(), absl::Seconds(61));
  EXPECT_EQ(Failures(AnnotateFailure::kServerError), 9U);
  EXPECT_EQ(Failures(AnnotateFailure::kThrottled), 3U);
  EXPECT_THAT(grafana_.annotations(), SizeIs(1));
}

TEST_F(AnnotationPusherTest, ARejectedSpikeIsCountedAndNotTriedAgain) {
  grafana_.Break("POST", Fault::kStatus, 400);
  Push(ReportAt(kStart + 20, {ActiveSpike(1005), ActiveSpike(1006)}));
  PushLater();
  EXPECT_EQ(Failures(AnnotateFailure::kRejected), 1U);
  EXPECT_EQ(pusher_->stats().queue, 0U);
  ASSERT_THAT(grafana_.annotations(), SizeIs(1));
  EXPECT_EQ(grafana_.annotations()[0].tags[2], "code:1006");
}

TEST_F(AnnotationPusherTest, ADeletedAnnotationStaysDeleted) {
  Push(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  grafana_.Remove(grafana_.annotations()[0].id);
  Push(ReportAt(kStart + 100, {ActiveSpike(1005)}));
  Push(ReportAt(kStart + 200, {EndedSpike(ActiveSpike(1005), kStart + 150)}));
  EXPECT_THAT(grafana_.annotations(), SizeIs(0));
  EXPECT_EQ(Failures(AnnotateFailure::kRejected), 1U);
}

TEST_F(AnnotationPusherTest, ASpikeThatEndedWhileGrafanaWasDownIsPushedLater) {
  settings_.set_grafana_url("http://127.0.0.1:1");
  Restart();
  Push(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  clock_.Advance(absl::Minutes(2));
  Push(ReportAt(kStart + 100, {EndedSpike(ActiveSpike(1005), kStart + 90)}));
  EXPECT_EQ(Failures(AnnotateFailure::kUnreachable), 2U);
  settings_.set_grafana_url(grafana_.url());
  Use();
  Push();
  ASSERT_THAT(grafana_.annotations(), SizeIs(1));
  EXPECT_EQ(grafana_.annotations()[0].time_ms, kStart * 1000);
  EXPECT_EQ(grafana_.annotations()[0].time_end_ms, (kStart + 90) * 1000);
}

TEST_F(AnnotationPusherTest, AGivenUpSpikeIsCounted) {
  settings_.set_grafana_url("http://127.0.0.1:1");
  Restart();
  Push(ReportAt(kStart + 20, {ActiveSpike(1005)}));
  Push(ReportAt(kStart + 100, {EndedSpike(ActiveSpike(1005), kStart + 90)}));
  Push(ReportAt(kStart + 90 + 3600, {}));
  EXPECT_EQ(Failures(AnnotateFailure::kExpired), 1U);
  EXPECT_EQ(pusher_->stats().queue, 0U);
}

}  // namespace
}  // namespace gmewatch
