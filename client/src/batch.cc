#include "client/src/batch.h"

#include <algorithm>

#include "client/src/field_writer.h"

namespace gmewatch::client {
namespace {

std::string EncodeSession(const Session& session) {
  FieldWriter out;
  out.AddBytes(1, session.id);
  out.AddBytes(2, session.app);
  out.AddBytes(3, session.region);
  out.AddBytes(4, session.app_version);
  out.AddBytes(5, session.sdk_version);
  out.AddBytes(6, session.platform);
  return out.Take();
}

std::string EncodeAge(absl::Duration age) {
  const int64_t nanos = std::max<int64_t>(0, absl::ToInt64Nanoseconds(age));
  FieldWriter out;
  out.AddInt(1, nanos / 1'000'000'000);
  out.AddInt(2, nanos % 1'000'000'000);
  return out.Take();
}

}  // namespace

std::string Encode(const Session& session, const Batch& batch) {
  FieldWriter codes;
  FieldWriter counts;
  for (const Batch::Count& count : batch.counts) {
    codes.AddPacked(static_cast<uint64_t>(int64_t{count.code}));
    counts.AddPacked(count.events);
  }
  FieldWriter out;
  out.AddMessage(1, EncodeSession(session));
  out.AddInt(2, static_cast<int64_t>(batch.sequence));
  out.AddBytes(3, codes.Take());
  out.AddBytes(4, counts.Take());
  out.AddMessage(5, EncodeAge(batch.age));
  for (const Batch::Loss& loss : batch.losses) {
    FieldWriter item;
    item.AddInt(1, static_cast<int64_t>(loss.reason));
    item.AddInt(2, static_cast<int64_t>(loss.events));
    out.AddMessage(6, item.Take());
  }
  for (const Batch::Detail& detail : batch.details) {
    FieldWriter item;
    item.AddInt(1, detail.code);
    item.AddBytes(2, detail.operation);
    item.AddInt(3, detail.underlying_code);
    out.AddMessage(7, item.Take());
  }
  return out.Take();
}

}  // namespace gmewatch::client
