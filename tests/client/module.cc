// A module of a game that has the library.
#include <chrono>

#include "gmewatch/reporter.h"

extern "C" bool Send(const char* address, int code) {
  gmewatch::ReporterOptions options;
  options.address = address;
  options.app = "demo";
  options.region = "eu";
  gmewatch::Reporter reporter(options);
  reporter.Report(code);
  return reporter.Stop(std::chrono::seconds(20));
}
