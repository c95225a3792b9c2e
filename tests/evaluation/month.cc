#include "tests/evaluation/month.h"

#include <algorithm>
#include <utility>

namespace gmewatch::detect_eval {
namespace {

enum Stream : uint64_t { kSenders = 0x1000, kClients, kCounts = 0x10000 };

// After a longer gap, what clients kept arrives as late and takes no part.
constexpr int64_t kKeptTicks = 10 * kMinuteTicks;
// A looping client reports once a second.
constexpr uint32_t kLoopEvents = kTickSeconds;
// Up to this many events of a tick each have a sender of their own; those beyond are spread evenly.
constexpr uint32_t kDrawnSenders = 64;
constexpr uint32_t kBuckets = Senders::kBuckets;
constexpr uint32_t kAllSessions = 0xffffffff;

void Take(const FleetPlace& place, std::vector<uint32_t>* from, std::vector<uint32_t>* into) {
  for (int code = 0; code <= kErrorCodes; ++code) {
    for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
      if (!place.Holds(FleetRows()[leaf])) continue;
      const size_t cell = Fleet::Cell(code, leaf);
      if (into != nullptr) (*into)[cell] += (*from)[cell];
      (*from)[cell] = 0;
    }
  }
}

}  // namespace

Month::Month(uint64_t seed, int64_t days) : Month(PlanMonth(seed, Fleet(seed), days)) {}

Month::Month(MonthPlan plan)
    : fleet_(plan.seed),
      plan_(std::move(plan)),
      rates_(plan_, fleet_),
      live_(Fleet::kCells),
      senders_(MixSeed(plan_.seed, kSenders)),
      drawn_(Fleet::kCells),
      held_(Fleet::kCells),
      kept_(Fleet::kCells) {
  for (size_t cell = 0; cell < Fleet::kCells; ++cell) {
    const auto code = static_cast<int>(cell / kLeaves);
    const double vmr = code == 0 ? Fleet::kSuccessVmr : fleet_.Vmr(code, cell % kLeaves);
    sources_.emplace_back(vmr, MixSeed(plan_.seed, kCounts + cell));
  }
  for (const MonthEvent& event : plan_.events) {
    labels_.push_back({event, {}});
    decisions_.emplace_back(event.codes.size());
  }
}

bool Month::Next(MonthTick* tick) {
  while (now_ < plan_.ticks) {
    if (now_ % kMinuteTicks == 0) StartMinute();
    Draw(&drawn_);
    *tick = MonthTick();
    tick->tick = now_;
    const bool has_data = Deliver(drawn_, tick);
    ++now_;
    if (has_data) return true;
  }
  return false;
}

void Month::StartMinute() {
  rates_.StartMinute(now_);
  for (size_t cell = 0; cell < Fleet::kCells; ++cell) {
    const auto code = static_cast<int>(cell / kLeaves);
    const size_t leaf = cell % kLeaves;
    const double mean = code == 0 ? rates_.Operations(leaf) : rates_.Mean(code, leaf);
    live_[cell] = mean > 0;
    if (mean > 0) sources_[cell].SetMean(mean);
  }
}

void Month::Draw(Counts* counts) {
  for (size_t cell = 0; cell < Fleet::kCells; ++cell) {
    (*counts)[cell] = live_[cell] ? sources_[cell].Next() : 0;
  }
}

bool Month::Deliver(const Counts& drawn, MonthTick* tick) {
  Counts counts = drawn;
  bool has_data = true;
  for (const MonthEvent& event : plan_.events) {
    if (event.kind == EventKind::kStop && event.IsOn(now_)) Take(event.place, &counts, nullptr);
    if (event.kind == EventKind::kLate) {
      if (event.IsOn(now_)) Take(event.place, &counts, &held_);
      if (now_ == event.end) Take(event.place, &held_, &counts);
    }
    if (event.kind == EventKind::kRestart || event.kind == EventKind::kGap) {
      has_data &= !Miss(event, &counts, tick);
    }
  }
  if (!has_data) return false;
  UpdateLabels(counts);
  FillGains(counts, tick);
  AddLoops(tick);
  return true;
}

