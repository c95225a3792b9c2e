// The first report of a game with the core in C:  first_report_c https://gmewatch.example.com
#include "gmewatch.h"

int main(int argc, char** argv) {
  gmewatch_options options = gmewatch_defaults();
  options.url = argc > 1 ? argv[1] : "http://127.0.0.1:4748";
  options.app = "demo";
  options.region = "eu";
  options.consent = GMEWATCH_CONSENT_GRANTED;
  gmewatch_client* const watch = gmewatch_start(&options);
  gmewatch_report(watch, 1005, 1);            // in any GME callback; 0 counts as a success
  return gmewatch_stop(watch, 5000) ? 0 : 1;  // a game passes 0 and leaves the rest to the spool
}
