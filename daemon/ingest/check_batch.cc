#include "daemon/ingest/check_batch.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/utf8.h"
#include "daemon/ingest/check_text.h"
#include "daemon/ingest/session_reader.h"
#include "daemon/ingest/wire_reader.h"
#include "daemon/model/limits.h"
#include "daemon/model/loss_reason.h"

namespace gmewatch {
namespace {

constexpr int64_t kAgeSecondsMax = 315'576'000'000;  // google.protobuf.Duration's own limit

class Checker {
 public:
  explicit Checker(CheckedRequest* out) : out_(*out) {}

  void Check(absl::string_view bytes) {
    WireReader reader(bytes);
    while (reader.Next()) Field(&reader);
    if (!reader.ok() || malformed_) {
      out_.malformed = true;
      out_.session_violation.reset();
      Violate(&out_.session_violation, "", "the message is not a gmewatch.v1.ReportRequest");
      out_.batch_violation = out_.session_violation;
      out_.events = std::min(out_.events, kEventsPerBatchMax);
      return;
    }
    if (out_.has_session) session_.Check(&out_);
    CheckAge();
    CheckCounts();
  }

 private:
  void Field(WireReader* reader) {
    switch (reader->tag()) {
      case BytesTag(1):
        out_.has_session = true;
        malformed_ |= !session_.Read(reader->Bytes());
        return;
      case VarintTag(2):
        out_.batch.sequence = reader->Varint();
        return;
      case BytesTag(3):
        ReadCodes(reader);
        return;
      case VarintTag(3):  // unpacked: a parser must accept both forms
        ReadCode(reader);
        return;
      case BytesTag(4):
        ReadCounts(reader);
        return;
      case VarintTag(4):
        ReadCount(reader);
        return;
      case BytesTag(5):
        malformed_ |= !ReadAge(reader->Bytes());
        return;
      case BytesTag(6):
        malformed_ |= !ReadLoss(reader->Bytes());
        return;
      case BytesTag(7):
        malformed_ |= !ReadDetail(reader->Bytes());
        return;
      default:
        reader->Skip();  // added by a later version
    }
  }

  // Most bytes of a busy stream pass through this loop and the next. They work on local variables,
  // which stay in registers.
  void ReadCodes(WireReader* reader) {
    WireReader packed(reader->Bytes());
    Entry* const entries = RoomFor(codes_ + packed.PackedSize());
    size_t n = codes_;
    packed.TakePacked([entries, &n](uint64_t number) {
      if (n < kEntriesPerBatchMax) entries[n].code = CodeOf(number);
      ++n;
    });
    codes_ = n;
    if (!packed.ok()) reader->Fail();
  }

  void ReadCounts(WireReader* reader) {
    WireReader packed(reader->Bytes());
    Entry* const entries = RoomFor(counts_ + packed.PackedSize());
    size_t n = counts_;
    uint64_t events = 0;
    packed.TakePacked([this, entries, &n, &events](uint64_t number) {
      const uint32_t count = CountOf(number);
      if (!IsCount(count)) ViolateCount(n, count);
      events += count;
      if (n < kEntriesPerBatchMax) entries[n].count = count;
      ++n;
    });
    out_.events += events;
    counts_ = n;
    if (!packed.ok()) reader->Fail();
  }

  void ReadCode(WireReader* reader) {
    const int32_t code = CodeOf(reader->Varint());
    Entry* const entries = RoomFor(codes_ + 1);
    if (codes_ < kEntriesPerBatchMax) entries[codes_].code = code;
    ++codes_;
  }

  void ReadCount(WireReader* reader) {
    const uint32_t count = CountOf(reader->Varint());
    if (!IsCount(count)) ViolateCount(counts_, count);
    out_.events += count;
    Entry* const entries = RoomFor(counts_ + 1);
    if (counts_ < kEntriesPerBatchMax) entries[counts_].count = count;
    ++counts_;
  }

  // Protobuf's int32 and uint32 are the low 32 bits of the varint.
  static int32_t CodeOf(uint64_t number) {
    return static_cast<int32_t>(static_cast<uint32_t>(number));
  }
  static uint32_t CountOf(uint64_t number) { return static_cast<uint32_t>(number); }
  static bool IsCount(uint32_t count) { return count != 0 && count <= kEventsPerBatchMax; }

  void ViolateCount(size_t index, uint32_t count) {
    Violate(&out_.batch_violation, absl::StrCat("counts[", index, "]"),
            absl::StrCat("is ", count, "; from 1 to ", kEventsPerBatchMax, " is allowed"));
  }

  // The entries, resized to at least `n`, but not above the limit.
  Entry* RoomFor(size_t n) {
    std::vector<Entry>& entries = out_.batch.entries;
    n = std::min(n, kEntriesPerBatchMax);
    if (entries.size() < n) entries.resize(n);
    return entries.data();
  }

  bool ReadAge(absl::string_view bytes) {
    WireReader reader(bytes, 1);
    while (reader.Next()) {
      switch (reader.tag()) {
        case VarintTag(1):
          age_seconds_ = static_cast<int64_t>(reader.Varint());
          break;
        case VarintTag(2):
          age_nanos_ = static_cast<int32_t>(static_cast<uint32_t>(reader.Varint()));
          break;
        default:
          reader.Skip();
      }
    }
    return reader.ok();
  }

