// The links from some processes to the brokers, which a test can cut: a proxy for each broker, at
// the port by which that broker names itself to whoever comes this way. There are two ways.
//
// Thread safety: Set may be called from any thread; the rest belongs to one. At most one object for
// a way at a time, over all programs.
#ifndef GMEWATCH_TESTS_CLUSTER_BROKER_LINKS_H_
#define GMEWATCH_TESTS_CLUSTER_BROKER_LINKS_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/support/cutting_proxy.h"

namespace gmewatch {

class BrokerLinks {
 public:
  // `way`: 0 or 1. REQUIRES: the brokers run.
  explicit BrokerLinks(int way);

  // HOST:PORT,HOST:PORT,HOST:PORT, for log.kafka.brokers.
  const std::string& addresses() const { return addresses_; }
  // Those to all brokers.
  void Set(CuttingProxy::Link link);

 private:
  std::string addresses_;
  std::vector<std::unique_ptr<CuttingProxy>> proxies_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_CLUSTER_BROKER_LINKS_H_
