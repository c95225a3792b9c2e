#include "daemon/expose/scrape_request.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace gmewatch {
namespace {

// The qualities of one entry of a header: 0, it is not acceptable.
struct Entry {
  std::string name;     // lower case
  std::string version;  // the parameter of a media type; empty without it
  double quality = 1;
};

Entry ParseEntry(absl::string_view text) {
  Entry entry;
  bool first = true;
  for (const absl::string_view part : absl::StrSplit(text, ';')) {
    const absl::string_view trimmed = absl::StripAsciiWhitespace(part);
    if (std::exchange(first, false)) {
      entry.name = absl::AsciiStrToLower(trimmed);
      continue;
    }
    const std::pair<absl::string_view, absl::string_view> parameter =
        absl::StrSplit(trimmed, absl::MaxSplits('=', 1));
    const absl::string_view value =
        absl::StripSuffix(absl::StripPrefix(parameter.second, "\""), "\"");
    if (absl::EqualsIgnoreCase(parameter.first, "version")) entry.version = std::string(value);
    if (absl::EqualsIgnoreCase(parameter.first, "q") && !absl::SimpleAtod(value, &entry.quality)) {
      entry.quality = 0;
    }
  }
  return entry;
}

// The highest quality of the entries with this name and one of these versions; without a version
// an entry means every version. Negative without any.
double QualityOf(absl::string_view header, absl::string_view name,
                 std::initializer_list<absl::string_view> versions) {
  double best = -1;
  for (const absl::string_view text : absl::StrSplit(header, ',', absl::SkipWhitespace())) {
    const Entry entry = ParseEntry(text);
    const bool version = entry.version.empty() || std::find(versions.begin(), versions.end(),
                                                            entry.version) != versions.end();
    if (entry.name == name && version) best = std::max(best, entry.quality);
  }
  return best;
}

// The quality of the most specific of the names that the header has; 0 without any.
double QualityOfFirst(absl::string_view header, std::initializer_list<absl::string_view> names,
                      std::initializer_list<absl::string_view> versions) {
  for (const absl::string_view name : names) {
    const double quality = QualityOf(header, name, versions);
    if (quality >= 0) return quality;
  }
  return 0;
}

}  // namespace

ScrapeRequest ScrapeRequestOf(std::string address,
                              absl::FunctionRef<absl::string_view(const char* name)> header) {
  ScrapeRequest request;
  request.address = std::move(address);
  request.forwarded_for = std::string(header("X-Forwarded-For"));
  request.host = std::string(header("Host"));
  request.user_agent = std::string(header("User-Agent"));
  request.accept = std::string(header("Accept"));
  request.accept_encoding = std::string(header("Accept-Encoding"));
  request.scrape_timeout = std::string(header("X-Prometheus-Scrape-Timeout-Seconds"));
  return request;
}

std::optional<uint64_t> ScraperId(const ScrapeRequest& request) {
  const bool scraper = !request.scrape_timeout.empty() ||
                       absl::StrContains(request.accept, "openmetrics-text") ||
                       absl::StrContains(request.accept, "version=0.0.4");
  if (!scraper) return std::nullopt;
  return absl::HashOf(request.address, request.forwarded_for, request.host, request.user_agent,
                      request.accept, request.scrape_timeout);
}

ScrapeFormat FormatFor(const ScrapeRequest& request) {
  constexpr absl::string_view kOpenMetrics = "application/openmetrics-text";
  constexpr absl::string_view kVersion1 = "1.0.0";
  constexpr absl::string_view kVersion0 = "0.0.1";
  const double plain = QualityOfFirst(request.accept, {"text/plain", "text/*", "*/*"}, {"0.0.4"});
  const double version1 = QualityOf(request.accept, kOpenMetrics, {kVersion1});
  const double version0 = QualityOf(request.accept, kOpenMetrics, {kVersion0});
  const double open_metrics = std::max(version1, version0);

  ScrapeFormat format;
  format.open_metrics = open_metrics > 0 && open_metrics >= plain;
  if (!format.open_metrics) {
    format.content_type = "text/plain; version=0.0.4; charset=utf-8";
  } else if (version1 > 0) {
    format.content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
  } else {
    format.content_type = "application/openmetrics-text; version=0.0.1; charset=utf-8";
  }
  const double gzip = QualityOfFirst(request.accept_encoding, {"gzip", "x-gzip", "*"}, {});
  format.gzip = gzip > 0 && gzip >= QualityOf(request.accept_encoding, "identity", {});
  return format;
}

}  // namespace gmewatch