  bool ReadLoss(absl::string_view bytes) {
    Loss loss;
    WireReader reader(bytes, 1);
    while (reader.Next()) {
      switch (reader.tag()) {
        case VarintTag(1):
          loss.reason = static_cast<uint32_t>(reader.Varint());  // the low 32 bits, as for int32
          break;
        case VarintTag(2):
          loss.events = reader.Varint();
          break;
        default:
          reader.Skip();
      }
    }
    if (loss.reason >= kLossReasons) loss.reason = 0;  // added by a later version: unspecified
    if (loss.events > kLostEventsMax) {
      Violate(&out_.batch_violation, absl::StrCat("losses[", out_.batch.losses.size(), "].events"),
              absl::StrCat("is ", loss.events, "; at most ", kLostEventsMax, " is allowed"));
    }
    if (out_.batch.losses.size() == kLossesPerBatchMax) {
      Violate(&out_.batch_violation, "losses",
              absl::StrCat("has more than ", kLossesPerBatchMax, " items; at most ",
                           kLossesPerBatchMax, " are allowed"));
    } else {
      out_.batch.losses.push_back(loss);
    }
    return reader.ok();
  }

  bool ReadDetail(absl::string_view bytes) {
    Detail detail;
    bool is_utf8 = true;
    WireReader reader(bytes, 1);
    while (reader.Next()) {
      switch (reader.tag()) {
        case VarintTag(1):
          detail.code = static_cast<int32_t>(static_cast<uint32_t>(reader.Varint()));
          break;
        case BytesTag(2): {
          const absl::string_view operation = reader.Bytes();
          is_utf8 &= Utf8PrefixBytes(operation) == operation.size();
          detail.operation = std::string(operation.substr(0, kOperationBytesMax + 1));
          break;
        }
        case VarintTag(3):
          detail.underlying_code = static_cast<int64_t>(reader.Varint());
          break;
        default:
          reader.Skip();
      }
    }
    // If the field occurs more than once, every occurrence must be UTF-8, as in Protobuf.
    if (!is_utf8 || !IsPrintable(detail.operation, kOperationBytesMax)) {
      Violate(&out_.batch_violation,
              absl::StrCat("details[", out_.batch.details.size(), "].operation"),
              absl::StrCat("is ", Quote(detail.operation), "; ", kTextRule));
    }
    if (out_.batch.details.size() == kDetailsPerBatchMax) {
      Violate(&out_.batch_violation, "details",
              absl::StrCat("has more than ", kDetailsPerBatchMax, " items; at most ",
                           kDetailsPerBatchMax, " are allowed"));
    } else {
      out_.batch.details.push_back(std::move(detail));
    }
    return reader.ok();
  }

  // If the field occurs more than once, its parts are merged, so it is checked at the end.
  void CheckAge() {
    if (age_seconds_ < 0 || age_seconds_ > kAgeSecondsMax || age_nanos_ < 0 ||
        age_nanos_ > 999'999'999) {
      Violate(&out_.batch_violation, "age",
              absl::StrCat("is ", age_seconds_, " s and ", age_nanos_,
                           " ns; from 0 s up is allowed, with 0 to 999999999 ns"));
    }
    out_.batch.late = absl::Seconds(age_seconds_) + absl::Nanoseconds(age_nanos_) > kLateAge;
  }

  void CheckCounts() {
    out_.batch.entries.resize(std::min(codes_, kEntriesPerBatchMax));
    if (out_.batch.sequence == 0) {
      Violate(&out_.batch_violation, "sequence", "is 0; 1, 2, 3 ... are allowed");
    }
    if (codes_ != counts_) {
      Violate(&out_.batch_violation, "counts",
              absl::StrCat("has ", counts_, " items and codes has ", codes_,
                           "; both must have the same length"));
    }
    if (std::max(codes_, counts_) > kEntriesPerBatchMax) {
      Violate(&out_.batch_violation, "codes",
              absl::StrCat("has ", std::max(codes_, counts_), " items; at most ",
                           kEntriesPerBatchMax, " are allowed"));
    }
    if (out_.events > kEventsPerBatchMax) {
      Violate(&out_.batch_violation, "counts",
              absl::StrCat("add up to ", out_.events, "; at most 1000000 are allowed in a batch"));
      out_.events = kEventsPerBatchMax;
    }
  }

  CheckedRequest& out_;
  SessionReader session_;
  size_t codes_ = 0;
  size_t counts_ = 0;
  int64_t age_seconds_ = 0;
  int64_t age_nanos_ = 0;
  bool malformed_ = false;
};

}  // namespace

void CheckedRequest::Clear() {
  session.reset();
  has_session = false;
  malformed = false;
  session_violation.reset();
  batch_violation.reset();
  events = 0;
  batch.sequence = 0;
  batch.late = false;
  // batch.entries keeps its size, so that resizing to as many as before costs nothing.
  batch.losses.clear();
  batch.details.clear();
}

void Violate(std::optional<Violation>* out, absl::string_view field, std::string description) {
  if (!out->has_value()) *out = Violation{std::string(field), std::move(description)};
}

void CheckRequest(absl::string_view bytes, CheckedRequest* request) {
  request->Clear();
  Checker(request).Check(bytes);
}

std::string ToString(const Violation& violation) {
  if (violation.field.empty()) return violation.description;
  return absl::StrCat(violation.field, " ", violation.description);
}

}  // namespace gmewatch
