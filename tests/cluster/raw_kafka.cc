#include "tests/cluster/raw_kafka.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/child_process.h"

namespace gmewatch::raw_kafka {
namespace {

constexpr int kWaitMs = 30'000;

void Check(bool good, const std::string& what) {
  if (good) return;
  std::cerr << "raw_kafka: " << what << "\n";
  std::abort();
}

void Check(rd_kafka_resp_err_t error, const std::string& what) {
  Check(error == RD_KAFKA_RESP_ERR_NO_ERROR, absl::StrCat(what, ": ", rd_kafka_err2str(error)));
}

void Check(rd_kafka_error_t* error, const std::string& what) {
  Check(error == nullptr,
        absl::StrCat(what, ": ", error == nullptr ? "" : rd_kafka_error_string(error)));
}

struct Destroy {
  void operator()(rd_kafka_t* handle) const { rd_kafka_destroy(handle); }
};
using Handle = std::unique_ptr<rd_kafka_t, Destroy>;

Handle Connect(const KafkaSettings& settings, const char* transactional_id = nullptr) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", settings.brokers.c_str(), nullptr, 0);
  rd_kafka_conf_set(conf, "socket.timeout.ms", "6000", nullptr, 0);
  // Tests kill brokers.
  rd_kafka_conf_set(conf, "log_level", "0", nullptr, 0);
  if (transactional_id != nullptr) {
    rd_kafka_conf_set(conf, "transactional.id", transactional_id, nullptr, 0);
  }
  std::array<char, 256> why{};
  rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
  Check(handle != nullptr, why.data());
  return Handle(handle);
}

void Produce(rd_kafka_t* handle, const KafkaSettings& settings, int32_t partition,
             const std::string& value, const std::map<std::string, std::string>& headers) {
  rd_kafka_headers_t* list = rd_kafka_headers_new(headers.size());
  for (const auto& [name, text] : headers) {
    rd_kafka_header_add(list, name.c_str(), -1, text.data(), static_cast<ssize_t>(text.size()));
  }
  std::array<rd_kafka_vu_t, 5> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = settings.topic.c_str();
  parts[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  parts[1].u.i32 = partition;
  parts[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[2].u.i = RD_KAFKA_MSG_F_COPY;
  parts[3].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[3].u.mem.ptr = const_cast<char*>(value.data());
  parts[3].u.mem.size = value.size();
  parts[4].vtype = RD_KAFKA_VTYPE_HEADERS;
  parts[4].u.headers = list;
  Check(rd_kafka_produceva(handle, parts.data(), parts.size()), "produce");
}

// Runs an admin operation and checks that it succeeded for its one topic or resource.
template <typename Start>
rd_kafka_event_t* Run(rd_kafka_t* handle, const std::string& what, Start start) {
  rd_kafka_queue_t* queue = rd_kafka_queue_new(handle);
  start(queue);
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, kWaitMs);
  Check(event != nullptr, what + ": no answer");
  Check(rd_kafka_event_error(event), what);
  rd_kafka_queue_destroy(queue);
  return event;
}

void CheckTopics(const rd_kafka_topic_result_t* const* results, size_t count,
                 const std::string& what) {
  Check(count == 1, what);
  Check(rd_kafka_topic_result_error(results[0]), what);
}

int64_t EndOf(rd_kafka_t* handle, const KafkaSettings& settings, int32_t partition) {
  int64_t begin = 0;
  int64_t end = -1;
  rd_kafka_query_watermark_offsets(handle, settings.topic.c_str(), partition, &begin, &end,
                                   kWaitMs);
  return end;
}

}  // namespace

void Write(const KafkaSettings& settings, int32_t partition, const std::string& value,
           const std::map<std::string, std::string>& headers) {
  const Handle handle = Connect(settings);
  Produce(handle.get(), settings, partition, value, headers);
  Check(rd_kafka_flush(handle.get(), kWaitMs), "flush");
}

void WriteInTransaction(const KafkaSettings& settings, int32_t partition,
                        const std::string& value) {
  const Handle handle = Connect(settings, settings.topic.c_str());
  Check(rd_kafka_init_transactions(handle.get(), kWaitMs), "init");
  Check(rd_kafka_begin_transaction(handle.get()), "begin");
  const int64_t end = EndOf(handle.get(), settings, partition);
  Produce(handle.get(), settings, partition, value, {{"v", "1"}});
  Check(rd_kafka_commit_transaction(handle.get(), kWaitMs), "commit");
  // The brokers write the marker after they have answered.
  Check(AwaitTrue([&] { return EndOf(handle.get(), settings, partition) == end + 2; },
                  absl::Milliseconds(kWaitMs)),
        "marker");
}

void CreateTopic(const KafkaSettings& settings, const std::string& topic, int partitions,
                 const std::map<std::string, std::string>& config) {
  const Handle handle = Connect(settings);
  rd_kafka_NewTopic_t* made = rd_kafka_NewTopic_new(topic.c_str(), partitions, 3, nullptr, 0);
  for (const auto& [name, value] : config) {
    rd_kafka_NewTopic_set_config(made, name.c_str(), value.c_str());
  }
  rd_kafka_event_t* event = Run(handle.get(), "create", [&](rd_kafka_queue_t* queue) {
    rd_kafka_CreateTopics(handle.get(), &made, 1, nullptr, queue);
  });
  size_t count = 0;
  const auto* results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  CheckTopics(results, count, "create");
  rd_kafka_event_destroy(event);
  rd_kafka_NewTopic_destroy(made);
}

void DeleteTopic(const KafkaSettings& settings, const std::string& topic) {
  const Handle handle = Connect(settings);
  rd_kafka_DeleteTopic_t* gone = rd_kafka_DeleteTopic_new(topic.c_str());
  rd_kafka_event_t* event = Run(handle.get(), "delete", [&](rd_kafka_queue_t* queue) {
    rd_kafka_DeleteTopics(handle.get(), &gone, 1, nullptr, queue);
  });
  size_t count = 0;
  const auto* results =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count);
  CheckTopics(results, count, "delete");
  rd_kafka_event_destroy(event);
  rd_kafka_DeleteTopic_destroy(gone);
}

