#include "daemon/log/kafka/kafka_layout.h"

#include <bit>
#include <random>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmewatch/internal/log_layout.pb.h"

namespace gmewatch {
namespace {

constexpr uint32_t kFormat = 1;
constexpr size_t kKeyBytes = 16;

std::string RandomBytes() {
  std::random_device device;
  std::string out;
  while (out.size() < kKeyBytes) out.push_back(static_cast<char>(device() & 0xff));
  return out;
}

uint64_t LittleEndian(absl::string_view bytes) {
  uint64_t out = 0;
  for (size_t i = 8; i > 0; --i) out = out << 8 | static_cast<uint8_t>(bytes[i - 1]);
  return out;
}

struct SipState {
  uint64_t v0, v1, v2, v3;

  void Round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void Take(uint64_t word) {
    v3 ^= word;
    Round();
    Round();
    v0 ^= word;
  }
};

}  // namespace

uint64_t KeyedHash(const std::array<uint64_t, 2>& key, const SessionId& session) {
  // The constants are those of SipHash; the last word is the length in its highest byte.
  SipState state = {key[0] ^ 0x736f6d6570736575U, key[1] ^ 0x646f72616e646f6dU,
                    key[0] ^ 0x6c7967656e657261U, key[1] ^ 0x7465646279746573U};
  state.Take(session.a);
  state.Take(session.b);
  state.Take(uint64_t{16} << 56);
  state.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) state.Round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

KafkaLayout KafkaLayout::Make(int partitions, int replicas) {
  KafkaLayout out;
  out.partitions_ = partitions;
  out.replicas_ = replicas;
  const std::string key = RandomBytes();
  out.key_ = {LittleEndian(key), LittleEndian(absl::string_view(key).substr(8))};
  out.id_ = absl::BytesToHexString(RandomBytes());
  return out;
}

absl::StatusOr<KafkaLayout> KafkaLayout::Parse(absl::string_view record) {
  internal::LayoutRecord in;
  if (!in.ParseFromString(std::string(record)) || in.format() == 0) {
    return absl::DataLossError("the layout record is damaged, or gmectl did not write it");
  }
  if (in.format() > kFormat) {
    return absl::FailedPreconditionError(absl::StrCat("the layout record has format ", in.format(),
                                                      ", this program knows up to ", kFormat,
                                                      "; run a newer gmewatch"));
  }
  const auto within = [](uint32_t number, int max) {
    return number >= 1 && number <= static_cast<uint32_t>(max);
  };
  if (!within(in.partitions(), kPartitionsMax) || !within(in.replicas(), kReplicasMax) ||
      in.hash_key().size() != kKeyBytes || in.id().empty()) {
    return absl::DataLossError("the layout record is damaged");
  }
  KafkaLayout out;
  out.partitions_ = static_cast<int>(in.partitions());
  out.replicas_ = static_cast<int>(in.replicas());
  out.key_ = {LittleEndian(in.hash_key()),
              LittleEndian(absl::string_view(in.hash_key()).substr(8))};
  out.id_ = in.id();
  return out;
}

std::string KafkaLayout::Serialize() const {
  internal::LayoutRecord out;
  out.set_format(kFormat);
  out.set_partitions(static_cast<uint32_t>(partitions_));
  out.set_replicas(static_cast<uint32_t>(replicas_));
  for (const uint64_t half : key_) {
    for (int i = 0; i < 8; ++i) out.mutable_hash_key()->push_back(static_cast<char>(half >> 8 * i));
  }
  out.set_id(id_);
  return out.SerializeAsString();
}

}  // namespace gmewatch
