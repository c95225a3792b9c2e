// Reports an event to URL with little patience; exit status 0 if it was acknowledged in ten
// seconds.
//
//   short_game URL [before|after]    before or after the start no descriptor is left, until an
//   attempt has failed
#include <fcntl.h>
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

static void FreeFilesAfterAFailure(gmewatch_client* watch) {
  gmewatch_stats stats;
  do {
    gmewatch_get_stats(watch, &stats);
  } while (watch != NULL && stats.batches_failed == 0 && stats.pending_events > 0);
  while (taken_count > 0) close(taken[--taken_count]);
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
  gmewatch_report(watch, 1005, 1);
  if (when[0] != '\0') FreeFilesAfterAFailure(watch);
  return gmewatch_stop(watch, 10000) ? 0 : 1;
}
