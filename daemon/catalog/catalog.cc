#include "daemon/catalog/catalog.h"

#include <array>
#include <cstdlib>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "daemon/base/log.h"
#include "daemon/base/text_file.h"
#include "daemon/base/yaml_message.h"
#include "daemon/catalog/embedded.h"
#include "daemon/model/limits.h"
#include "gmewatch/internal/catalog.pb.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kVoiceMessage = "voice_message";
constexpr std::array<absl::string_view, 3> kCategories = {"client", "server", kVoiceMessage};
constexpr std::array<absl::string_view, 5> kSubcategories = {"recording", "upload", "download",
                                                             "playback", "speech_to_text"};
constexpr std::array<absl::string_view, 3> kSeverities = {"benign", "warning", "error"};
constexpr std::array<absl::string_view, 8> kActions = {"none",    "fix_app",     "player_device",
                                                       "network", "credentials", "configuration",
                                                       "vendor",  "read_logs"};

// Checks one code of the file; `path` is its own, such as "codes[3]".
class CodeCheck {
 public:
  CodeCheck(const internal::CatalogCode& code, const YamlFields& fields, std::string path)
      : code_(code), fields_(fields), path_(std::move(path)) {}

  absl::Status Run() const;

 private:
  absl::Status Error(absl::string_view field, absl::string_view what) const {
    return fields_.Error(absl::StrCat(path_, ".", field), what);
  }
  absl::Status CheckFilled(absl::string_view field, const std::string& text) const {
    if (!text.empty()) return absl::OkStatus();
    return Error(field, absl::StrCat(field, " of code ", code_.value(), " is empty"));
  }
  absl::Status CheckOneOf(absl::string_view field, const std::string& word,
                          absl::Span<const absl::string_view> allowed) const;
  absl::Status CheckSubcategory() const;

  const internal::CatalogCode& code_;
  const YamlFields& fields_;
  const std::string path_;
};

absl::Status CodeCheck::Run() const {
  if (code_.value() == kSuccessCode) {
    const bool given = fields_.Has(absl::StrCat(path_, ".value"));
    return Error("value", given ? "value 0 is AV_OK, any other whole number is allowed"
                                : "a code without a value");
  }
  for (const absl::Status& status :
       {CheckFilled("name", code_.name()), CheckOneOf("category", code_.category(), kCategories),
        CheckSubcategory(), CheckOneOf("severity", code_.severity(), kSeverities),
        CheckOneOf("action", code_.action(), kActions),
        CheckFilled("solution", code_.solution())}) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CodeCheck::CheckSubcategory() const {
  if (code_.category() == kVoiceMessage) {
    return CheckOneOf("subcategory", code_.subcategory(), kSubcategories);
  }
  if (code_.subcategory().empty()) return absl::OkStatus();
  return Error("subcategory", absl::StrCat("code ", code_.value(), " has a subcategory, only ",
                                           kVoiceMessage, " has these"));
}

absl::Status CodeCheck::CheckOneOf(absl::string_view field, const std::string& word,
                                   absl::Span<const absl::string_view> allowed) const {
  if (absl::c_linear_search(allowed, word)) return absl::OkStatus();
  const std::string what =
      word.empty() ? absl::StrCat("code ", code_.value(), " has no ", field)
                   : absl::StrCat("unknown ", field, " \"", absl::Utf8SafeCHexEscape(word), "\"");
  return Error(field, absl::StrCat(what, "; allowed: ", absl::StrJoin(allowed, ", ")));
}

CatalogCode FromMessage(internal::CatalogCode* in) {
  return {in->value(),
          std::move(*in->mutable_name()),
          std::move(*in->mutable_category()),
          std::move(*in->mutable_subcategory()),
          std::move(*in->mutable_severity()),
          std::move(*in->mutable_action()),
          std::move(*in->mutable_description()),
          std::move(*in->mutable_cause()),
          std::move(*in->mutable_solution())};
}

}  // namespace

absl::StatusOr<Catalog> Catalog::Parse(absl::string_view yaml, absl::string_view file) {
  internal::Catalog in;
  const absl::StatusOr<YamlFields> fields = ReadYamlMessage(yaml, file, &in);
  if (!fields.ok()) return fields.status();
  const auto count = static_cast<size_t>(in.codes_size());
  if (count == 0 || count > kCatalogCodesMax) {
    return fields->Error("codes", absl::StrCat("the catalogue has ", count, " codes, from 1 to ",
                                               kCatalogCodesMax, " are allowed"));
  }
  Catalog catalog;
  catalog.source_ = std::move(*in.mutable_source());
  for (size_t i = 0; i < count; ++i) {
    internal::CatalogCode* code = in.mutable_codes(static_cast<int>(i));
    const std::string path = absl::StrCat("codes[", i, "]");
    absl::Status checked = CodeCheck(*code, *fields, path).Run();
    if (!checked.ok()) return checked;
    const auto [first, is_new] = catalog.index_.emplace(code->value(), i);
    if (!is_new) {
      const int line = fields->Position(absl::StrCat("codes[", first->second, "].value")).line;
      return fields->Error(path + ".value", absl::StrCat("value ", code->value(),
                                                         " is there already, in line ", line));
    }
    catalog.codes_.push_back(FromMessage(code));
  }
  return catalog;
}

absl::StatusOr<Catalog> Catalog::Load(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadTextFile(path, kYamlBytesMax);
  if (!text.ok()) return text.status();
  return Parse(*text, path);
}

Catalog Catalog::Embedded() {
  absl::StatusOr<Catalog> catalog = Parse(EmbeddedCatalogText(), "gme.yaml");
  if (!catalog.ok()) {
    // The build put it there and a test reads it, so this is a defect of ours.
    LogError("the built-in catalogue is wrong",
             {{"error", std::string(catalog.status().message())}});
    std::abort();
  }
  return *std::move(catalog);
}

const CatalogCode* Catalog::Find(int32_t value) const {
  const auto found = index_.find(value);
  return found == index_.end() ? nullptr : &codes_[found->second];
}

}  // namespace gmewatch
