#include "daemon/shared_session_watch.h"

#include <gtest/gtest.h>

#include "daemon/aggregate/aggregate.h"
#include "tests/daemon/aggregate/epochs.h"

namespace gmewatch {
namespace {

class SharedSessionWatchTest : public ::testing::Test {
 protected:
  SharedSessionWatchTest() { feed_.SetPolicy(SomePolicy()); }

  // One batch of a session after so many seconds.
  void Send(uint64_t session, uint64_t sequence, double seconds) {
    Epoch epoch;
    epoch.Add(SomeBatch(session, sequence, {{1005, 1}}), From("demo", "eu"));
    feed_.now_ms += static_cast<int64_t>(seconds * 1000);
    watch_.Observe(epoch, feed_.Apply(&epoch));
  }

  Aggregate aggregate_;
  Feed feed_{&aggregate_};
  SharedSessionWatch watch_;
};

TEST_F(SharedSessionWatchTest, NoticesTwoSendersInStep) {
  for (uint64_t sequence = 1; sequence <= 30; ++sequence) {
    Send(1, sequence, 2.5);
    Send(1, sequence, 2.5);
  }
  EXPECT_EQ(watch_.sessions(), 1U) << "once";
}

TEST_F(SharedSessionWatchTest, NoticesASenderThatIsBehindAnother) {
  for (uint64_t sequence = 1; sequence <= 100; ++sequence) Send(1, sequence, 5);
  for (uint64_t sequence = 40; sequence <= 50; ++sequence) {
    Send(1, sequence, 5);
    Send(2, sequence, 0.1);  // another session, whose batches are counted
  }
  EXPECT_EQ(watch_.sessions(), 1U);
}

TEST_F(SharedSessionWatchTest, NoticesNoSenderWhoseAnswersGetLostNowAndThen) {
  uint64_t sequence = 0;
  for (int round = 0; round < 50; ++round) {
    for (const bool lost : {true, true, true, false}) {
      Send(1, ++sequence, 5);
      if (lost) Send(1, sequence, 2);
    }
  }
  for (int retry = 0; retry < 20; ++retry) Send(1, sequence, 15);  // one answer, never read
  EXPECT_EQ(watch_.sessions(), 0U);
}

TEST_F(SharedSessionWatchTest, NoticesNoStreamThatSendsAgainWhatWasNotAcknowledged) {
  for (uint64_t sequence = 1; sequence <= 200; ++sequence) Send(1, sequence, 0.1);
  for (uint64_t sequence = 101; sequence <= 200; ++sequence) Send(1, sequence, 0.001);
  EXPECT_EQ(watch_.sessions(), 0U);
}

}  // namespace
}  // namespace gmewatch
