#include "daemon/gmectl/find_codes.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/gmectl/text_columns.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

using Codes = std::vector<const CatalogCode*>;

constexpr size_t kNearest = 3;
constexpr size_t kTextColumnsMax = 64;

// The number of letters to insert, delete or replace to turn one text into the other.
size_t EditDistance(absl::string_view one, absl::string_view other) {
  std::vector<size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < one.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < other.size(); ++j) {
      const size_t change = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

// The kNearest codes of the catalogue by `distance`; if some are at 0, only those.
template <typename Distance>
Codes Nearest(const Catalog& catalog, Distance distance) {
  Codes codes;
  for (const CatalogCode& code : catalog.codes()) codes.push_back(&code);
  std::stable_sort(codes.begin(), codes.end(), [&](const CatalogCode* one, const CatalogCode* two) {
    return distance(*one) < distance(*two);
  });
  codes.resize(std::min(codes.size(), kNearest));
  if (distance(*codes.front()) == 0) {
    codes.erase(
        absl::c_find_if(codes, [&](const CatalogCode* code) { return distance(*code) != 0; }),
        codes.end());
  }
  return codes;
}

// A name that contains the text is nearer than one that only resembles it.
size_t NameDistance(absl::string_view name, absl::string_view text) {
  return absl::StrContains(name, text) ? 0 : EditDistance(name, text);
}

absl::Status Unknown(absl::string_view text, const Codes& nearest) {
  return absl::NotFoundError(
      absl::StrCat("there is no documented code \"", CutEnd(Printable(text), kTextColumnsMax),
                   "\"; allowed: a documented code's number or name, such as ",
                   absl::StrJoin(nearest, ", ", [](std::string* out, const CatalogCode* code) {
                     absl::StrAppend(out, code->value, " ", code->name);
                   })));
}

}  // namespace

absl::StatusOr<Codes> FindCodes(const Catalog& catalog, absl::string_view text) {
  int32_t value = 0;
  if (absl::SimpleAtoi(text, &value)) {
    if (value == kSuccessCode) return absl::NotFoundError("0 is AV_OK: the operation succeeded");
    const CatalogCode* const code = catalog.Find(value);
    if (code != nullptr) return Codes{code};
    return Unknown(text, Nearest(catalog, [&](const CatalogCode& each) {
                     return std::abs(static_cast<int64_t>(each.value) - value);
                   }));
  }
  const std::string name = absl::AsciiStrToUpper(text);
  Codes found;
  for (const CatalogCode* code : catalog.rows()) {
    if (absl::EqualsIgnoreCase(code->name, text)) found.push_back(code);
  }
  if (!found.empty()) return found;
  return Unknown(text, Nearest(catalog, [&](const CatalogCode& each) {
                   return NameDistance(each.name, name.substr(0, kTextColumnsMax));
                 }));
}

}  // namespace gmewatch
