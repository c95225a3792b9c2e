#include "daemon/detect/locate.h"

#include <algorithm>
#include <cmath>

namespace gmewatch {
namespace {

// A rise is a roll-up's own where parts with this share of what was expected are raised, unless for
// each of them another one lacks its due; ...
constexpr double kWholeShare = 0.7;
// ... or where the raised parts explain less than this share of the excess.
constexpr double kExplainedShare = 0.5;

// A raised part has at least this much of the excess that would be its due if all rose alike; less
// is chance.
constexpr double kFairShare = 1.0 / 3;
// A part lacks its due, and so does not rise, where it has so many standard deviations less.
constexpr double kLackingDeviations = 3;

class Locator {
 public:
  Locator(const Rows& rows, absl::FunctionRef<RowState(uint32_t row)> state_of)
      : rows_(rows), state_of_(state_of) {}

  std::vector<uint32_t> Find() {
    const RowState everything = state_of_(Rows::kEverything);
    if (everything.spike) FindInEverything(everything);
    // What rises on its own beside that, the more general first.
    for (const auto* list : {&rows_.regions(), &rows_.apps()}) {
      for (const uint32_t row : *list) {
        if (!Touches(row) && state_of_(row).spike) AnnounceIn(row);
      }
    }
    for (const uint32_t app : rows_.apps()) {
      for (const uint32_t leaf : rows_.leaves(app)) {
        if (!Touches(leaf) && state_of_(leaf).spike) found_.push_back(leaf);
      }
    }
    return found_;
  }

 private:
  struct Parts {
    std::vector<uint32_t> raised;
    bool are_it = false;  // the parts, rather than the whole, are what rises
  };

  void FindInEverything(const RowState& everything) {
    const Parts regions = Look(Rows::kEverything, everything, rows_.regions());
    const Parts apps = Look(Rows::kEverything, everything, rows_.apps());
    if (regions.are_it && (!apps.are_it || regions.raised.size() <= apps.raised.size())) {
      Announce(regions.raised);
    } else if (apps.are_it) {
      Announce(apps.raised);
    }
    if (found_.empty() && !IsExplained(Rows::kEverything, everything.excess)) {
      found_.push_back(Rows::kEverything);
    }
  }

  Parts Look(uint32_t row, const RowState& whole, const std::vector<uint32_t>& parts) {
    Parts out;
    double expected = 0;
    size_t known = 0;
    std::vector<RowState> states;
    for (const uint32_t part : parts) {
      const RowState& state = states.emplace_back(part == row ? whole : state_of_(part));
      expected += state.expected;
      known += state.expected > 0 ? 1 : 0;
    }
    double raised_expected = 0;
    double raised_excess = 0;
    size_t lacking = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
      const RowState& state = states[i];
      const double due = whole.excess * state.expected / std::max(expected, 1e-9);
      if (!state.raised || state.excess < kFairShare * due) {
        lacking += Lacks(state, due, whole.ticks) ? 1 : 0;
        continue;
      }
      raised_expected += state.expected;
      raised_excess += state.excess;
      out.raised.push_back(parts[i]);
    }
    if (out.raised.empty() || raised_excess < kExplainedShare * whole.excess) return out;
    out.are_it =
        known == 1 || raised_expected < kWholeShare * expected || lacking >= out.raised.size();
    return out;
  }

  // Whether a part would have had more by now if it rose as the whole did.
  static bool Lacks(const RowState& part, double due, double ticks) {
    const double variance = (part.expected * ticks + due) * part.vmr;
    return ticks > 0 && due - part.excess > kLackingDeviations * std::sqrt(variance);
  }

  // The parts of the whole that rise, each by its own parts.
  void Announce(const std::vector<uint32_t>& parts) {
    for (const uint32_t row : parts) AnnounceIn(row);
  }

  // An app or a region: some of its leaves, which may be alarms before it is, or itself.
  void AnnounceIn(uint32_t row) {
    const RowState whole = state_of_(row);
    if (IsExplained(row, whole.excess)) return;
    const Parts leaves = Look(row, whole, rows_.leaves(row));
    const size_t before = found_.size();
    if (leaves.are_it) {
      for (const uint32_t leaf : leaves.raised) {
        if (state_of_(leaf).spike && !Touches(leaf)) found_.push_back(leaf);
      }
    }
    if (found_.size() == before && whole.spike && !Touches(row)) found_.push_back(row);
  }

  // Whether its excess is that of leaves which what was found holds, for a region's outage is in
  // each of its apps, too; or that of loops.
  bool IsExplained(uint32_t row, double excess) const {
    double explained = 0;
    const auto add = [this, &explained](const std::vector<uint32_t>& leaves) {
      for (const uint32_t leaf : leaves) {
        const RowState state = state_of_(leaf);
        if (state.loop || (state.raised && Touches(leaf))) explained += state.excess;
      }
    };
    if (row == Rows::kEverything) {
      for (const uint32_t app : rows_.apps()) add(rows_.leaves(app));
    } else {
      add(rows_.leaves(row));
    }
    return explained > 0 && explained >= kExplainedShare * excess;
  }

  // Whether what was found holds the row or a part of it.
  bool Touches(uint32_t row) const {
    return std::any_of(found_.begin(), found_.end(), [this, row](uint32_t found) {
      return rows_.Holds(found, row) || rows_.Holds(row, found);
    });
  }

  const Rows& rows_;
  const absl::FunctionRef<RowState(uint32_t row)> state_of_;
  std::vector<uint32_t> found_;
};

}  // namespace

std::vector<uint32_t> Locate(const Rows& rows, absl::FunctionRef<RowState(uint32_t row)> state_of) {
  return Locator(rows, state_of).Find();
}

}  // namespace gmewatch
