// Reports an event to URL with little patience; exit status 0 if it was acknowledged in ten
// seconds.
//
//   short_game URL [before|after|threads]    before or after the start no descriptor is left, or
//   after it no memory for another thread, until an attempt has failed
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gmewatch.h"

static int taken[256];
static int taken_count = 0;

static void TakeFiles(void) {
  const struct rlimit limit = {256, 256};
  setrlimit(RLIMIT_NOFILE, &limit);
  while (taken_count < 256 && (taken[taken_count] = open("/dev/null", O_RDONLY)) >= 0)
    ++taken_count;
}

// A thread's stack has more than what is left; root has no limit on the number of threads.
static void TakeMemory(struct rlimit* before) {
  FILE* const file = fopen("/proc/self/statm", "r");
  unsigned long pages = 0;
  if (file == NULL || fscanf(file, "%lu", &pages) != 1) exit(2);
  fclose(file);
  getrlimit(RLIMIT_AS, before);
  const struct rlimit limit = {pages * 4096 + (1 << 20), before->rlim_max};
  if (setrlimit(RLIMIT_AS, &limit) != 0) exit(2);
}

static void AwaitAFailure(gmewatch_client* watch) {
  gmewatch_stats stats;
  do {
    gmewatch_get_stats(watch, &stats);
  } while (watch != NULL && stats.batches_failed == 0 && stats.pending_events > 0);
}

int main(int argc, char** argv) {
  const char* const when = argc > 2 ? argv[2] : "";
  gmewatch_options options = gmewatch_defaults();
  options.url = argc > 1 ? argv[1] : "";
  options.app = "demo";
  options.region = "eu";
  options.consent = GMEWATCH_CONSENT_GRANTED;
  options.first_flush_ms = 10;
  options.timeout_ms = 500;
  options.initial_backoff_ms = 10;
  options.max_backoff_ms = 100;
  if (strcmp(when, "before") == 0) TakeFiles();
  gmewatch_client* const watch = gmewatch_start(&options);
  if (strcmp(when, "after") == 0) TakeFiles();
  struct rlimit memory = {0, 0};
  if (strcmp(when, "threads") == 0) TakeMemory(&memory);
  gmewatch_report(watch, 1005, 1);
  if (when[0] != '\0') AwaitAFailure(watch);
  while (taken_count > 0) close(taken[--taken_count]);
  if (memory.rlim_max > 0) {
    gmewatch_stats stats;
    gmewatch_get_stats(watch, &stats);
    printf("%llu attempts failed\n", (unsigned long long)stats.batches_failed);
    setrlimit(RLIMIT_AS, &memory);
  }
  return gmewatch_stop(watch, 10000) ? 0 : 1;
}
