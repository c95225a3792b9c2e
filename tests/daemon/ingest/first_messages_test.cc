#include "daemon/ingest/first_messages.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace gmewatch {
namespace {

class SomeCall final : public FirstMessages::Call {
 public:
  explicit SomeCall(FirstMessages* all) : all_(*all) { all_.Begin(this, &wait_); }
  ~SomeCall() { all_.Forget(&wait_); }

  void EndWithoutMessage(const grpc::Status& status) override { ended_with = status.error_code(); }
  void Cut() override { ++cuts; }
  bool Came() { return all_.Came(&wait_); }

  grpc::StatusCode ended_with = grpc::StatusCode::OK;
  int cuts = 0;

 private:
  FirstMessages& all_;
  FirstMessages::Wait wait_;
};

class FirstMessagesTest : public ::testing::Test {
 protected:
  void Pass(absl::Duration time) {
    clock_.Advance(time);
    all_.Sweep();
  }

  ManualClock clock_{absl::UnixEpoch()};
  FirstMessages all_{clock_};
};

TEST_F(FirstMessagesTest, ACallEndsWhenItsMessageIsLateAndIsCutIfThatDoesNotHelp) {
  SomeCall late(&all_);
  SomeCall in_time(&all_);
  Pass(FirstMessages::kPatience - absl::Seconds(1));
  EXPECT_TRUE(in_time.Came());
  EXPECT_EQ(late.ended_with, grpc::StatusCode::OK);
  Pass(absl::Seconds(1));
  EXPECT_EQ(late.ended_with, grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_FALSE(late.Came()) << "what comes now is not taken";
  EXPECT_EQ(late.cuts, 0);
  Pass(FirstMessages::kEndTime);
  EXPECT_EQ(late.cuts, 1);
  Pass(absl::Hours(1));
  EXPECT_EQ(in_time.ended_with, grpc::StatusCode::OK);
  EXPECT_EQ(in_time.cuts, 0);
  EXPECT_EQ(all_.ended(), 1U);
}

TEST_F(FirstMessagesTest, BeyondTheLimitTheOldestEnds) {
  std::vector<std::unique_ptr<SomeCall>> calls;
  for (size_t i = 0; i < FirstMessages::kWaitingMax + 2; ++i) {
    calls.push_back(std::make_unique<SomeCall>(&all_));
  }
  EXPECT_EQ(calls[0]->ended_with, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(calls[1]->ended_with, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(calls[2]->ended_with, grpc::StatusCode::OK);
  EXPECT_TRUE(calls[2]->Came());
  EXPECT_EQ(all_.ended(), 2U);
}

TEST_F(FirstMessagesTest, AStopCutsAllThatWaitAndACallThatHasGoneIsForgotten) {
  SomeCall waiting(&all_);
  SomeCall came(&all_);
  EXPECT_TRUE(came.Came());
  { const SomeCall gone(&all_); }
  all_.CutAll();
  EXPECT_EQ(waiting.cuts, 1);
  EXPECT_EQ(came.cuts, 0);
  Pass(absl::Hours(1));
}

}  // namespace
}  // namespace gmewatch
