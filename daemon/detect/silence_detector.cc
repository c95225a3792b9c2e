#include "daemon/detect/silence_detector.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/algorithm/container.h"
#include "daemon/model/limits.h"

namespace gmewatch {
namespace {

// False silences: one in this time, over all places together.
constexpr double kBudgetSeconds = 30 * 86400.0;
// What is at most this share of a place does not count there. Each of its (app, region) pairs is
// weighed by its usual reports in a tick, but none by more than is enough to see in ten minutes
// whether it goes on: the large pairs do not stand for the small ones.
constexpr double kLittle = 0.1;
constexpr double kEnoughReports = 0.3;
// A place that was silent this long is closed, and what is now is usual. Everything never is:
// somebody runs gmewatchd to hear of it.
constexpr int64_t kClosedSeconds = 86400;
// Ended silences are shown for an hour.
constexpr int64_t kShownSeconds = 3600;
// Without a past day a level older than this says nothing.
constexpr int64_t kLevelAgeMax = 1800;
// The number of sessions halves in 6 h, which is 24 quarters: a place that is empty at night still
// counts as large in the morning.
constexpr double kSessionsKept = 0.9715;

// 0 for everything, then apps, regions, pairs.
int Rank(const Place& place) {
  return (place.app == kAllLabel ? 0 : 1) + (place.region == kAllLabel ? 0 : 2);
}

}  // namespace

SilenceDetector::SilenceDetector(int64_t tick_seconds, double sessions_min)
    : tick_seconds_(tick_seconds), sessions_min_(sessions_min) {
  Ensure({kAllLabel, kAllLabel});
}

uint32_t SilenceDetector::Ensure(const Place& place) {
  const auto [found, is_new] = index_.try_emplace(place, static_cast<uint32_t>(nodes_.size()));
  if (!is_new) return found->second;
  nodes_.emplace_back().place = place;
  nodes_.back().model.BeginQuarter(quarter_);
  const auto after = absl::c_find_if(
      by_generality_, [&](uint32_t other) { return Rank(nodes_[other].place) > Rank(place); });
  by_generality_.insert(after, found->second);
  return found->second;
}

void SilenceDetector::AddPlace(const Place& place) {
  const Row row = {Ensure(place), Ensure({place.app, kAllLabel}),
                   Ensure({kAllLabel, place.region})};
  for (const uint32_t node : {row.leaf, row.app, row.region, kEverything}) {
    nodes_[node].leaves.push_back(row.leaf);
  }
  rows_.push_back(row);
}

void SilenceDetector::Tick(int64_t time_s, int ticks, absl::Span<const Arrivals> arrivals) {
  // A tick belongs to the quarter of an hour before its end.
  EndQuarter((time_s - 1) / ArrivalRhythm::kQuarterSeconds);
  time_s_ = time_s;
  AddUp(arrivals, ticks);
  const auto seconds = static_cast<double>(tick_seconds_);
  const double threshold = std::log(static_cast<double>(nodes_.size()) * kBudgetSeconds / seconds);
  for (Node& node : nodes_) {
    for (int i = 0; i < ticks; ++i) node.model.Tick(node.arrivals, seconds, threshold, node.held);
  }
  EndSilences();
  const auto is_new = [](const Node& node) { return node.model.stopped() && !node.held; };
  if (absl::c_none_of(nodes_, is_new)) return;
  Weigh();
  for (const uint32_t index : by_generality_) {
    const Node& node = nodes_[index];
    if (silences_.size() >= kSilencesMax) return;
    if (is_new(node) && IsLarge(node) && Explains(node, threshold)) Begin(node);
  }
}

void SilenceDetector::EndQuarter(int64_t quarter) {
  if (quarter <= quarter_) return;
  for (Node& node : nodes_) {
    node.model.EndQuarter(quarter_, quarter, static_cast<double>(tick_seconds_));
    node.sessions *= kSessionsKept;
  }
  quarter_ = quarter;
}

void SilenceDetector::AddUp(absl::Span<const Arrivals> arrivals, int ticks) {
  for (Node& node : nodes_) node.arrivals = 0;
  for (size_t id = 0; id < rows_.size(); ++id) {
    const Row& row = rows_[id];
    for (const uint32_t node : {row.leaf, row.app, row.region, kEverything}) {
      nodes_[node].arrivals += arrivals[id].sessions / ticks;
    }
    double& sessions = nodes_[row.leaf].sessions;
    sessions = std::max(sessions, arrivals[id].all_sessions);
  }
}

void SilenceDetector::Interrupt() {
  for (Node& node : nodes_) node.model.Interrupt();
}

bool SilenceDetector::IsLarge(const Node& node) const {
  double sessions = 0;
  for (const uint32_t leaf : node.leaves) sessions += nodes_[leaf].sessions;
  // The number is an estimate, a little above the truth for a few.
  return sessions > sessions_min_ - 0.5;
}

void SilenceDetector::Weigh() {
  for (Node& node : nodes_) node.weight = node.goes_on = node.evidence = 0;
  for (const Row& row : rows_) {
    const ArrivalModel& model = nodes_[row.leaf].model;
    const double usual = model.Usual(static_cast<double>(tick_seconds_));
    const double weight = std::min(usual, kEnoughReports);
    const double goes_on = model.quiet() ? 0 : weight;
    const double evidence = model.score();
    for (const uint32_t index : {row.leaf, row.app, row.region, kEverything}) {
      Node& node = nodes_[index];
      node.weight += weight;
      node.goes_on += goes_on;
      node.evidence += evidence;
    }
  }
}

bool SilenceDetector::Explains(const Node& node, double threshold) const {
  if (node.goes_on > kLittle * node.weight) return false;
  // Either it has a part that no silence has, or it is more general than one.
  double is_new = 0;
  for (const uint32_t leaf : node.leaves) is_new += nodes_[leaf].held ? 0 : nodes_[leaf].weight;
  const bool is_wider = absl::c_any_of(silences_, [&node](const Silence& silence) {
    return silence.active && Holds(node.place, silence.place);
  });
  if (is_new <= kLittle * node.weight && !is_wider) return false;
  return absl::c_none_of(nodes_, [&](const Node& part) {
    if (&part == &node || !part.model.stopped() || !Holds(node.place, part.place)) return false;
    return node.weight - part.weight > kLittle * node.weight &&
           node.evidence - part.evidence < threshold;
  });
}

void SilenceDetector::Begin(const Node& node) {
  Silence silence;
  silence.place = node.place;
  silence.active = true;
  silence.start_s = time_s_ - int64_t{node.model.quiet_ticks()} * tick_seconds_;
  silence.usual_rate =
      node.model.Usual(static_cast<double>(tick_seconds_)) / static_cast<double>(tick_seconds_);
  // Silences of its parts were the beginning of this one.
  for (const Silence& part : silences_) {
    if (part.active && Holds(node.place, part.place)) {
      silence.start_s = std::min(silence.start_s, part.start_s);
    }
  }
  std::erase_if(silences_, [&node](const Silence& part) {
    return part.active && Holds(node.place, part.place);
  });
  silences_.push_back(std::move(silence));
  for (Node& part : nodes_) part.held = part.held || Holds(node.place, part.place);
}

void SilenceDetector::EndSilences() {
  std::erase_if(silences_, [this](const Silence& silence) {
    return !silence.active && silence.end_s + kShownSeconds <= time_s_;
  });
  bool is_changed = false;
  for (Silence& silence : silences_) {
    if (!silence.active) continue;
    const uint32_t index = index_.at(silence.place);
    const bool is_closed = index != kEverything && silence.start_s + kClosedSeconds <= time_s_;
    silence.observed_rate = nodes_[index].arrivals / static_cast<double>(tick_seconds_);
    if (nodes_[index].model.stopped() && !is_closed) continue;
    End(&silence, is_closed);
    is_changed = true;
  }
  if (is_changed) UpdateHeld();
}

void SilenceDetector::End(Silence* silence, bool for_good) {
  silence->active = false;
  silence->end_s = time_s_;
  // A part that has really stopped, too, is proved again: nothing begins because something ends.
  for (Node& node : nodes_) {
    if (!Holds(silence->place, node.place)) continue;
    if (for_good) {
      node.model.Forget();
    } else {
      node.model.Resume();
    }
  }
}

void SilenceDetector::UpdateHeld() {
  for (Node& node : nodes_) {
    node.held = absl::c_any_of(silences_, [&node](const Silence& silence) {
      return silence.active && Holds(silence.place, node.place);
    });
  }
}

SilenceReport SilenceDetector::Report() const {
  SilenceReport report{silences_};
  absl::c_stable_sort(report.silences, [](const Silence& x, const Silence& y) {
    if (x.active != y.active) return x.active;
    return std::pair(Rank(x.place), x.start_s) < std::pair(Rank(y.place), y.start_s);
  });
  return report;
}

internal::SilenceState SilenceDetector::Save() const {
  internal::SilenceState out;
  out.set_time_s(time_s_);
  out.set_tick_seconds(static_cast<double>(tick_seconds_));
  for (const Node& node : nodes_) {
    const ArrivalModel::Learned& learned = node.model.learned();
    out.add_apps(node.place.app);
    out.add_regions(node.place.region);
    out.add_arrivals(learned.arrivals);
    out.add_ticks(learned.ticks);
    out.add_deviations(learned.deviations);
    out.add_expected(learned.expected);
    out.add_sessions(static_cast<float>(node.sessions));
    out.add_stopped(node.model.stopped());
    const ArrivalRhythm& rhythm = node.model.rhythm();
    const absl::string_view bytes = rhythm.empty() ? absl::string_view() : rhythm.bytes();
    out.add_rhythm(bytes.data(), bytes.size());
  }
  for (const Silence& silence : silences_) {
    internal::SilenceRecord& record = *out.add_silences();
    record.set_app(silence.place.app);
    record.set_region(silence.place.region);
    record.set_active(silence.active);
    record.set_start_s(silence.start_s);
    record.set_end_s(silence.end_s);
    record.set_usual_rate(silence.usual_rate);
  }
  return out;
}

absl::Status SilenceDetector::Load(const internal::SilenceState& state, int64_t time_s) {
  const int size = state.apps_size();
  for (const int other :
       {state.regions_size(), state.arrivals_size(), state.ticks_size(), state.deviations_size(),
        state.expected_size(), state.sessions_size(), state.stopped_size(), state.rhythm_size()}) {
    if (other != size) return absl::DataLossError("arrays of different lengths");
  }
  if (!(state.tick_seconds() > 0)) return absl::DataLossError("no length of a tick");
  const int64_t last_s = std::min(state.time_s(), time_s);
  const auto ratio = static_cast<float>(static_cast<double>(tick_seconds_) / state.tick_seconds());
  time_s_ = last_s;
  quarter_ = (last_s - 1) / ArrivalRhythm::kQuarterSeconds;
  for (int i = 0; i < size; ++i) {
    Node& node = nodes_[Ensure({state.apps(i), state.regions(i)})];
    ArrivalModel::Learned learned = {state.arrivals(i) * ratio, state.ticks(i), state.deviations(i),
                                     state.expected(i)};
    const bool has_rhythm = node.model.LoadRhythm(state.rhythm(i));
    const bool is_old = !has_rhythm && !state.stopped(i) && last_s + kLevelAgeMax < time_s;
    if (is_old) learned.arrivals = learned.ticks = 0;
    node.model.Load(learned, state.stopped(i));
    node.model.BeginQuarter(quarter_);
    node.sessions = state.sessions(i);
  }
  for (const internal::SilenceRecord& record : state.silences()) {
    const Place place = {record.app(), record.region()};
    if (!index_.contains(place)) continue;
    silences_.push_back({.place = place,
                         .active = record.active(),
                         .start_s = record.start_s(),
                         .end_s = record.end_s(),
                         .usual_rate = record.usual_rate()});
  }
  UpdateHeld();
  return absl::OkStatus();
}

}  // namespace gmewatch
