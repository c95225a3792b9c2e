#include "daemon/detect/locate.h"

#include <algorithm>
#include <cmath>

namespace gmewatch {
namespace {

// The whole rises if its raised parts hold this share of its expected rate, unless as many parts
// are significantly flat; ...
constexpr double kWholeShare = 0.7;
// ... or if the raised parts explain less than this share of its excess.
constexpr double kExplainedShare = 0.5;

// A raised part has at least this share of its fair excess, the one it would have if all parts rose
// by the same factor; less is chance.
constexpr double kFairShare = 1.0 / 3;
// A part is significantly flat if its excess is this many standard deviations below the fair one.
constexpr double kFlatDeviations = 3;

class Locator {
 public:
  Locator(const Rows& rows, absl::FunctionRef<RowState(uint32_t row)> state_of)
      : rows_(rows), state_of_(state_of) {}

  std::vector<uint32_t> Find() {
    const RowState everything = state_of_(Rows::kEverything);
    if (everything.spike) FindInEverything(everything);
    // Further places that rise on their own, the more general ones first.
    for (const auto* list : {&rows_.regions(), &rows_.apps()}) {
      for (const uint32_t row : *list) {
        if (!Overlaps(row) && state_of_(row).spike) AnnounceIn(row);
      }
    }
    for (const uint32_t app : rows_.apps()) {
      for (const uint32_t leaf : rows_.leaves(app)) {
        if (!Overlaps(leaf) && state_of_(leaf).spike) found_.push_back(leaf);
      }
    }
    return found_;
  }

 private:
  struct Parts {
    std::vector<uint32_t> raised;
    bool explain_it = false;  // the parts rise rather than the whole
  };

  void FindInEverything(const RowState& everything) {
    const Parts regions = Examine(Rows::kEverything, everything, rows_.regions());
    const Parts apps = Examine(Rows::kEverything, everything, rows_.apps());
    if (regions.explain_it && (!apps.explain_it || regions.raised.size() <= apps.raised.size())) {
      Announce(regions.raised);
    } else if (apps.explain_it) {
      Announce(apps.raised);
    }
    if (found_.empty() && !IsExplained(Rows::kEverything, everything.excess)) {
      found_.push_back(Rows::kEverything);
    }
  }

  Parts Examine(uint32_t row, const RowState& whole, const std::vector<uint32_t>& parts) {
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
    size_t flat_parts = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
      const RowState& state = states[i];
      const double fair = whole.excess * state.expected / std::max(expected, 1e-9);
      if (!state.raised || state.excess < kFairShare * fair) {
        flat_parts += IsFlat(state, fair, whole.ticks) ? 1 : 0;
        continue;
      }
      raised_expected += state.expected;
      raised_excess += state.excess;
      out.raised.push_back(parts[i]);
    }
    if (out.raised.empty() || raised_excess < kExplainedShare * whole.excess) return out;
    out.explain_it =
        known == 1 || raised_expected < kWholeShare * expected || flat_parts >= out.raised.size();
    return out;
  }

  // Whether the part would have more excess by now if it rose as the whole did.
  static bool IsFlat(const RowState& part, double fair, double ticks) {
    const double variance = (part.expected * ticks + fair) * part.vmr;
    return ticks > 0 && fair - part.excess > kFlatDeviations * std::sqrt(variance);
  }

  // Announces each of the parts, or its own parts.
  void Announce(const std::vector<uint32_t>& parts) {
    for (const uint32_t row : parts) AnnounceIn(row);
  }

  // Announces an app or a region, or those of its leaves that explain it. A leaf may be an alarm
  // before its roll-up is.
  void AnnounceIn(uint32_t row) {
    const RowState whole = state_of_(row);
    if (IsExplained(row, whole.excess)) return;
    const Parts leaves = Examine(row, whole, rows_.leaves(row));
    const size_t before = found_.size();
    if (leaves.explain_it) {
      for (const uint32_t leaf : leaves.raised) {
        if (state_of_(leaf).spike && !Overlaps(leaf)) found_.push_back(leaf);
      }
    }
    if (found_.size() == before && whole.spike && !Overlaps(row)) found_.push_back(row);
  }

  // Whether leaves of places found so far, or with loops, explain the excess of a row: the outage
  // of a region is also in the roll-up of each app.
  bool IsExplained(uint32_t row, double excess) const {
    double explained = 0;
    const auto add = [this, &explained](const std::vector<uint32_t>& leaves) {
      for (const uint32_t leaf : leaves) {
        const RowState state = state_of_(leaf);
        if (state.loop || (state.raised && Overlaps(leaf))) explained += state.excess;
      }
    };
    if (row == Rows::kEverything) {
      for (const uint32_t app : rows_.apps()) add(rows_.leaves(app));
    } else {
      add(rows_.leaves(row));
    }
    return explained > 0 && explained >= kExplainedShare * excess;
  }

  // Whether a place found so far holds the row, or is part of it.
  bool Overlaps(uint32_t row) const {
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
