#include "tests/cluster/broker_links.h"

#include <cstdint>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "tests/cluster/kafka_brokers.h"

namespace gmewatch {

BrokerLinks::BrokerLinks(int way) {
  std::istringstream links(KafkaBrokers::Links());
  uint16_t named = 0;
  uint16_t own = 0;
  for (int line = 0; links >> named >> own; ++line) {
    if (line / KafkaBrokers::kBrokers != way) continue;
    CuttingProxyOptions options;
    options.port = named;
    proxies_.push_back(std::make_unique<CuttingProxy>(absl::StrCat("127.0.0.1:", own), options));
    absl::StrAppend(&addresses_, addresses_.empty() ? "" : ",", proxies_.back()->address());
  }
}

void BrokerLinks::Set(CuttingProxy::Link link) {
  for (const auto& proxy : proxies_) proxy->SetLink(link);
}

}  // namespace gmewatch
