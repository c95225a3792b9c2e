/* Preloaded into a process (LD_PRELOAD), ends it with SIGKILL before or after the Nth call of a kind
 * on a file: kill_point.h says which. It changes nothing else, and costs nothing while no kill point
 * is set. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/kill_point_state.h"

static struct GmewatchKillPointState *state;

__attribute__((constructor)) static void map_state(void) {
  const char *path = getenv(GMEWATCH_KILL_POINT_VARIABLE);
  const int file = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void *mapped = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (mapped != MAP_FAILED) state = mapped;
}

static int is_file(int fd) {
  char link[32];
  char path[512];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof(path) - 1);
  if (length <= 0) return 0;
  path[length] = '\0';
  const char *slash = strrchr(path, '/');
  return strcmp(slash == NULL ? path : slash + 1, state->file) == 0;
}

static void count_down(void) {
  if (__atomic_sub_fetch(&state->countdown, 1, __ATOMIC_ACQ_REL) != 0) return;
  __atomic_store_n(&state->reached, 1, __ATOMIC_RELEASE);
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static int is_set(int call, int after) {
  return state != NULL && __atomic_load_n(&state->countdown, __ATOMIC_ACQUIRE) > 0 &&
         state->call == call && state->after == after;
}

static void at(int call, int after, int fd) {
  if (is_set(call, after) && (call == kKillAtSend || is_file(fd))) count_down();
}

#define ORIGINAL(name, type)                         \
  static type original;                              \
  if (original == NULL) {                            \
    void *found = dlsym(RTLD_NEXT, name);            \
    memcpy(&original, &found, sizeof(original));     \
  }

typedef ssize_t (*pread_type)(int, void *, size_t, off64_t);
typedef ssize_t (*pwrite_type)(int, const void *, size_t, off64_t);
typedef int (*sync_type)(int);
typedef ssize_t (*sendmsg_type)(int, const struct msghdr *, int);
typedef ssize_t (*write_type)(int, const void *, size_t);

ssize_t pread64(int fd, void *bytes, size_t size, off64_t offset) {
  ORIGINAL("pread64", pread_type)
  at(kKillAtRead, 0, fd);
  const ssize_t result = original(fd, bytes, size, offset);
  at(kKillAtRead, 1, fd);
  return result;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
  ORIGINAL("pwrite64", pwrite_type)
  at(kKillAtWrite, 0, fd);
  const ssize_t result = original(fd, bytes, size, offset);
  at(kKillAtWrite, 1, fd);
  return result;
}

int fdatasync(int fd) {
  ORIGINAL("fdatasync", sync_type)
  at(kKillAtSync, 0, fd);
  const int result = original(fd);
  at(kKillAtSync, 1, fd);
  return result;
}

int fsync(int fd) {
  ORIGINAL("fsync", sync_type)
  at(kKillAtSync, 0, fd);
  const int result = original(fd);
  at(kKillAtSync, 1, fd);
  return result;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  ORIGINAL("sendmsg", sendmsg_type)
  at(kKillAtSend, 0, fd);
  const ssize_t result = original(fd, message, flags);
  at(kKillAtSend, 1, fd);
  return result;
}

ssize_t write(int fd, const void *bytes, size_t size) {
  ORIGINAL("write", write_type)
  const ssize_t result = original(fd, bytes, size);
  if (fd == STDERR_FILENO && is_set(kKillAtLog, 1) &&
      memmem(bytes, size, state->file, strlen(state->file)) != NULL) {
    count_down();
  }
  return result;
}
