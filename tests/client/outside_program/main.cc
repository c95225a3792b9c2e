#include <gmewatch/reporter.h>

#include <chrono>

int main() {
  gmewatch::ReporterOptions options;
  options.address = "127.0.0.1:1";  // nobody listens there
  options.app = "outside";
  options.region = "eu";
  gmewatch::Reporter reporter(options);
  reporter.Report(1005);
  const bool sent = reporter.Stop(std::chrono::milliseconds(500));
  const gmewatch::ReporterStats stats = reporter.Stats();
  return !sent && stats.pending_events == 1 && stats.batches_sent >= 1 ? 0 : 1;
}