bool Month::Miss(const MonthEvent& event, Counts* counts, MonthTick* tick) {
  const bool on = event.IsOn(now_);
  if (on && event.end - now_ <= kKeptTicks) Take(event.place, counts, &kept_);
  if (now_ == event.end) {
    Take(event.place, &kept_, counts);
    tick->ticks = 1 + std::min(kKeptTicks, event.end - event.start);
    tick->restart = true;
  }
  return on;
}

void Month::UpdateLabels(const Counts& counts) {
  for (size_t i = 0; i < labels_.size(); ++i) {
    MonthLabel& label = labels_[i];
    if (label.decided.has_value() || !label.event.IsOn(now_)) continue;
    if (label.event.is_outage()) UpdateOutage(counts, i);
    if (label.event.kind == EventKind::kStop && now_ == label.event.start) UpdateStop(&label);
  }
}

void Month::UpdateOutage(const Counts& counts, size_t label) {
  const MonthEvent& event = labels_[label].event;
  for (size_t i = 0; i < event.codes.size(); ++i) {
    const int code = event.codes[i];
    double count = 0;
    double expected = 0;
    double variance = 0;
    for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
      if (!event.place.Holds(FleetRows()[leaf])) continue;
      const double mean = rates_.Expected(code, leaf);
      count += counts[Fleet::Cell(code, leaf)];
      expected += mean;
      variance += mean * fleet_.Vmr(code, leaf);
    }
    if (decisions_[label][i].Add(count, expected, variance / expected)) {
      labels_[label].decided = now_;
    }
  }
}

void Month::UpdateStop(MonthLabel* label) const {
  double operations = 0;
  for (size_t leaf = 0; leaf < kLeaves; ++leaf) {
    if (label->event.place.Holds(FleetRows()[leaf])) operations += rates_.Operations(leaf);
  }
  if (operations * kMinuteTicks >= kStopOperationsAMinute) label->decided = now_ + kStopTicks;
}

void Month::FillGains(const Counts& counts, MonthTick* tick) {
  for (uint32_t leaf = 0; leaf < kLeaves; ++leaf) {
    tick->successes[leaf] = counts[Fleet::Cell(0, leaf)];
    for (int code = 1; code <= kErrorCodes; ++code) {
      const uint32_t events = counts[Fleet::Cell(code, leaf)];
      if (events == 0) continue;
      CellGain& gain = tick->gains.emplace_back();
      gain.place = leaf;
      gain.slot = static_cast<uint32_t>(code);
      gain.events = events;
      AddSenders(events, &gain);
    }
  }
}

void Month::AddSenders(uint32_t events, CellGain* gain) {
  if (events > kDrawnSenders) {
    const uint32_t each = (events - kDrawnSenders) / kBuckets;
    for (uint32_t& bucket : gain->by_sender) bucket += each;
    events -= each * kBuckets;
    gain->sessions = kAllSessions;
  }
  uint64_t bits = 0;
  for (uint32_t i = 0; i < events; ++i) {
    if (i % 8 == 0) bits = senders_.Bits();
    ++gain->by_sender[bits % kBuckets];
    gain->sessions |= uint32_t{1} << (bits / kBuckets % 32);
    bits >>= 8;
  }
}

void Month::AddLoops(MonthTick* tick) const {
  for (const MonthEvent& event : plan_.events) {
    if (event.kind != EventKind::kLoop || !event.IsOn(now_)) continue;
    const auto leaf = static_cast<uint32_t>(event.place.app * kRegions + event.place.region);
    const auto slot = static_cast<uint32_t>(event.codes.front());
    const auto before = [](const CellGain& gain, const CellGain& other) {
      return std::pair(gain.place, gain.slot) < std::pair(other.place, other.slot);
    };
    const CellGain empty = {.place = leaf, .slot = slot};
    auto gain = std::lower_bound(tick->gains.begin(), tick->gains.end(), empty, before);
    if (gain == tick->gains.end() || gain->place != leaf || gain->slot != slot) {
      gain = tick->gains.insert(gain, empty);
    }
    for (int client = 0; client < event.clients; ++client) {
      const uint64_t session = MixSeed(plan_.seed, kClients + static_cast<uint64_t>(client));
      gain->events += kLoopEvents;
      gain->by_sender[session % kBuckets] += kLoopEvents;
      gain->sessions |= uint32_t{1} << (session / kBuckets % 32);
    }
  }
}

}  // namespace gmewatch::detect_eval
