#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client/c/gmewatch.h"
#include "gmewatch/v1/error_reporting.pb.h"
#include "tests/fuzz/require.h"
#include "tests/fuzz/targets.h"

namespace gmewatch {
namespace {

// A handle whose clock stands still, and the last request that it began.
class Core {
 public:
  explicit Core(absl::string_view spool = "") : memory_(gmewatch_size() / 8 + 1), spool_(spool) {
    gmewatch_options options = gmewatch_defaults();
    options.url = "https://gmewatch.example.com";
    options.app = "demo";
    options.region = "eu";
    options.consent = GMEWATCH_CONSENT_GRANTED;
    options.seed = 1;
    options.user = this;
    options.post = [](void* user, const gmewatch_request* request) {
      auto* core = static_cast<Core*>(user);
      core->id_ = request->id;
      core->body_.emplace(static_cast<const char*>(request->body), request->body_size);
      return 1;
    };
    options.clock = [](void* user) { return static_cast<Core*>(user)->now_; };
    options.wall_clock = options.clock;
    options.random = [](void*, void* bytes, size_t size) {
      for (size_t i = 0; i < size; ++i) static_cast<uint8_t*>(bytes)[i] = static_cast<uint8_t>(i);
      return 1;
    };
    if (!spool.empty()) {
      options.spool_load = [](void* user, size_t offset, void* bytes, size_t size) {
        const absl::string_view from = static_cast<Core*>(user)->spool_;
        if (offset >= from.size()) return 0;
        return static_cast<int>(from.copy(static_cast<char*>(bytes), size, offset));
      };
      options.spool_store = [](void*, size_t, const void*, size_t) { return 1; };
      options.spool_erase = [](void*) {};
    }
    watch_ = gmewatch_create_in(memory_.data(), memory_.size() * 8, &options);
  }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  ~Core() { gmewatch_destroy(watch_); }

  gmewatch_client* watch() { return watch_; }
  const std::optional<std::string>& body() const { return body_; }
  void Pass(int64_t ms) {
    now_ += ms;
    gmewatch_tick(watch_);
  }
  void Answer(int status, absl::string_view body) {
    gmewatch_on_response(watch_, id_, status, body.data(), body.size());
    gmewatch_tick(watch_);
  }
  gmewatch_stats Stats() const {
    gmewatch_stats stats;
    gmewatch_get_stats(watch_, &stats);
    return stats;
  }

