// A game with the core in C, for tests that kill it: reports ten events of a code again and
// again, and prints how many the spool has.
//
//   core_client URL SPOOL CODE REPORTS     (0 reports: only finishes what the spool has)
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "client/c/gmewatch.h"

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  gmewatch_options options = gmewatch_defaults();
  options.url = argv[1];
  options.app = "demo";
  options.region = "eu";
  options.spool_path = argv[2];
  options.consent = GMEWATCH_CONSENT_GRANTED;
  options.first_flush_ms = 10;
  options.flush_ms = 10;
  options.initial_backoff_ms = 10;
  options.max_backoff_ms = 100;
  gmewatch_client* const watch = gmewatch_start(&options);
  if (gmewatch_error(watch)[0] != '\0') {
    std::fprintf(stderr, "%s\n", gmewatch_error(watch));
    return 1;
  }
  const auto code = static_cast<int32_t>(std::strtol(argv[3], nullptr, 10));
  const long reports = std::strtol(argv[4], nullptr, 10);
  for (long i = 1; i <= reports; ++i) {
    std::printf("reported %ld\n", i * 10);
    std::fflush(stdout);
    gmewatch_report(watch, code, 10);
    const uint64_t writes_before = [watch] {
      gmewatch_stats stats;
      gmewatch_get_stats(watch, &stats);
      return stats.spool_writes;
    }();
    // Another thread may work just now; then the pause is its to carry out.
    for (;;) {
      gmewatch_pause(watch);
      gmewatch_stats stats;
      gmewatch_get_stats(watch, &stats);
      if (stats.spool_writes > writes_before + 1 || stats.pending_events == 0) break;
      gmewatch_report(watch, 0, 1);
    }
    std::printf("stored %ld\n", i * 10);
    std::fflush(stdout);
  }
  return gmewatch_stop(watch, 20000) != 0 ? 0 : 3;
}
