#include "daemon/ingest/session_reader.h"

#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/utf8.h"
#include "daemon/ingest/check_text.h"
#include "daemon/ingest/wire_reader.h"
#include "daemon/model/label.h"
#include "daemon/model/limits.h"

namespace gmewatch {

bool SessionReader::Read(absl::string_view bytes) {
  Origin& origin = session_.origin;
  WireReader reader(bytes, 1);
  while (reader.Next()) {
    switch (reader.tag()) {
      case BytesTag(1):
        id_ = reader.Bytes();
        break;
      case BytesTag(2):
        TakeText("session.app", reader.Bytes(), &origin.app);
        break;
      case BytesTag(3):
        TakeText("session.region", reader.Bytes(), &origin.region);
        break;
      case BytesTag(4):
        TakeText("session.app_version", reader.Bytes(), &origin.app_version);
        break;
      case BytesTag(5):
        TakeText("session.sdk_version", reader.Bytes(), &origin.sdk_version);
        break;
      case BytesTag(6):
        TakeText("session.platform", reader.Bytes(), &origin.platform);
        break;
      default:
        reader.Skip();  // added by a later version
    }
  }
  return reader.ok();
}

void SessionReader::TakeText(absl::string_view field, absl::string_view bytes, std::string* text) {
  if (broken_field_.empty() && Utf8PrefixBytes(bytes) < bytes.size()) broken_field_ = field;
  *text = std::string(bytes);
}

void SessionReader::Check(CheckedRequest* out) {
  std::optional<Violation>* violation = &out->session_violation;
  if (id_.size() != kSessionIdBytes) {
    Violate(violation, "session.id",
            absl::StrCat("has ", id_.size(), " bytes; exactly 16 are allowed"));
  }
  const Origin& origin = session_.origin;
  using Text = std::pair<absl::string_view, const std::string*>;
  for (const auto& [field, text] :
       {Text("session.app", &origin.app), Text("session.region", &origin.region)}) {
    if (!IsLabel(*text)) {
      Violate(violation, field,
              absl::StrCat("is ", Quote(*text), "; ", kLabelForm,
                           " are allowed, but not \"all\" or \"other\""));
    }
  }
  for (const auto& [field, text] : {Text("session.app_version", &origin.app_version),
                                    Text("session.sdk_version", &origin.sdk_version),
                                    Text("session.platform", &origin.platform)}) {
    if (!IsPrintable(*text, kVersionBytesMax)) {
      Violate(violation, field, absl::StrCat("is ", Quote(*text), "; ", kTextRule));
    }
  }
  if (!broken_field_.empty()) {
    Violate(violation, broken_field_,
            absl::StrCat("is set more than once, and not always to UTF-8; ", kTextRule));
  }
  if (violation->has_value()) return;
  std::memcpy(&session_.id, id_.data(), kSessionIdBytes);
  out->session = std::move(session_);
}

}  // namespace gmewatch
