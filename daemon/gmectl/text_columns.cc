#include "daemon/gmectl/text_columns.h"

#include <clocale>
#include <cwchar>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "daemon/base/printable.h"
#include "daemon/base/utf8.h"

namespace gmewatch {
namespace {

constexpr absl::string_view kCut = "..";

// Sets a UTF-8 locale in this thread while it lives: the C library's widths of characters depend on
// the locale, and the user's may not be UTF-8.
class Utf8Locale {
 public:
  Utf8Locale() : before_(uselocale(Shared())) {}
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() { uselocale(before_); }

 private:
  // Null if the system has no such locale; uselocale then leaves the current one.
  static locale_t Shared() {
    static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return utf8;
  }

  const locale_t before_;
};

struct Character {
  absl::string_view bytes;  // one byte if it is not UTF-8
  size_t columns = 1;
  bool is_printable = false;
};

// The first character of `text`. REQUIRES: not empty; a Utf8Locale lives.
Character FirstOf(absl::string_view text) {
  const Utf8Character first = FirstUtf8Character(text);
  if (first.bytes == 0) return {text.substr(0, 1)};
  const int width = wcwidth(static_cast<wchar_t>(first.code_point));
  return {text.substr(0, first.bytes), width < 0 ? 1U : static_cast<size_t>(width),
          IsPrintableCodePoint(first.code_point)};
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

// The characters from `first` on that fit into `columns`.
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
  std::string printable;
  for (const Character& character : CharactersOf(text)) {
    if (character.is_printable) {
      absl::StrAppend(&printable, character.bytes);
    } else {
      printable.append(character.bytes.size(), '?');
    }
  }
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
