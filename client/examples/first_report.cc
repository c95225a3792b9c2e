// The smallest program that uses the client library: counts two results of GME calls and stops.
#include <cstdio>

#include "gmewatch/reporter.h"

int main() {
  gmewatch::ReporterOptions options;
  options.address = "127.0.0.1:4747";
  options.app = "demo";
  options.region = "eu";
  gmewatch::Reporter reporter(options);

  reporter.Report(1005);  // the result in a GME callback; AV_OK (0) counts as a success
  reporter.Success();

  const bool sent = reporter.Stop(std::chrono::seconds(2));
  if (!sent) std::fprintf(stderr, "not sent: %s\n", reporter.Stats().last_error.c_str());
  return sent ? 0 : 1;
}
