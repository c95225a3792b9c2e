// Lays out a page for the terminal from the top down: paragraphs and tables. No line is wider than
// kScreenColumns, unless a single word is.
//
// Thread safety: none. Every text is made printable (text_columns.h).
#ifndef GMEWATCH_DAEMON_GMECTL_SCREEN_H_
#define GMEWATCH_DAEMON_GMECTL_SCREEN_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace gmewatch {

inline constexpr size_t kScreenColumns = 80;

enum class Ink { kPlain, kStrong, kAlarm, kWarning };

struct TableCell {
  std::string text;
  Ink ink = Ink::kPlain;
};

struct Column {
  // Which part of a cell is cut if the table is too wide.
  enum class Cut { kNothing, kStart, kEnd };
  std::string title;
  bool is_number = false;  // right-aligned
  Cut cut = Cut::kNothing;
};

class Screen {
 public:
  explicit Screen(bool has_color) : has_color_(has_color) {}
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Adds wrapped text. A `lead`, such as "1. ", precedes the first line; the others are indented
  // to the text behind it.
  void Paragraph(absl::string_view text, size_t indent = 0, absl::string_view lead = "",
                 Ink ink = Ink::kPlain);
  void Blank() { text_ += '\n'; }
  // REQUIRES: each row has as many cells as there are columns.
  void Table(const std::vector<Column>& columns, std::vector<std::vector<TableCell>> rows,
             size_t indent = 0);

  const std::string& text() const { return text_; }

 private:
  void Write(absl::string_view text, Ink ink);

  const bool has_color_;
  std::string text_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_SCREEN_H_
