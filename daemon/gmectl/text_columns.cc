#include "daemon/gmectl/text_columns.h"

#include <algorithm>
#include <clocale>
#include <cwchar>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/src/text.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kCut = "..";

// The C library's table of widths belongs to a locale, and the user's may not be UTF-8. Sets one
// that is for as long as this lives, in this thread only.
class Utf8Locale {
 public:
  Utf8Locale() : before_(uselocale(Shared())) {}
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() { uselocale(before_); }

 private:
  // Null, where there is none, leaves the locale as it is.
  static locale_t Shared() {
    static const locale_t kUtf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return kUtf8;
  }

  const locale_t before_;
};

struct Character {
  absl::string_view bytes;
  size_t columns;
};

// What the printable `text` begins with. REQUIRES: not empty.
Character FirstOf(absl::string_view text) {
  const size_t size = std::max<size_t>(client::PrintableCharacter(text), 1);  // it always moves on
  const absl::string_view bytes = text.substr(0, size);
  wchar_t wide = 0;
  std::mbstate_t state = {};
  if (std::mbrtowc(&wide, bytes.data(), bytes.size(), &state) > bytes.size()) return {bytes, 1};
  const int width = wcwidth(wide);
  return {bytes, width < 0 ? 1U : static_cast<size_t>(width)};
}

std::vector<Character> CharactersOf(absl::string_view text) {
  const Utf8Locale locale;
  std::vector<Character> characters;
  while (!text.empty()) {
    characters.push_back(FirstOf(text));
    text.remove_prefix(characters.back().bytes.size());
  }
  return characters;
}

// What fits of the characters from `first` on.
template <typename Iterator>
std::vector<absl::string_view> Fitting(Iterator first, Iterator end, size_t columns) {
  std::vector<absl::string_view> fitting;
  size_t used = 0;
  for (; first != end && used + first->columns <= columns; ++first) {
    used += first->columns;
    fitting.push_back(first->bytes);
  }
  return fitting;
}

}  // namespace

std::string Printable(absl::string_view text) {
  std::string printable(text.size(), '\0');
  printable.resize(client::CopyPrintable(text, printable.data(), printable.size()));
  return printable;
}

size_t ColumnsOf(absl::string_view text) {
  size_t columns = 0;
  for (const Character& character : CharactersOf(text)) columns += character.columns;
  return columns;
}

std::string CutEnd(absl::string_view text, size_t columns) {
  if (ColumnsOf(text) <= columns) return std::string(text);
  const std::vector<Character> all = CharactersOf(text);
  std::string kept;
  for (const auto bytes : Fitting(all.begin(), all.end(), columns - kCut.size())) {
    absl::StrAppend(&kept, bytes);
  }
  return absl::StrCat(kept, kCut);
}

std::string CutStart(absl::string_view text, size_t columns) {
  if (ColumnsOf(text) <= columns) return std::string(text);
  const std::vector<Character> all = CharactersOf(text);
  std::string kept;
  for (const auto bytes : Fitting(all.rbegin(), all.rend(), columns - kCut.size())) {
    kept.insert(0, bytes.data(), bytes.size());
  }
  return absl::StrCat(kCut, kept);
}

std::vector<std::string> Wrap(absl::string_view text, size_t columns) {
  std::vector<std::string> lines;
  size_t used = 0;
  for (const absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    const size_t width = ColumnsOf(word);
    if (lines.empty() || used + 1 + width > columns) {
      lines.emplace_back(word);
      used = width;
    } else {
      absl::StrAppend(&lines.back(), " ", word);
      used += 1 + width;
    }
  }
  if (lines.empty()) lines.emplace_back();
  return lines;
}

}  // namespace gmewatch
