#include "tests/integration/prometheus_process.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/http_client.h"

namespace gmewatch {

std::unique_ptr<PrometheusProcess> PrometheusProcess::Start(const TempDir& dir,
                                                            const std::string& target) {
  const std::string config = dir.Write(
      "prometheus.yml", absl::StrCat("global: {scrape_interval: 1s, scrape_timeout: 1s}\n",
                                     "scrape_configs:\n- job_name: gmewatch\n",
                                     "  static_configs: [{targets: ['", target, "']}]\n"));
  auto process = ChildProcess::Start(
      "prometheus", {"--config.file=" + config, "--storage.tsdb.path=" + dir.File("tsdb"),
                     "--web.listen-address=127.0.0.1:0", "--log.level=info"});
  if (!process.ok()) return nullptr;
  std::unique_ptr<PrometheusProcess> self(new PrometheusProcess(*std::move(process)));
  // Only the log has the port.
  constexpr absl::string_view kListening = "address=127.0.0.1:";
  if (!self->process_->AwaitError("TLS is disabled.", absl::Seconds(60))) return nullptr;
  const std::string log = self->process_->error();
  const size_t at = log.rfind(std::string(kListening));
  if (at == std::string::npos) return nullptr;
  const size_t begin = at + kListening.size();
  self->address_ =
      "127.0.0.1:" + log.substr(begin, log.find_first_not_of("0123456789", begin) - begin);
  return self;
}

double PrometheusProcess::Query(const std::string& expression) const {
  const std::string escaped = absl::StrReplaceAll(expression, {{"%", "%25"},
                                                               {"\"", "%22"},
                                                               {"{", "%7B"},
                                                               {"}", "%7D"},
                                                               {" ", "%20"},
                                                               {"+", "%2B"},
                                                               {"[", "%5B"},
                                                               {"]", "%5D"},
                                                               {"=", "%3D"},
                                                               {"&", "%26"}});
  const auto reply = HttpFetch(address_, "/api/v1/query?query=" + escaped);
  if (!reply.ok() || reply->status != 200) return -1;
  // {"data":{"result":[{"metric":{},"value":[1700000000.1,"5"]}]}}
  const size_t value = reply->body.find("\"value\":[");
  if (value == std::string::npos) return -1;
  const size_t begin = reply->body.find(",\"", value) + 2;
  double number = -1;
  const std::string text = reply->body.substr(begin, reply->body.find('"', begin) - begin);
  return absl::SimpleAtod(text, &number) ? number : -1;
}

double PrometheusProcess::AwaitAtLeast(const std::string& expression, double least,
                                       absl::Duration timeout) const {
  double last = -1;
  AwaitTrue(
      [&] {
        last = Query(expression);
        return last >= least;
      },
      timeout, absl::Milliseconds(250));
  return last;
}

}  // namespace gmewatch
