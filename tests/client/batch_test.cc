#include "client/src/batch.h"

#include <gtest/gtest.h>

#include <random>

#include "client/src/field_reader.h"
#include "gmewatch/v1/error_reporting.pb.h"

namespace gmewatch::client {
namespace {

// The same batch by Protobuf.
v1::ReportRequest ByProtobuf(const Session& session, const Batch& batch) {
  v1::ReportRequest request;
  request.mutable_session()->set_id(session.id);
  request.mutable_session()->set_app(session.app);
  request.mutable_session()->set_region(session.region);
  request.mutable_session()->set_app_version(session.app_version);
  request.mutable_session()->set_sdk_version(session.sdk_version);
  request.mutable_session()->set_platform(session.platform);
  request.set_sequence(batch.sequence);
  for (const Batch::Count& count : batch.counts) {
    request.add_codes(count.code);
    request.add_counts(count.events);
  }
  const int64_t nanos = absl::ToInt64Nanoseconds(batch.age);
  request.mutable_age()->set_seconds(nanos / 1'000'000'000);
  request.mutable_age()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
  for (const Batch::Loss& loss : batch.losses) {
    v1::ClientLoss* added = request.add_losses();
    added->set_reason(static_cast<v1::ClientLoss::Reason>(loss.reason));
    added->set_events(loss.events);
  }
  for (const Batch::Detail& detail : batch.details) {
    v1::ErrorDetail* added = request.add_details();
    added->set_code(detail.code);
    added->set_operation(detail.operation);
    added->set_underlying_code(detail.underlying_code);
  }
  return request;
}

class BatchMaker {
 public:
  explicit BatchMaker(uint32_t seed) : random_(seed) {}

  std::string Text() { return std::string(Random() % 65, 'x'); }
  // Numbers of all lengths; every third is zero.
  template <typename Int>
  Int Number() {
    const uint64_t bits = (uint64_t{Random()} << 32 | Random()) >> (Random() % 64);
    return Random() % 3 == 0 ? 0 : static_cast<Int>(bits);
  }
  Session MakeSession() { return {Text(), Text(), Text(), Text(), Text(), Text()}; }
  Batch MakeBatch() {
    Batch batch;
    batch.sequence = Number<uint64_t>();
    batch.age = absl::Nanoseconds(Number<uint64_t>() >> 1);
    for (uint32_t i = Random() % 20; i > 0; --i) {
      batch.counts.push_back({Number<int32_t>(), Number<uint32_t>()});
    }
    for (uint32_t i = Random() % 3; i > 0; --i) {
      batch.losses.push_back({static_cast<LossReason>(1 + Random() % 3), Number<uint64_t>()});
    }
    for (uint32_t i = Random() % 3; i > 0; --i) {
      batch.details.push_back({Number<int32_t>(), Text(), Number<int64_t>()});
    }
    return batch;
  }

 private:
  uint32_t Random() { return static_cast<uint32_t>(random_()); }

  std::mt19937 random_;
};

TEST(BatchTest, ItsBytesAreThoseOfProtobuf) {
  for (uint32_t seed = 1; seed <= 2000; ++seed) {
    BatchMaker maker(seed);
    const Session session = maker.MakeSession();
    const Batch batch = maker.MakeBatch();
    ASSERT_EQ(Encode(session, batch), ByProtobuf(session, batch).SerializeAsString())
        << "seed " << seed;
  }
}

TEST(FieldReaderTest, ReadsNothingBeyondTheBytes) {
  BatchMaker maker(7);
  const std::string bytes = Encode(maker.MakeSession(), maker.MakeBatch());
  for (size_t size = 0; size <= bytes.size(); ++size) {
    // A copy of exactly this size, so that a sanitizer sees what is read beyond it.
    const std::string cut(bytes, 0, size);
    FieldReader fields(cut);
    while (fields.Next()) {
    }
    EXPECT_EQ(fields.whole(), v1::ReportRequest().ParsePartialFromString(cut)) << size;
  }
}

}  // namespace
}  // namespace gmewatch::client
