// A game with the core in C on a spool: prints how many events the spool gave back, then reports
// COUNT of 1005 and ends. usage: spool_peer SPOOL COUNT
#include <stdio.h>
#include <stdlib.h>

#include "gmewatch.h"

static int Post(void* user, const gmewatch_request* request) {
  (void)user;
  (void)request;
  return 1;  // no answer follows
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  gmewatch_options options = gmewatch_defaults();
  options.url = "http://127.0.0.1:1";
  options.app = "demo";
  options.region = "eu";
  options.consent = GMEWATCH_CONSENT_GRANTED;
  options.spool_path = argv[1];
  options.post = Post;
  gmewatch_client* watch = gmewatch_create(&options);
  gmewatch_tick(watch);
  gmewatch_stats stats;
  gmewatch_get_stats(watch, &stats);
  printf("%lu %s\n", (unsigned long)stats.restored_events, stats.last_error);
  gmewatch_report(watch, 1005, (uint32_t)strtoul(argv[2], NULL, 10));
  gmewatch_destroy(watch);
  return 0;
}
