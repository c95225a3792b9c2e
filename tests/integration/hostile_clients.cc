#include "tests/integration/hostile_clients.h"

#include "tests/support/wire_client.h"

namespace gmewatch {

const std::vector<std::string>& HostileTexts() {
  static const auto* const texts = new std::vector<std::string>{
      "<script>window.hostile=1</script>", "\"><img src=x onerror=window.hostile=1>",
      "' onfocus='window.hostile=1' autofocus tabindex='1", "javascript:window.hostile=1",
      // Hebrew and Arabic, with brackets that a browser would mirror.
      "\u05D2\u05E8\u05E1\u05D4 (1.0) <\u0646\u0633\u062E\u0629>",
      // Already escaped; letters of several bytes; an emoji.
      "&lt;b&gt; &#0; \u8BED\u97F3 \u00F1 \U0001F3AE", std::string(64, 'M')};
  return *texts;
}

const std::vector<std::string>& RejectedNames() {
  static const auto* const names = new std::vector<std::string>{
      "<script>", "a\"b",  "javascript:x", "a b", "\u05D2\u05E8\u05E1\u05D4",
      "all",      "other", kLongName + "W"};
  return *names;
}

const std::vector<std::string>& RejectedTexts() {
  static const auto* const texts = new std::vector<std::string>{
      std::string(65, 'M'), "two\nlines", std::string("a\0b", 3), "\x1b[2J", "\u202E\u202Dturns",
      "\xff\xfe",
      // A space of zero width, a tag, a space that is not U+0020, private use.
      "1.0\u200B", "1.0\U000E0041", "1\u00A0.0", "1.0\uE000"};
  return *texts;
}

uint64_t ReportHostileTexts(const std::string& ingest_address, int32_t code) {
  constexpr uint32_t kEvents = 3;
  WireClient client(ingest_address);
  uint64_t events = 0;
  for (const std::string& text : HostileTexts()) {
    v1::Session session = MakeSession("one", "eu");
    session.set_app_version(text);
    session.set_sdk_version(text);
    session.set_platform(text);
    v1::ReportRequest request = MakeRequest(session, 1, {{code, kEvents}});
    v1::ErrorDetail& detail = *request.add_details();
    detail.set_code(code);
    detail.set_operation(text);
    detail.set_underlying_code(INT64_MIN);
    for (const int32_t strange : kStrangeCodes) {
      request.add_codes(strange);
      request.add_counts(1);
    }
    if (!client.Report(request).ok()) return 0;
    events += kEvents;
  }
  return events;
}

}  // namespace gmewatch
