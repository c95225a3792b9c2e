// A fixture with an AnnotationPusher without its thread, a stub of Grafana, and a clock and spike
// reports that the test controls.
//
// Thread safety: none.
#ifndef GMEWATCH_TESTS_DAEMON_ANNOTATE_PUSHER_FIXTURE_H_
#define GMEWATCH_TESTS_DAEMON_ANNOTATE_PUSHER_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/annotate/annotation_pusher.h"
#include "daemon/base/clock.h"
#include "daemon/catalog/catalog.h"
#include "tests/daemon/annotate/spikes.h"
#include "tests/support/child_process.h"
#include "tests/support/grafana_stub.h"

namespace gmewatch {

inline constexpr char kToken[] = "glsa_first-token";

class AnnotationPusherTest : public testing::Test {
 protected:
  AnnotationPusherTest() : grafana_(kToken), clock_(absl::FromUnixSeconds(kStart)) {
    settings_.set_grafana_url(grafana_.url());
    settings_.set_token_file(dir_.Write("token", std::string(kToken) + "\n"));
    Restart();
  }

  // As another process of gmewatchd.
  void Restart() {
    pusher_ = std::make_unique<AnnotationPusher>(
        clock_, [this] { return std::make_shared<const SpikeReport>(report_); }, /*seed=*/1,
        PushTiming{.deadline = absl::Milliseconds(500)});
    Use();
  }
  void Use() { pusher_->Use(settings_, Catalog::Embedded(), "http://gme.example.com"); }

  // Steps until there is nothing more to do now.
  void Push() {
    for (int i = 0; i < 1000; ++i) {
      if (pusher_->RunOnce() > absl::ZeroDuration()) return;
    }
    FAIL() << "there is always more to do";
  }
  void Push(SpikeReport report) {
    report_ = std::move(report);
    Push();
  }
  // Pushes after a time longer than any pause.
  void PushLater() {
    clock_.Advance(absl::Minutes(2));
    Push();
  }

  std::vector<std::string> Methods() {
    std::vector<std::string> out;
    for (const StubRequest& request : grafana_.requests()) out.push_back(request.method);
    return out;
  }
  uint64_t Failures(AnnotateFailure failure) const {
    return pusher_->stats().failures[static_cast<size_t>(failure)];
  }

  GrafanaStub grafana_;
  const TempDir dir_;
  ManualClock clock_;
  SpikeReport report_;
  internal::Annotations settings_;
  std::unique_ptr<AnnotationPusher> pusher_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_ANNOTATE_PUSHER_FIXTURE_H_
