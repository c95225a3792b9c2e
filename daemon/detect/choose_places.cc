#include "daemon/detect/choose_places.h"

#include <algorithm>

#include "absl/algorithm/container.h"

namespace gmewatch {
namespace {

// The parts of a whole never rise by quite the same factor. Factors that differ by 30 % would make
// this gain an event if each part had a line of its own.
constexpr double kUneven = 0.05;

class Chooser {
 public:
  Chooser(const Rows& rows, absl::Span<const RaisedRow> raised, absl::Span<const uint32_t> others)
      : rows_(rows), raised_(rows.size()), line_cost_(rows.size(), kLineCost) {
    for (const RaisedRow& row : raised) raised_[row.row] = row;
    for (const uint32_t row : others) line_cost_[row] = 0;
  }

  // Rows and the sum of their gains.
  struct Choice {
    std::vector<uint32_t> rows;
    double gain = 0;
    double events = 0;
    double cost = 0;  // of the lines

    double Score() const {
      const double uneven = rows.size() > 1 ? kUneven * events : 0;
      return gain - uneven - cost;
    }
  };

  Choice Best() const {
    Choice best = Of({Rows::kEverything});
    for (const auto* parts : {&rows_.apps(), &rows_.regions()}) {
      Choice choice = OfParts(*parts);
      // An equal choice is that of a single part.
      if (choice.Score() >= best.Score()) best = std::move(choice);
    }
    return best;
  }

  Choice Of(const std::vector<uint32_t>& rows) const {
    Choice choice;
    for (const uint32_t row : rows) {
      const RaisedRow& raised = raised_[row];
      if (raised.gain <= line_cost_[row]) continue;
      choice.rows.push_back(row);
      choice.gain += raised.gain;
      choice.events += raised.events;
      choice.cost += line_cost_[row];
    }
    return choice;
  }

 private:
  // All raised ones of the apps or regions, or their raised pairs.
  Choice OfParts(const std::vector<uint32_t>& parts) const {
    Choice all;
    for (const uint32_t part : parts) {
      const Choice whole = Of({part});
      const Choice leaves = Of(rows_.leaves(part));
      const Choice& better = leaves.Score() >= whole.Score() ? leaves : whole;
      all.rows.insert(all.rows.end(), better.rows.begin(), better.rows.end());
      all.gain += better.gain;
      all.events += better.events;
      all.cost += better.cost;
    }
    return all;
  }

  const Rows& rows_;
  std::vector<RaisedRow> raised_;  // by row
  std::vector<double> line_cost_;  // by row
};

}  // namespace

std::vector<uint32_t> ChoosePlaces(const Rows& rows, absl::Span<const RaisedRow> raised,
                                   absl::Span<const uint32_t> current,
                                   absl::Span<const uint32_t> others) {
  const Chooser chooser(rows, raised, others);
  Chooser::Choice best = chooser.Best();
  const Chooser::Choice now = chooser.Of({current.begin(), current.end()});
  if (!now.rows.empty() && best.Score() <= now.Score() + kLineCost + kUneven * now.events) {
    best = now;
  }
  for (const uint32_t row : current) {
    const bool replaced =
        absl::c_any_of(best.rows, [&](uint32_t other) { return rows.Overlap(row, other); });
    if (!replaced) best.rows.push_back(row);
  }
  return std::move(best.rows);
}

}  // namespace gmewatch
