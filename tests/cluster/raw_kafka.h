// What gmewatch itself never does to a topic: records of others, transactions, deletions, altered
// settings. For tests of what is noticed.
//
// Thread safety: free functions. An error ends the test program.
#ifndef GMEWATCH_TESTS_CLUSTER_RAW_KAFKA_H_
#define GMEWATCH_TESTS_CLUSTER_RAW_KAFKA_H_

#include <cstdint>
#include <map>
#include <string>

#include "daemon/log/kafka/kafka_settings.h"

namespace gmewatch::raw_kafka {

// Appends a record with these headers, as any program could.
void Write(const KafkaSettings& settings, int32_t partition, const std::string& value,
           const std::map<std::string, std::string>& headers);
// The same in a transaction, which leaves a marker and so a gap in the offsets.
void WriteInTransaction(const KafkaSettings& settings, int32_t partition, const std::string& value);
// Makes a topic with one partition fewer or more, or without our configuration.
void CreateTopic(const KafkaSettings& settings, const std::string& topic, int partitions,
                 const std::map<std::string, std::string>& config);
void DeleteTopic(const KafkaSettings& settings, const std::string& topic);
void AddPartitions(const KafkaSettings& settings, const std::string& topic, int partitions);
// Deletes the records of the partition before `offset`.
void DeleteRecords(const KafkaSettings& settings, int32_t partition, int64_t offset);
// Replaces the topic's configuration.
void SetConfig(const KafkaSettings& settings, const std::string& topic,
               const std::map<std::string, std::string>& config);
// The broker that leads the partition; -1 without one.
int LeaderOf(const KafkaSettings& settings, int32_t partition);
// 0 if there is no such topic.
int PartitionsOf(const KafkaSettings& settings, const std::string& topic);
// How many replicas of the partition are in sync, the fewest over all partitions, and how many
// brokers there are.
struct Sync {
  int brokers = 0;
  int in_sync_min = 0;
};
Sync SyncOf(const KafkaSettings& settings, const std::string& topic);

}  // namespace gmewatch::raw_kafka

#endif  // GMEWATCH_TESTS_CLUSTER_RAW_KAFKA_H_
