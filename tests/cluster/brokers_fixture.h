// What each test on the real brokers begins and ends with.
#ifndef GMEWATCH_TESTS_CLUSTER_BROKERS_FIXTURE_H_
#define GMEWATCH_TESTS_CLUSTER_BROKERS_FIXTURE_H_

#include <gtest/gtest.h>

#include "tests/cluster/kafka_brokers.h"

namespace gmewatch {

class BrokersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_BROKERS();
    ASSERT_TRUE(KafkaBrokers::AwaitAll());
  }
  // A test that fails may have left one stopped.
  void TearDown() override {
    if (!KafkaBrokers::WhySkipped().empty()) return;
    for (int broker = 1; broker <= KafkaBrokers::kBrokers; ++broker) KafkaBrokers::Continue(broker);
  }
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_CLUSTER_BROKERS_FIXTURE_H_
