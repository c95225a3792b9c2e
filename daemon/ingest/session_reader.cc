#include "daemon/ingest/session_reader.h"

#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/ingest/check_text.h"
#include "daemon/ingest/wire_reader.h"
#include "daemon/model/limits.h"

namespace gmewatch {

bool SessionReader::Read(absl::string_view bytes) {
  Origin& origin = session_.origin;
  WireReader reader(bytes);
  while (reader.Next()) {
    switch (reader.tag()) {
      case BytesTag(1):
        id_ = reader.Bytes();
        break;
      case BytesTag(2):
        origin.app = std::string(reader.Bytes());
        break;
      case BytesTag(3):
        origin.region = std::string(reader.Bytes());
        break;
      case BytesTag(4):
        origin.app_version = std::string(reader.Bytes());
        break;
      case BytesTag(5):
        origin.sdk_version = std::string(reader.Bytes());
        break;
      case BytesTag(6):
        origin.platform = std::string(reader.Bytes());
        break;
      default:
        reader.Skip();  // of a later version
    }
  }
  return reader.ok();
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
      Violate(violation, field, absl::StrCat("is ", Quote(*text), "; ", kLabelRule));
    }
  }
  for (const auto& [field, text] : {Text("session.app_version", &origin.app_version),
                                    Text("session.sdk_version", &origin.sdk_version),
                                    Text("session.platform", &origin.platform)}) {
    if (!IsPrintable(*text, kVersionBytesMax)) {
      Violate(violation, field, absl::StrCat("is ", Quote(*text), "; ", kTextRule));
    }
  }
  if (violation->has_value()) return;
  std::memcpy(&session_.id, id_.data(), kSessionIdBytes);
  out->session = std::move(session_);
}

}  // namespace gmewatch
