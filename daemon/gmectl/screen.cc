#include "daemon/gmectl/screen.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "daemon/gmectl/text_columns.h"

namespace gmewatch {
namespace {

constexpr size_t kGap = 2;
// A cell that is cut further is of no use to anybody.
constexpr size_t kCellColumnsMin = 8;

absl::string_view InkCode(Ink ink) {
  switch (ink) {
    case Ink::kPlain:
      return "";
    case Ink::kStrong:
      return "\x1b[1m";
    case Ink::kAlarm:
      return "\x1b[1;31m";
    case Ink::kWarning:
      return "\x1b[33m";
  }
  return "";
}

// The widths of the columns. While the table is wider than `columns_max`, the widest column that
// may be cut shrinks.
std::vector<size_t> Widths(const std::vector<Column>& columns,
                           const std::vector<std::vector<TableCell>>& rows, size_t columns_max) {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns.size(); ++i) {
    size_t width = ColumnsOf(columns[i].title);
    for (const std::vector<TableCell>& row : rows) width = std::max(width, ColumnsOf(row[i].text));
    widths.push_back(width);
  }
  const size_t gaps = kGap * (columns.size() - 1);
  while (std::accumulate(widths.begin(), widths.end(), gaps) > columns_max) {
    size_t* widest = nullptr;
    for (size_t i = 0; i < columns.size(); ++i) {
      const bool can_shrink =
          columns[i].cut != Column::Cut::kNothing && widths[i] > kCellColumnsMin;
      if (can_shrink && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
    }
    if (widest == nullptr) break;
    --*widest;
  }
  return widths;
}

std::string CutTo(const std::string& text, Column::Cut cut, size_t width) {
  switch (cut) {
    case Column::Cut::kNothing:
      return text;
    case Column::Cut::kStart:
      return CutStart(text, width);
    case Column::Cut::kEnd:
      return CutEnd(text, width);
  }
  return text;
}

}  // namespace

void Screen::Write(absl::string_view text, Ink ink) {
  const absl::string_view code = has_color_ && !text.empty() ? InkCode(ink) : "";
  absl::StrAppend(&text_, code, text, code.empty() ? "" : "\x1b[0m");
}

void Screen::Paragraph(absl::string_view text, size_t indent, absl::string_view lead, Ink ink) {
  const size_t hang = indent + lead.size();
  std::string margin = absl::StrCat(std::string(indent, ' '), lead);
  for (const std::string& line : Wrap(Printable(text), kScreenColumns - hang)) {
    absl::StrAppend(&text_, margin);
    Write(line, ink);
    text_ += '\n';
    margin.assign(hang, ' ');
  }
}

void Screen::Table(const std::vector<Column>& columns, std::vector<std::vector<TableCell>> rows,
                   size_t indent) {
  std::vector<TableCell> titles;
  titles.reserve(columns.size());
  for (const Column& column : columns) titles.push_back({column.title, Ink::kStrong});
  for (std::vector<TableCell>& row : rows) {
    for (TableCell& cell : row) cell.text = Printable(cell.text);
  }
  const std::vector<size_t> widths = Widths(columns, rows, kScreenColumns - indent);
  rows.insert(rows.begin(), std::move(titles));
  for (const std::vector<TableCell>& row : rows) {
    text_.append(indent, ' ');
    size_t owed = 0;  // spaces to write if something follows
    for (size_t i = 0; i < columns.size(); ++i) {
      const std::string text = CutTo(row[i].text, columns[i].cut, widths[i]);
      const size_t left = widths[i] - std::min(widths[i], ColumnsOf(text));
      if (columns[i].is_number) owed += left;
      if (!text.empty()) {
        text_.append(owed, ' ');
        owed = 0;
        Write(text, row[i].ink);
      }
      owed += (columns[i].is_number ? 0 : left) + kGap;
    }
    text_ += '\n';
  }
}

}  // namespace gmewatch