 private:
  std::vector<uint64_t> memory_;
  absl::string_view spool_;
  gmewatch_client* watch_;
  int64_t now_ = 0;
  uint32_t id_ = 0;
  std::optional<std::string> body_;
};

bool HasUnknownFields(const v1::ReportResponse& response) {
  const auto has = [](const auto& message) {
    return !message.GetReflection()->GetUnknownFields(message).empty();
  };
  return has(response) || has(response.min_interval()) ||
         std::any_of(response.refused().begin(), response.refused().end(), has);
}

// An answer: Protobuf's parser and ours read the same, and only gmewatchd's own verdict gives
// counts up.
void CheckAnswer(int status, absl::string_view bytes) {
  Core core;
  gmewatch_report(core.watch(), 1005, 3);
  core.Pass(10000);
  Require(core.body().has_value(), "a batch is sent");
  core.Answer(status, bytes);
  const gmewatch_stats stats = core.Stats();
  Require(stats.acknowledged_events + stats.rejected_events + stats.pending_events == 3,
          "the sum of events");
  if (status != 200) {
    Require(stats.acknowledged_events == 0, "only HTTP 200 acknowledges");
    const bool may = bytes.find("invalid_argument") != bytes.npos &&
                     bytes.find("google.rpc.BadRequest") != bytes.npos;
    Require(stats.rejected_events == 0 || may, "only a verdict of gmewatchd rejects");
    return;
  }
  if (bytes.size() > 4096) return;
  v1::ReportResponse response;
  if (!response.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  if (HasUnknownFields(response)) return;
  const bool rejected =
      std::any_of(response.refused().begin(), response.refused().end(),
                  [](const v1::RefusedBatch& batch) { return batch.sequence() == 1; });
  Require((stats.rejected_events == 3) == rejected, "a named batch is rejected");
  Require((stats.acknowledged_events == 3) == (!rejected && response.acknowledged_sequence() >= 1),
          "an acknowledged batch is acknowledged");
}

// Calls: what is sent is what was reported, as Protobuf would write it.
void CheckBatch(absl::string_view bytes) {
  Core core;
  std::map<int32_t, uint64_t> reported;
  uint64_t events = 0;
  size_t details = 0;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    int32_t code = 0;
    uint32_t count = 0;
    std::memcpy(&code, bytes.data(), 4);
    std::memcpy(&count, bytes.data() + 4, 4);
    if ((count & 1U) != 0 && details < 16) {
      ++details;
      gmewatch_detail(core.watch(), code, std::string(bytes.substr(2, count % 100)).c_str(), code);
    }
    count = std::min(count >> 12, 1900U);
    if (reported.size() == 500 && reported.count(code) == 0) continue;
    if (count == 0 || events + count > 1'000'000) continue;
    gmewatch_report(core.watch(), code, count);
    reported[code] += count;
    events += count;
  }
  core.Pass(10001);
  Require(core.body().has_value() == (events > 0), "a batch is sent if there are counts");
  if (events == 0) return;
  v1::ReportRequest request;
  Require(request.ParseFromString(*core.body()), "the body is a ReportRequest");
  Require(request.SerializeAsString() == *core.body(), "the body is what Protobuf writes");
  Require(request.codes_size() == request.counts_size(), "codes and counts");
  Require(static_cast<size_t>(request.details_size()) == details, "details");
  std::map<int32_t, uint64_t> sent;
  for (int i = 0; i < request.codes_size(); ++i) sent[request.codes(i)] += request.counts(i);
  Require(sent == reported, "what was reported is sent");
}

uint32_t Crc32c(absl::string_view bytes) {
  uint32_t crc = ~0U;
  for (const char c : bytes) {
    crc ^= static_cast<uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
  }
  return ~crc;
}

// A spool with any state in it, under a checksum that is right.
void CheckSpool(absl::string_view state) {
  state = state.substr(0, GMEWATCH_SPOOL_SLOT - 32);
  std::string slot = "GMEW";
  const auto put = [&slot](uint32_t word) {
    for (unsigned shift = 0; shift < 32; shift += 8)
      slot.push_back(static_cast<char>((word >> shift) & 0xFFU));
  };
  put(1);
  put(1);
  put(static_cast<uint32_t>(state.size() + 32));
  put(0);
  slot.append(12, '\0');
  slot.append(state.data(), state.size());
  std::string sum;
  sum.swap(slot);
  slot = sum.substr(0, 16);
  put(Crc32c(sum));
  slot += sum.substr(20);
  Core core(slot);
  for (uint64_t round = 1; round < 8; ++round) {
    core.Pass(10001);
    v1::ReportResponse response;
    response.set_acknowledged_sequence(UINT64_MAX);
    core.Answer(200, response.SerializeAsString());
  }
}

}  // namespace

void FuzzCore(absl::string_view bytes) {
  if (bytes.empty()) return;
  constexpr std::array<int, 6> kStatuses = {200, 400, 503, 401, 0, 302};
  const auto kind = static_cast<uint8_t>(bytes[0]);
  bytes.remove_prefix(1);
  if (kind < 'a') {
    CheckAnswer(kStatuses.at(kind % kStatuses.size()), bytes);
  } else if (kind < 'm') {
    CheckBatch(bytes);
  } else {
    CheckSpool(bytes);
  }
}

}  // namespace gmewatch
