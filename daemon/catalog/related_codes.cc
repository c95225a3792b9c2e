#include "daemon/catalog/related_codes.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace gmewatch {
namespace {

// Words at the start of a name that say where the fault occurred, not which fault it is.
constexpr std::array<absl::string_view, 12> kPlaceWords = {
    "AV",       "DOWNLOAD", "ERR",      "PLAYER", "QAV", "QAVPTTERROR",
    "RECORDER", "SERVER",   "STREAMIN", "UPLOAD", "V2T", "VOICE"};

// Words before the last three name the place again.
constexpr size_t kFaultWordsMax = 3;

// "TIMEOUT" for AV_ERR_SERVER_TIMEOUT. Empty if the name has nothing but places.
std::string FaultOf(absl::string_view name) {
  std::vector<absl::string_view> words = absl::StrSplit(name, '_');
  const auto is_place = [](absl::string_view word) {
    return absl::c_linear_search(kPlaceWords, word);
  };
  auto first = std::find_if_not(words.begin(), words.end(), is_place);
  if (static_cast<size_t>(words.end() - first) > kFaultWordsMax)
    first = words.end() - kFaultWordsMax;
  return absl::StrJoin(first, words.end(), "_");
}

bool HasSameFault(const CatalogCode& one, const CatalogCode& other) {
  const std::string fault = FaultOf(one.name);
  return !fault.empty() && fault == FaultOf(other.name);
}

// The cause of one code may be the beginning of another's: "The response packet is empty." and
// "The response packet is empty when a client tries to ...".
bool BeginsCause(absl::string_view general, absl::string_view special) {
  absl::ConsumeSuffix(&general, ".");
  return !general.empty() && absl::ConsumePrefix(&special, general) &&
         (absl::StartsWith(special, " ") || absl::StartsWith(special, "."));
}

bool HasSameCause(const CatalogCode& one, const CatalogCode& other) {
  return !one.cause.empty() && (one.cause == other.cause || BeginsCause(one.cause, other.cause) ||
                                BeginsCause(other.cause, one.cause));
}

// Reading the logs finds a fix but is not one, so it does not relate codes.
bool HasSameFix(const CatalogCode& one, const CatalogCode& other) {
  return one.solution == other.solution && one.action != "read_logs" && other.action != "read_logs";
}

// A broken network or an expired key makes every operation fail that needs it.
absl::string_view SharedCause(const CatalogCode& code) {
  if (code.action == "network" || absl::StrContains(code.name, "NETWORK")) return "network";
  return code.action == "credentials" ? "credentials" : "";
}

bool HasSharedCause(const CatalogCode& one, const CatalogCode& other) {
  const absl::string_view shared = SharedCause(one);
  return !shared.empty() && shared == SharedCause(other);
}

// Then no client answers with both.
bool AreOfTwoSdks(const CatalogCode& one, const CatalogCode& other) {
  return one.sdk != 0 && other.sdk != 0 && one.sdk != other.sdk;
}

}  // namespace

std::vector<int32_t> RelatedCodes(const CatalogCode& code, const Catalog& catalog) {
  std::vector<int32_t> related;
  for (const CatalogCode& other : catalog.codes()) {
    if (other.value == code.value || AreOfTwoSdks(code, other)) continue;
    if (HasSameFault(code, other) || HasSameCause(code, other) || HasSameFix(code, other) ||
        HasSharedCause(code, other)) {
      related.push_back(other.value);
    }
  }
  absl::c_sort(related);
  return related;
}

}  // namespace gmewatch
