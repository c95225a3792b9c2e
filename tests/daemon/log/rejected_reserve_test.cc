#include "daemon/log/rejected_reserve.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "tests/daemon/log/log_fixture.h"

namespace gmewatch {
namespace {

const std::string kState = "0123456789abcdef0123456789abcdef";  // NOLINT(cert-err58-cpp): a test
constexpr auto kReason = static_cast<size_t>(RejectReason::kLogFailed);

RejectedByReason Some(uint64_t events) {
  RejectedByReason rejected{};
  rejected[kReason] = {1, events};
  return rejected;
}

uint64_t EventsOf(const RejectedReserve& reserve, uint64_t number) {
  return reserve.Read(number).value()[kReason].events;
}

// Changes one byte.
void Damage(const std::string& path, std::streamoff at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file.put('\x7f');
}

TEST(RejectedReserveTest, KeepsTheNewestRecordOverARestart) {
  TempDir dir;
  const std::string path = dir.File("rejected");
  for (const uint64_t events : {5U, 7U, 9U}) {
    RejectedReserve reserve = RejectedReserve::Open(path, kState).value();
    ASSERT_TRUE(reserve.Write(12, Some(events)).ok());
    EXPECT_EQ(EventsOf(reserve, 12), events);
  }
  const RejectedReserve reserve = RejectedReserve::Open(path, kState).value();
  EXPECT_EQ(EventsOf(reserve, 12), 9U);
}

TEST(RejectedReserveTest, ARecordIsForItsEpochAlone) {
  TempDir dir;
  RejectedReserve reserve = RejectedReserve::Open(dir.File("rejected"), kState).value();
  EXPECT_EQ(EventsOf(reserve, 0), 0U);
  ASSERT_TRUE(reserve.Write(12, Some(5)).ok());
  EXPECT_EQ(EventsOf(reserve, 11), 0U);
  EXPECT_EQ(EventsOf(reserve, 13), 0U);
}

TEST(RejectedReserveTest, ARecordOfAnotherStateIsNothing) {
  TempDir dir;
  const std::string path = dir.File("rejected");
  ASSERT_TRUE(RejectedReserve::Open(path, kState).value().Write(12, Some(5)).ok());
  EXPECT_EQ(EventsOf(RejectedReserve::Open(path, std::string(32, '7')).value(), 12), 0U);
}

TEST(RejectedReserveTest, AWriteThatWasTornLeavesTheOneBefore) {
  TempDir dir;
  const std::string path = dir.File("rejected");
  {
    RejectedReserve reserve = RejectedReserve::Open(path, kState).value();
    ASSERT_TRUE(reserve.Write(12, Some(5)).ok());
    ASSERT_TRUE(reserve.Write(12, Some(7)).ok());
  }
  Damage(path, 4096 + 66);  // in the record of the second slot
  RejectedReserve reserve = RejectedReserve::Open(path, kState).value();
  EXPECT_EQ(EventsOf(reserve, 12), 5U);
  // The next goes where the torn one was.
  ASSERT_TRUE(reserve.Write(12, Some(8)).ok());
  Damage(path, 4096 + 66);
  EXPECT_EQ(EventsOf(reserve, 12), 5U);
}

TEST(RejectedReserveTest, NeedsNoNewSpace) {
  TempDir dir;
  RejectedReserve reserve = RejectedReserve::Open(dir.File("rejected"), kState).value();
  RejectedByReason most{};
  for (Rejected& rejected : most) rejected = {UINT64_MAX, UINT64_MAX};
  void (*handler)(int) = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit limit = before;
  limit.rlim_cur = rlim_t{2} * 4096;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  absl::Status status;
  for (uint64_t i = 0; i < 10 && status.ok(); ++i) status = reserve.Write(i, most);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(EventsOf(reserve, 9), UINT64_MAX);
}

}  // namespace
}  // namespace gmewatch
