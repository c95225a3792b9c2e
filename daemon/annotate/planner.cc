#include "daemon/annotate/planner.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

namespace gmewatch {
namespace {

std::string KeyOf(const Spike& spike) {
  return absl::StrCat(PlaceTag(spike.where), "/", spike.start_s);
}

bool HasTag(const Annotation& annotation, absl::string_view tag) {
  return absl::c_linear_search(annotation.tags, tag);
}

}  // namespace

bool Planner::IsSame(const Entry& entry, const Spike& spike) {
  return entry.spike.spike.where == spike.where && entry.spike.spike.start_s == spike.start_s;
}

bool Planner::IsDue(const Entry& entry) {
  if (entry.given_up) return false;
  if (entry.known != Entry::Known::kThere || entry.synced_until_s == 0) return true;
  if (!entry.spike.spike.active) return !entry.end_synced;
  return absl::Seconds(entry.spike.until_s - entry.synced_until_s) >= kExtendEvery;
}

// Spikes whose requests failed come last, so that one that always fails does not hold up the
// others. Otherwise new annotations come first, then ends, then extensions.
bool Planner::IsMoreUrgent(const Entry& a, const Entry& b) {
  const auto rank = [](const Entry& entry) {
    return std::make_tuple(entry.failures, entry.known == Entry::Known::kThere,
                           entry.spike.spike.active, entry.spike.spike.start_s);
  };
  return rank(a) < rank(b);
}

Planner::GivenUp Planner::Take(const SpikeReport& report) {
  GivenUp out;
  std::vector<Entry> entries;
  for (const Spike& spike : report.spikes) {
    if (spike.retry_loop) continue;
    const auto known =
        absl::c_find_if(entries_, [&](const Entry& entry) { return IsSame(entry, spike); });
    Entry& entry = entries.emplace_back(known == entries_.end() ? Entry() : *known);
    if (known == entries_.end()) entry.spike.height_known = spike.active;
    entry.spike.spike = spike;
    entry.spike.until_s = spike.active ? std::max(report.time_s, spike.start_s) : spike.end_s;
    entry.spike.peak_rate = std::max(entry.spike.peak_rate, spike.observed_rate);
  }
  KeepVanished(report, &entries, &out);
  absl::c_stable_sort(entries, [](const Entry& a, const Entry& b) {
    if (a.spike.spike.active != b.spike.spike.active) return a.spike.spike.active;
    if (a.spike.spike.active) return a.spike.spike.start_s < b.spike.spike.start_s;
    return a.spike.until_s > b.spike.until_s;
  });
  std::set<std::string> left_out;
  for (size_t i = spikes_max_; i < entries.size(); ++i) {
    std::string key = KeyOf(entries[i].spike.spike);
    if (!left_out_.contains(key)) ++out.no_room;
    left_out.insert(std::move(key));
  }
  entries.resize(std::min(entries.size(), spikes_max_));
  left_out_ = std::move(left_out);
  entries_ = std::move(entries);
  return out;
}

void Planner::KeepVanished(const SpikeReport& report, std::vector<Entry>* entries,
                           GivenUp* given_up) {
  for (Entry& entry : entries_) {
    const bool listed = absl::c_any_of(
        *entries, [&](const Entry& other) { return IsSame(other, entry.spike.spike); });
    if (listed) continue;
    Spike& spike = entry.spike.spike;
    if (spike.active) {
      // The detector's state was reset, or the next spike took its place: it ended at the last
      // report that listed it.
      spike.active = false;
      spike.end_s = entry.spike.until_s;
    }
    if (!IsDue(entry)) continue;
    if (absl::Seconds(report.time_s - spike.end_s) >= kKeepTrying) {
      ++given_up->expired;
    } else {
      entries->push_back(std::move(entry));
    }
  }
}

std::optional<PlannedRequest> Planner::Next() {
  const Entry* best = nullptr;
  for (const Entry& entry : entries_) {
    if (IsDue(entry) && (best == nullptr || IsMoreUrgent(entry, *best))) best = &entry;
  }
  if (best == nullptr) return std::nullopt;
  current_ = static_cast<size_t>(best - entries_.data());
  const int64_t slack_ms = absl::ToInt64Milliseconds(kStartSlack);
  PlannedRequest out;
  out.spike = best->spike;
  switch (best->known) {
    case Entry::Known::kUnknown:
      out.kind = PlannedRequest::Kind::kFind;
      out.from_ms = best->spike.spike.start_s * 1000 - slack_ms;
      out.to_ms = best->spike.until_s * 1000 + slack_ms;
      break;
    case Entry::Known::kAbsent:
      out.kind = PlannedRequest::Kind::kCreate;
      break;
    case Entry::Known::kThere:
      out.kind = PlannedRequest::Kind::kUpdate;
      out.id = best->id;
      break;
  }
  return out;
}

const Annotation* Planner::BestOf(const Entry& entry, const std::vector<Annotation>& found) const {
  const Spike& spike = entry.spike.spike;
  const std::string tag = PlaceTag(spike.where);
  const Annotation* best = nullptr;
  const auto rank = [&spike](const Annotation& annotation) {
    return std::make_tuple(annotation.time_ms != spike.start_s * 1000, -annotation.time_ms,
                           annotation.id);
  };
  for (const Annotation& annotation : found) {
    // A database that ignores case finds more than was asked for.
    if (!HasTag(annotation, tag)) continue;
    // An ended annotation with another start belongs to another spike.
    if (annotation.time_ms != spike.start_s * 1000 && !HasTag(annotation, kLastingTag)) continue;
    const bool taken = absl::c_any_of(
        entries_, [&annotation](const Entry& other) { return other.id == annotation.id; });
    if (taken) continue;
    if (best == nullptr || rank(annotation) < rank(*best)) best = &annotation;
  }
  return best;
}

bool Planner::Found(const std::vector<Annotation>& found) {
  Entry& entry = entries_[current_];
  entry.failures = 0;
  const Annotation* best = BestOf(entry, found);
  if (best == nullptr) {
    entry.known = Entry::Known::kAbsent;
    return false;
  }
  entry.known = Entry::Known::kThere;
  entry.id = best->id;
  entry.spike.height_known = false;
  const Spike& spike = entry.spike.spike;
  const bool lasting = HasTag(*best, kLastingTag);
  // A different start, or an end that is missing, must be written.
  if (best->time_ms != spike.start_s * 1000 || lasting != spike.active) return true;
  entry.synced_until_s = best->time_end_ms / 1000;
  entry.end_synced = !lasting && best->time_end_ms == entry.spike.until_s * 1000;
  return true;
}

void Planner::Created(int64_t id) {
  Entry& entry = entries_[current_];
  entry.known = Entry::Known::kThere;
  entry.id = id;
  Updated();
}

void Planner::Updated() {
  Entry& entry = entries_[current_];
  entry.failures = 0;
  entry.synced_until_s = entry.spike.until_s;
  entry.end_synced = !entry.spike.spike.active;
}

void Planner::Failed() {
  Entry& entry = entries_[current_];
  ++entry.failures;
  if (entry.known == Entry::Known::kAbsent) entry.known = Entry::Known::kUnknown;
}

void Planner::Rejected() { entries_[current_].given_up = true; }

void Planner::Forget() {
  for (Entry& entry : entries_) {
    Entry fresh;
    fresh.spike = std::move(entry.spike);
    entry = std::move(fresh);
  }
}

size_t Planner::waiting() const { return static_cast<size_t>(absl::c_count_if(entries_, IsDue)); }

}  // namespace gmewatch
