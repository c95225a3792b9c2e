// A module of a game that has the core in C over libcurl; see module_host.cc.
#include <stdbool.h>

#include "gmewatch.h"

bool Send(const char* address, int code);

bool Send(const char* address, int code) {
  gmewatch_options options = gmewatch_defaults();
  options.url = address;
  options.app = "demo";
  options.region = "eu";
  options.consent = GMEWATCH_CONSENT_GRANTED;
  options.first_flush_ms = 10;
  gmewatch_client* const watch = gmewatch_start(&options);
  gmewatch_report(watch, code, 1);
  return gmewatch_stop(watch, 10000) != 0;
}
