#include "client/src/options.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/src/text.h"

namespace gmewatch::client {
namespace {

using std::chrono::milliseconds;

constexpr size_t kVersionBytesMax = 64;
constexpr size_t kKeyBytesMax = 1024;

std::string Fault(absl::string_view field, absl::string_view value, absl::string_view allowed) {
  return absl::StrCat(field, " is \"", absl::CEscape(value), "\"; allowed: ", allowed);
}

std::string AddressFault(absl::string_view address) {
  const size_t colon = address.rfind(':');
  const absl::string_view host = address.substr(0, colon == address.npos ? 0 : colon);
  const bool bracketed = !host.empty() && host.front() == '[' && host.back() == ']';
  const bool host_is_good = !host.empty() && (bracketed || host.find(':') == host.npos) &&
                            std::all_of(host.begin(), host.end(), [](char c) {
                              return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                                     absl::string_view(".-_:[]").find(c) != absl::string_view::npos;
                            });
  int port = 0;
  const bool port_is_good = colon != address.npos &&
                            absl::SimpleAtoi(address.substr(colon + 1), &port) && port >= 1 &&
                            port <= 65535;
  if (host_is_good && port_is_good) return "";
  return Fault("address", address, "HOST:PORT, such as gmewatch.example.com:443 or [::1]:4747");
}

std::string LabelFault(absl::string_view field, absl::string_view value) {
  if (!IsLabel(value)) return Fault(field, value, "1 to 64 characters of A-Z a-z 0-9 . _ -");
  if (value == "all" || value == "other") {
    return Fault(field, value, "any name but \"all\" and \"other\", which are reserved");
  }
  return "";
}

std::string FitText(absl::string_view field, std::string* value) {
  if (value->size() <= kVersionBytesMax && IsPrintable(*value)) return "";
  std::array<char, kVersionBytesMax> fitting;
  const absl::string_view text = absl::StripAsciiWhitespace(*value);
  const size_t bytes = CopyPrintable(text, fitting.data(), fitting.size());
  std::string fault =
      absl::StrCat(Fault(field, *value, "up to 64 bytes of printable UTF-8"), "; \"",
                   absl::string_view(fitting.data(), bytes), "\" is sent instead");
  value->assign(fitting.data(), bytes);
  return fault;
}

std::string TlsFault(const TlsOptions& tls) {
  if (tls.certificate_chain.empty() != tls.private_key.empty()) {
    return absl::StrCat("tls.", tls.private_key.empty() ? "private_key" : "certificate_chain",
                        " is empty; allowed: both of them or neither");
  }
  const bool any =
      !tls.root_certificates.empty() || !tls.certificate_chain.empty() || !tls.server_name.empty();
  if (any && !tls.enabled) {
    return "tls.enabled is false; allowed: true if another field of tls is set";
  }
  return "";
}

struct Range {
  absl::string_view field;
  milliseconds value;
  milliseconds min;
  milliseconds max;
  absl::string_view words;
};

std::string RangeFault(const Range& range) {
  if (range.value >= range.min && range.value <= range.max) return "";
  return absl::StrCat(range.field, " is ", range.value.count(), " ms; allowed: ", range.words);
}

std::string DurationFault(const ReporterOptions& options) {
  using std::chrono::hours;
  using std::chrono::minutes;
  constexpr milliseconds kShortest(10);
  const std::array ranges = {
      Range{"flush_interval", options.flush_interval, kShortest, hours(1), "10 ms to 1 h"},
      Range{"first_flush_interval", options.first_flush_interval, kShortest, hours(1),
            "10 ms to 1 h"},
      Range{"acknowledge_timeout", options.acknowledge_timeout, kShortest, minutes(5),
            "10 ms to 5 min"},
      Range{"max_backoff", options.max_backoff, kShortest, hours(1), "10 ms to 1 h"},
      Range{"initial_backoff", options.initial_backoff, kShortest, options.max_backoff,
            "10 ms to max_backoff"},
      Range{"idle_timeout", options.idle_timeout, kShortest, hours(24), "10 ms to 24 h"},
      Range{"session_horizon", options.session_horizon, minutes(1), hours(24 * 30),
            "1 min to 30 days"},
  };
  for (const Range& range : ranges) {
    std::string fault = RangeFault(range);
    if (!fault.empty()) return fault;
  }
  return "";
}

}  // namespace

std::string KeyFault(const std::string& key) {
  const bool good = key.size() <= kKeyBytesMax && std::all_of(key.begin(), key.end(), [](char c) {
                      return absl::ascii_isgraph(static_cast<unsigned char>(c));
                    });
  if (good) return "";
  return absl::StrCat("key has ", key.size(),
                      " bytes; allowed: up to 1024 visible ASCII characters without blanks");
}

std::string FindFault(const ReporterOptions& options) {
  const std::array faults = {
      AddressFault(options.address),
      LabelFault("app", options.app),
      LabelFault("region", options.region),
      KeyFault(options.key),
      TlsFault(options.tls),
      DurationFault(options),
  };
  const auto* const first = std::find_if(faults.begin(), faults.end(),
                                         [](const std::string& fault) { return !fault.empty(); });
  return first == faults.end() ? "" : *first;
}

std::string FitTexts(ReporterOptions* options) {
  std::string unfit = FitText("app_version", &options->app_version);
  for (const std::string& fault :
       {FitText("sdk_version", &options->sdk_version), FitText("platform", &options->platform)}) {
    if (!fault.empty()) absl::StrAppend(&unfit, unfit.empty() ? "" : "; ", fault);
  }
  return unfit;
}

}  // namespace gmewatch::client