void AddPartitions(const KafkaSettings& settings, const std::string& topic, int partitions) {
  const Handle handle = Connect(settings);
  rd_kafka_NewPartitions_t* more =
      rd_kafka_NewPartitions_new(topic.c_str(), static_cast<size_t>(partitions), nullptr, 0);
  rd_kafka_event_t* event = Run(handle.get(), "add partitions", [&](rd_kafka_queue_t* queue) {
    rd_kafka_CreatePartitions(handle.get(), &more, 1, nullptr, queue);
  });
  size_t count = 0;
  const auto* results = rd_kafka_CreatePartitions_result_topics(
      rd_kafka_event_CreatePartitions_result(event), &count);
  CheckTopics(results, count, "add partitions");
  rd_kafka_event_destroy(event);
  rd_kafka_NewPartitions_destroy(more);
}

void DeleteRecords(const KafkaSettings& settings, int32_t partition, int64_t offset) {
  const Handle handle = Connect(settings);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, settings.topic.c_str(), partition)->offset = offset;
  rd_kafka_DeleteRecords_t* before = rd_kafka_DeleteRecords_new(list);
  rd_kafka_event_t* event = Run(handle.get(), "delete records", [&](rd_kafka_queue_t* queue) {
    rd_kafka_DeleteRecords(handle.get(), &before, 1, nullptr, queue);
  });
  const rd_kafka_topic_partition_list_t* done =
      rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event));
  Check(done->elems[0].err, "delete records");
  rd_kafka_event_destroy(event);
  rd_kafka_DeleteRecords_destroy(before);
  rd_kafka_topic_partition_list_destroy(list);
}

void SetConfig(const KafkaSettings& settings, const std::string& topic,
               const std::map<std::string, std::string>& config) {
  const Handle handle = Connect(settings);
  rd_kafka_ConfigResource_t* resource =
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
  for (const auto& [name, value] : config) {
    rd_kafka_ConfigResource_set_config(resource, name.c_str(), value.c_str());
  }
  rd_kafka_event_t* event = Run(handle.get(), "set config", [&](rd_kafka_queue_t* queue) {
    rd_kafka_AlterConfigs(handle.get(), &resource, 1, nullptr, queue);
  });
  size_t count = 0;
  const auto* results =
      rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event), &count);
  Check(count == 1, "set config");
  Check(rd_kafka_ConfigResource_error(results[0]), "set config");
  rd_kafka_event_destroy(event);
  rd_kafka_ConfigResource_destroy(resource);
}

int LeaderOf(const KafkaSettings& settings, int32_t partition) {
  const Handle handle = Connect(settings);
  rd_kafka_topic_t* topic = rd_kafka_topic_new(handle.get(), settings.topic.c_str(), nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;
  int leader = -1;
  if (rd_kafka_metadata(handle.get(), 0, topic, &metadata, kWaitMs) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (metadata->topic_cnt == 1 && partition < metadata->topics[0].partition_cnt) {
      leader = metadata->topics[0].partitions[partition].leader;
    }
    rd_kafka_metadata_destroy(metadata);
  }
  rd_kafka_topic_destroy(topic);
  return leader;
}

int PartitionsOf(const KafkaSettings& settings, const std::string& topic) {
  const Handle handle = Connect(settings);
  rd_kafka_topic_t* asked = rd_kafka_topic_new(handle.get(), topic.c_str(), nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;
  int partitions = -1;
  if (rd_kafka_metadata(handle.get(), 0, asked, &metadata, kWaitMs) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    partitions = metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
    rd_kafka_metadata_destroy(metadata);
  }
  rd_kafka_topic_destroy(asked);
  return partitions;
}

Sync SyncOf(const KafkaSettings& settings, const std::string& topic) {
  const Handle handle = Connect(settings);
  rd_kafka_topic_t* asked =
      topic.empty() ? nullptr : rd_kafka_topic_new(handle.get(), topic.c_str(), nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;
  Sync out;
  if (rd_kafka_metadata(handle.get(), 0, asked, &metadata, kWaitMs) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    out.brokers = metadata->broker_cnt;
    if (metadata->topic_cnt == 1) {
      const rd_kafka_metadata_topic& found = metadata->topics[0];
      out.in_sync_min = found.partition_cnt == 0 ? 0 : found.partitions[0].isr_cnt;
      for (int i = 0; i < found.partition_cnt; ++i) {
        out.in_sync_min = std::min(out.in_sync_min, found.partitions[i].isr_cnt);
      }
    }
    rd_kafka_metadata_destroy(metadata);
  }
  if (asked != nullptr) rd_kafka_topic_destroy(asked);
  return out;
}

}  // namespace gmewatch::raw_kafka
