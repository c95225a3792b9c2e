// Preloaded into a program, moves its clocks by what a file says, as if somebody had set the wall
// clock of the machine or had suspended it. GMEWATCH_MOVED_CLOCK names the file: two numbers of
// eight bytes, in nanoseconds: by how much the wall clock was set, and how long the machine was
// suspended, which adds to the wall clock and to CLOCK_BOOTTIME.
//
// A wait until a point of the wall clock ends when the moved clock gets there, as in the kernel:
// every few milliseconds such a wait looks at the clock again. Reached are C library calls and the
// futex calls that abseil makes with syscall(). Waits on the monotonic clock are left alone.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t kSecond = 1000000000;
static const int64_t kSlice = 2000000;
// Deadlines before this are not of the wall clock: a condition may have the monotonic one.
static const time_t kWallClockBegins = 1000000000;

static const volatile int64_t* offsets;
static int (*real_clock_gettime)(clockid_t, struct timespec*);
static long (*real_syscall)(long, ...);
static int (*real_cond_timedwait)(pthread_cond_t*, pthread_mutex_t*, const struct timespec*);
static int (*real_cond_clockwait)(pthread_cond_t*, pthread_mutex_t*, clockid_t,
                                  const struct timespec*);
static int (*real_sem_timedwait)(sem_t*, const struct timespec*);

static void* Find(const char* name, const char* version) {
  void* found = dlvsym(RTLD_NEXT, name, version);
  return found != NULL ? found : dlsym(RTLD_NEXT, name);
}

static void Begin(void) {
  if (real_syscall != NULL) return;
  *(void**)&real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
  // The oldest version of this function is another one.
  *(void**)&real_cond_timedwait = Find("pthread_cond_timedwait", "GLIBC_2.3.2");
  *(void**)&real_cond_clockwait = dlsym(RTLD_NEXT, "pthread_cond_clockwait");
  *(void**)&real_sem_timedwait = dlsym(RTLD_NEXT, "sem_timedwait");
  const char* path = getenv("GMEWATCH_MOVED_CLOCK");
  if (path != NULL) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    void* mapped = file < 0 ? MAP_FAILED : mmap(NULL, 16, PROT_READ, MAP_SHARED, file, 0);
    if (file >= 0) close(file);
    if (mapped == MAP_FAILED) abort();
    offsets = mapped;
  }
  *(void**)&real_syscall = dlsym(RTLD_NEXT, "syscall");
}

__attribute__((constructor)) static void Construct(void) { Begin(); }

static int64_t OffsetOf(clockid_t clock) {
  if (offsets == NULL) return 0;
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) return offsets[0] + offsets[1];
  return clock == CLOCK_BOOTTIME ? offsets[1] : 0;
}

static int64_t Nanoseconds(const struct timespec* t) {
  return (int64_t)t->tv_sec * kSecond + t->tv_nsec;
}

static struct timespec Timespec(int64_t ns) {
  struct timespec t = {ns / kSecond, ns % kSecond};
  return t;
}

int clock_gettime(clockid_t clock, struct timespec* out) {
  Begin();
  const int result = real_clock_gettime(clock, out);
  const int64_t offset = result == 0 ? OffsetOf(clock) : 0;
  if (offset != 0) *out = Timespec(Nanoseconds(out) + offset);
  return result;
}

int gettimeofday(struct timeval* restrict out, void* restrict zone) {
  (void)zone;
  struct timespec now;
  const int result = clock_gettime(CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec;
  out->tv_usec = now.tv_nsec / 1000;
  return result;
}

time_t time(time_t* out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != NULL) *out = now.tv_sec;
  return now.tv_sec;
}

// The end of the next slice of a wait until `end` of the moved clock, on the real one. Returns
// whether it is the last slice.
static int NextSlice(const struct timespec* end, struct timespec* slice) {
  struct timespec now;
  real_clock_gettime(CLOCK_REALTIME, &now);
  const int64_t real = Nanoseconds(&now);
  const int64_t left = Nanoseconds(end) - (real + OffsetOf(CLOCK_REALTIME));
  *slice = Timespec(real + (left < kSlice ? left : kSlice));
  return left <= kSlice;
}

long syscall(long number, ...) {
  Begin();
  va_list list;
  va_start(list, number);
  long a[6];
  for (int i = 0; i < 6; ++i) a[i] = va_arg(list, long);
  va_end(list);
  if (number == SYS_clock_gettime) return clock_gettime((clockid_t)a[0], (struct timespec*)a[1]);
  const struct timespec* end = (const struct timespec*)a[3];
  if (number != SYS_futex || ((int)a[1] & FUTEX_CMD_MASK) != FUTEX_WAIT_BITSET ||
      ((int)a[1] & FUTEX_CLOCK_REALTIME) == 0 || end == NULL) {
    return real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  }
  for (;;) {
    struct timespec slice;
    const int last = NextSlice(end, &slice);
    const long result = real_syscall(number, a[0], a[1], a[2], (long)&slice, a[4], a[5]);
    if (last || result == 0 || errno != ETIMEDOUT) return result;
  }
}

int pthread_cond_timedwait(pthread_cond_t* restrict cond, pthread_mutex_t* restrict mutex,
                           const struct timespec* restrict end) {
  Begin();
  if (end->tv_sec < kWallClockBegins) return real_cond_timedwait(cond, mutex, end);
  for (;;) {
    struct timespec slice;
    const int last = NextSlice(end, &slice);
    const int result = real_cond_timedwait(cond, mutex, &slice);
    if (last || result != ETIMEDOUT) return result;
  }
}

int pthread_cond_clockwait(pthread_cond_t* cond, pthread_mutex_t* mutex, clockid_t clock,
                           const struct timespec* end) {
  Begin();
  if (clock != CLOCK_REALTIME) return real_cond_clockwait(cond, mutex, clock, end);
  return pthread_cond_timedwait(cond, mutex, end);
}

int sem_timedwait(sem_t* restrict sem, const struct timespec* restrict end) {
  Begin();
  for (;;) {
    struct timespec slice;
    const int last = NextSlice(end, &slice);
    const int result = real_sem_timedwait(sem, &slice);
    if (last || result == 0 || errno != ETIMEDOUT) return result;
  }
}
