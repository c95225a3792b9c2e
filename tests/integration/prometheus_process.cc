#include "tests/integration/prometheus_process.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/free_port.h"
#include "tests/support/http_client.h"

namespace gmewatch {

namespace {

std::string WriteConfig(const TempDir& dir, const std::string& target, const std::string& interval,
                        const std::string& token_file = "") {
  return dir.Write(
      absl::StrCat("scrape_", interval, ".yml"),
      absl::StrCat("global: {scrape_interval: ", interval, ", scrape_timeout: 1s}\n",
                   "scrape_configs:\n- job_name: gmewatch\n",
                   token_file.empty()
                       ? ""
                       : absl::StrCat("  authorization: {credentials_file: ", token_file, "}\n"),
                   "  static_configs: [{targets: ['", target, "']}]\n"));
}

}  // namespace

std::unique_ptr<PrometheusProcess> PrometheusProcess::Start(const TempDir& dir,
                                                            const std::string& target,
                                                            absl::Duration interval,
                                                            const std::string& token_file) {
  const std::string every = absl::FormatDuration(interval);
  auto process = ChildProcess::Start(
      "prometheus", {"--config.file=" + WriteConfig(dir, target, every, token_file),
                     "--storage.tsdb.path=" + dir.File("tsdb_" + every),
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

std::unique_ptr<PrometheusProcess> PrometheusProcess::StartVictoriaMetrics(
    const TempDir& dir, const std::string& target, absl::Duration interval) {
  const std::string address = absl::StrCat("127.0.0.1:", FreePort());
  // It answers for the present only without its usual offset of 30 s.
  auto process = ChildProcess::Start(
      "victoria-metrics",
      {"-promscrape.config=" + WriteConfig(dir, target, absl::FormatDuration(interval)),
       "-storageDataPath=" + dir.File("victoria"), "-httpListenAddr=" + address,
       "-search.latencyOffset=0s", "-search.disableCache", "-memory.allowedBytes=268435456"});
  if (!process.ok()) return nullptr;
  std::unique_ptr<PrometheusProcess> self(new PrometheusProcess(*std::move(process)));
  self->address_ = address;
  const bool answers = AwaitTrue(
      [&] {
        const auto reply = HttpFetch(address, "/health");
        return reply.ok() && reply->status == 200;
      },
      absl::Seconds(60), absl::Milliseconds(100));
  return answers ? std::move(self) : nullptr;
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
