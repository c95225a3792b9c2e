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
        ReadPacked(reader, [this](uint64_t number) { AddCode(number); });
        return;
      case VarintTag(3):  // a repeated number may also stand one by one
        AddCode(reader->Varint());
        return;
      case BytesTag(4):
        ReadPacked(reader, [this](uint64_t number) { AddCount(number); });
        return;
      case VarintTag(4):
        AddCount(reader->Varint());
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
        reader->Skip();  // of a later version
    }
  }

  template <typename Add>
  static void ReadPacked(WireReader* reader, Add add) {
    WireReader packed(reader->Bytes());
    while (!packed.AtEnd()) {
      const uint64_t number = packed.PackedVarint();
      if (packed.ok()) add(number);
    }
    if (!packed.ok()) reader->Fail();
  }

  void AddCode(uint64_t number) {
    const auto code = static_cast<int32_t>(static_cast<uint32_t>(number));
    if (codes_ < kEntriesPerBatchMax) {
      if (out_.batch.entries.size() <= codes_) out_.batch.entries.emplace_back();
      out_.batch.entries[codes_].code = code;
    }
    ++codes_;
  }

  void AddCount(uint64_t number) {
    // The format's uint32 is the low half of what stands there; the sum is for the tally of what
    // was refused.
    const auto count = static_cast<uint32_t>(number);
    out_.events += count;
    if (count == 0 || count > kCountMax) {
      Violate(&out_.batch_violation, absl::StrCat("counts[", counts_, "]"),
              absl::StrCat("is ", count, "; from 1 to ", kCountMax, " is allowed"));
    }
    if (counts_ < kEntriesPerBatchMax) {
      if (out_.batch.entries.size() <= counts_) out_.batch.entries.emplace_back();
      out_.batch.entries[counts_].count = count;
    }
    ++counts_;
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
          loss.reason = static_cast<uint32_t>(reader.Varint());  // the format's enum has 32 bits
          break;
        case VarintTag(2):
          loss.events = reader.Varint();
          break;
        default:
          reader.Skip();
      }
    }
    if (loss.reason >= kLossReasons) loss.reason = 0;  // of a later version
    if (loss.events > kLostEventsMax) {
      Violate(&out_.batch_violation, absl::StrCat("losses[", out_.batch.losses.size(), "].events"),
              absl::StrCat("is ", loss.events, "; at most ", kLostEventsMax, " is allowed"));
    }
    if (out_.batch.losses.size() == kLossesPerBatchMax) {
      Violate(&out_.batch_violation, "losses",
              absl::StrCat("has more than ", kLossesPerBatchMax, " items, which are allowed"));
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
    // One that is overwritten must be UTF-8 too, as Protobuf has it.
    if (!is_utf8 || !IsPrintable(detail.operation, kOperationBytesMax)) {
      Violate(&out_.batch_violation,
              absl::StrCat("details[", out_.batch.details.size(), "].operation"),
              absl::StrCat("is ", Quote(detail.operation), "; ", kTextRule));
    }
    if (out_.batch.details.size() == kDetailsPerBatchMax) {
      Violate(&out_.batch_violation, "details",
              absl::StrCat("has more than ", kDetailsPerBatchMax, " items, which are allowed"));
    } else {
      out_.batch.details.push_back(std::move(detail));
    }
    return reader.ok();
  }

  // An age that stands twice adds to itself, so it is looked at when all is read.
  void CheckAge() {
    if (age_seconds_ < 0 || age_seconds_ > kAgeSecondsMax || age_nanos_ < 0 ||
        age_nanos_ > 999'999'999) {
      Violate(&out_.batch_violation, "age",
              absl::StrCat("is ", age_seconds_, " s and ", age_nanos_,
                           " ns; a Duration that is not negative is allowed"));
    }
    out_.batch.late = absl::Seconds(age_seconds_) + absl::Nanoseconds(age_nanos_) > kLateAge;
  }

  void CheckCounts() {
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
  batch.entries.clear();
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
