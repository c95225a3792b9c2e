#include "daemon/log/state_lock.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <utility>

#include "tests/daemon/log/log_fixture.h"

namespace gmewatch {
namespace {

using ::testing::HasSubstr;

TEST(StateLockTest, NamesTheProcessThatHoldsItUntilThatEnds) {
  TempDir dir;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const absl::StatusOr<StateLock> lock = StateLock::Acquire(dir.path());
    const char held = lock.ok() ? 'y' : 'n';
    if (write(ends[1], &held, 1) == 1) pause();
    _exit(1);
  }
  char held = 0;
  ASSERT_EQ(read(ends[0], &held, 1), 1);
  EXPECT_EQ(held, 'y');
  const absl::Status status = StateLock::Acquire(dir.path()).status();
  EXPECT_EQ(status, absl::FailedPreconditionError(absl::StrCat("state directory ", dir.path(),
                                                               " is in use by process ", child)));
  ASSERT_EQ(kill(child, SIGKILL), 0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  close(ends[0]);
  close(ends[1]);
  EXPECT_TRUE(StateLock::Acquire(dir.path()).ok());
}

TEST(StateLockTest, EndsWhenDestroyedAndMovesWithItsOwner) {
  TempDir dir;
  {
    absl::StatusOr<StateLock> lock = StateLock::Acquire(dir.path());
    ASSERT_TRUE(lock.ok()) << lock.status();
    const StateLock moved = *std::move(lock);
    EXPECT_FALSE(StateLock::Acquire(dir.path()).ok());
  }
  EXPECT_TRUE(StateLock::Acquire(dir.path()).ok());
}

TEST(StateLockTest, SaysSoIfItCannotReadTheOwner) {
  TempDir dir;
  const absl::StatusOr<StateLock> lock = StateLock::Acquire(dir.path());
  ASSERT_TRUE(lock.ok());
  std::ofstream(dir.File("lock")) << "nonsense";
  EXPECT_THAT(StateLock::Acquire(dir.path()).status().ToString(),
              HasSubstr("is in use by another process (its id cannot be read)"));
}

TEST(StateLockTest, HoldsThisProcessId) {
  TempDir dir;
  std::ofstream(dir.File("lock")) << "12345678901\n";
  const absl::StatusOr<StateLock> lock = StateLock::Acquire(dir.path());
  ASSERT_TRUE(lock.ok());
  std::string line;
  std::getline(std::ifstream(dir.File("lock")), line);
  EXPECT_EQ(line, absl::StrCat(getpid()));
}

TEST(StateLockTest, IsNotInheritedByPrograms) {
  TempDir dir;
  int input[2];
  int output[2];
  ASSERT_EQ(pipe2(input, O_CLOEXEC), 0);
  ASSERT_EQ(pipe2(output, O_CLOEXEC), 0);
  pid_t child = 0;
  {
    const absl::StatusOr<StateLock> lock = StateLock::Acquire(dir.path());
    ASSERT_TRUE(lock.ok());
    // The program runs until its input ends.
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    std::string name = "cat";
    char* arguments[] = {name.data(), nullptr};
    ASSERT_EQ(posix_spawnp(&child, "cat", &actions, nullptr, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    // Its answer shows that it runs: posix_spawn may return before its descriptors are closed.
    char byte = 'x';
    ASSERT_EQ(write(input[1], &byte, 1), 1);
    ASSERT_EQ(read(output[0], &byte, 1), 1);
  }
  EXPECT_TRUE(StateLock::Acquire(dir.path()).ok());
  for (const int fd : {input[0], input[1], output[0], output[1]}) close(fd);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
}

TEST(StateLockTest, CreatesTheDirectoryAndRejectsAFile) {
  TempDir dir;
  EXPECT_TRUE(StateLock::Acquire(dir.File("new/state")).ok());
  std::ofstream(dir.File("file")) << "x";
  EXPECT_EQ(StateLock::Acquire(dir.File("file")).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace gmewatch
