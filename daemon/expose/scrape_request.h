// What a reader of /metrics sent: who it is, and the format and coding that it asks for.
//
// Thread safety: pure functions.
#ifndef GMEWATCH_DAEMON_EXPOSE_SCRAPE_REQUEST_H_
#define GMEWATCH_DAEMON_EXPOSE_SCRAPE_REQUEST_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

// Headers that were not sent are empty.
struct ScrapeRequest {
  std::string address = {};  // of the reader, without its port, which changes with each connection
  std::string forwarded_for = {};
  std::string host = {};
  std::string user_agent = {};
  std::string accept = {};
  std::string accept_encoding = {};
  std::string scrape_timeout = {};  // X-Prometheus-Scrape-Timeout-Seconds
};

// `header` returns the value of a header, empty if it was not sent.
ScrapeRequest ScrapeRequestOf(std::string address,
                              absl::FunctionRef<absl::string_view(const char* name)> header);

// The number of a scraper: the same for all requests with the same address and headers. Nullopt for
// a person's curl or browser: what neither sends a scrape timeout nor asks for an exposition format
// by its name.
std::optional<uint64_t> ScraperId(const ScrapeRequest& request);

struct ScrapeFormat {
  bool open_metrics = false;  // else the text format 0.0.4
  bool gzip = false;
  absl::string_view content_type;
};

// Chosen by the quality values of RFC 9110. OpenMetrics only if it is asked for by name and at
// least as welcome as plain text. What asks for neither gets plain text.
ScrapeFormat FormatFor(const ScrapeRequest& request);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_SCRAPE_REQUEST_H_
