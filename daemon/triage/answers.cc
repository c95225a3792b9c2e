#include "daemon/triage/answers.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/model/code_label.h"
#include "daemon/triage/breakdowns.h"
#include "daemon/triage/sdk_note.h"
#include "daemon/triage/timestamp.h"
#include "daemon/triage/traffic_answer.h"
#include "daemon/triage/urgency.h"

namespace gmewatch {
namespace {

const auto kByUrgency = [](const auto& x, const auto& y) {
  return IsMoreUrgent(UrgencyOf(x), UrgencyOf(y));
};

v1::History HistoryOf(const StepCounts& counts) {
  v1::History out;
  *out.mutable_start() = TimestampOf(counts.start_s);
  out.set_step_seconds(static_cast<int32_t>(counts.step_s));
  for (const uint64_t events : counts.events) out.add_events(static_cast<double>(events));
  for (const bool missing : counts.missing) out.add_missing(missing);
  return out;
}

v1::Silence SilenceOf(const Silence& silence, const Catalog& catalog) {
  v1::Silence out;
  out.set_app(silence.place.app);
  out.set_region(silence.place.region);
  out.set_platform(silence.version.platform);
  out.set_app_version(silence.version.app_version);
  out.set_active(silence.active);
  *out.mutable_start() = TimestampOf(silence.start_s);
  if (!silence.active) *out.mutable_end() = TimestampOf(silence.end_s);
  out.set_usual_rate(silence.usual_rate);
  out.set_observed_rate(silence.observed_rate);
  if (!silence.active) return out;
  for (const std::string& step : catalog.general_steps().stopped) out.add_steps(step);
  return out;
}

void SetNumbers(const CodeNumbers& numbers, v1::CodeSummary* out) {
  out->set_rate(numbers.rate);
  out->set_events_5m(static_cast<double>(numbers.events_5m));
  out->set_events_1h(static_cast<double>(numbers.events_1h));
  out->set_events_24h(static_cast<double>(numbers.events_24h));
  out->set_events_total(static_cast<double>(numbers.events_total));
  out->set_sessions_total(static_cast<double>(numbers.sessions_total));
  if (numbers.first_seen_s != 0) *out->mutable_first_seen() = TimestampOf(numbers.first_seen_s);
  if (numbers.last_seen_s != 0) *out->mutable_last_seen() = TimestampOf(numbers.last_seen_s);
}

// `named` is a CodeSummary or a Spike.
template <typename Named>
void SetTexts(const CatalogCode& text, Named* named) {
  named->set_name(text.name);
  named->set_category(text.category);
  named->set_severity(text.severity);
  named->set_action(text.action);
  named->set_solution(text.solution);
  named->set_overlay(text.overlay);
  named->set_sdk_note(text.sdk_note);
}

}  // namespace

Answers::Answers(absl::Time time, const Catalog& catalog, const TriageLinks& links,
                 const SpikeReport& spikes, const TriageMemory& memory, v1::Trust trust,
                 const SilenceReport& silence)
    : time_(time),
      catalog_(catalog),
      links_(links),
      report_(spikes),
      memory_(memory),
      trust_(std::move(trust)) {
  const std::vector<SeenCode> seen = memory.Codes();
  const auto slot_of = [&seen](int32_t code) {
    const auto found = absl::c_find_if(
        seen, [code](const SeenCode& known) { return !known.other && known.code == code; });
    return static_cast<size_t>(found - seen.begin());
  };
  for (const CatalogCode& code : catalog.codes()) {
    const size_t slot = slot_of(code.value);
    if (slot < seen.size()) {
      AddCode(code.value, false, slot, seen[slot].numbers);
    } else if (code.overlay.empty()) {
      AddCode(code.value, false, kNoSlot, CodeNumbers());
    }
  }
  for (size_t slot = 0; slot < seen.size(); ++slot) {
    const SeenCode& code = seen[slot];
    if (!code.other && catalog.Find(code.code) != nullptr) continue;
    if (code.numbers.events_total > 0) AddCode(code.code, code.other, slot, code.numbers);
  }
  for (const ExpectedRate& expected : report_.expected) {
    Known* known = Find(CodeLabel(expected.code, expected.other_code));
    if (known != nullptr) known->summary.set_expected_rate(expected.rate);
  }
  AddSpikes();
  for (const Incident& incident : report_.incidents) incidents_.push_back(IncidentOf(incident));
  absl::c_stable_sort(incidents_, kByUrgency);
  for (const TrafficLine& line : report_.traffic) traffic_.push_back(TrafficAnswer(line));
  for (const Silence& stop : silence.silences) silences_.push_back(SilenceOf(stop, catalog));
}

void Answers::AddCode(int32_t code, bool other, size_t slot, const CodeNumbers& numbers) {
  Known& known = codes_.emplace_back();
  known.slot = slot;
  v1::CodeSummary& out = known.summary;
  out.set_code(CodeLabel(code, other));
  out.set_category(std::string(kUnknownCategory));
  if (const CatalogCode* text = other ? nullptr : catalog_.Find(code)) {
    SetTexts(*text, &out);
    out.set_subcategory(text->subcategory);
  }
  out.set_runbook_url(absl::StrCat(links_.public_url, "/codes/", out.code()));
  out.set_state(v1::CodeSummary::CALM);
  SetNumbers(numbers, &out);
}

const Answers::Known* Answers::Find(absl::string_view label) const {
  const auto found = absl::c_find_if(
      codes_, [label](const Known& known) { return known.summary.code() == label; });
  return found == codes_.end() ? nullptr : &*found;
}

Answers::Known* Answers::Find(absl::string_view label) {
  return const_cast<Known*>(std::as_const(*this).Find(label));
}

v1::Spike Answers::SpikeOf(const Spike& spike) const {
  v1::Spike out;
  out.set_kind(spike.retry_loop ? v1::Spike::RETRY_LOOP : v1::Spike::SPIKE);
  out.set_code(CodeLabel(spike.where.code, spike.where.other_code));
  out.set_app(spike.where.place.app);
  out.set_region(spike.where.place.region);
  out.set_active(spike.active);
  *out.mutable_start() = TimestampOf(spike.start_s);
  if (!spike.active) *out.mutable_end() = TimestampOf(spike.end_s);
  out.set_expected_rate(spike.expected_rate);
  out.set_observed_rate(spike.observed_rate);
  out.set_score(spike.score);
  if (spike.active) SetEvidence(spike, &out);
  if (const Known* known = Find(out.code())) {
    out.set_category(known->summary.category());
    out.set_runbook_url(known->summary.runbook_url());
  }
  const auto& [code, other, place] = spike.where;
  const CatalogCode* text = other ? nullptr : catalog_.Find(code, place.app);
  if (text != nullptr) SetTexts(*text, &out);
  return out;
}

void Answers::AddSpikes() {
  for (const Spike& spike : report_.spikes) {
    const v1::Spike& added = spikes_.emplace_back(SpikeOf(spike));
    Known* known = Find(added.code());
    if (known == nullptr || !added.active()) continue;
    v1::CodeSummary& summary = known->summary;
    summary.set_excess_rate(summary.excess_rate() + ExcessOf(added));
    // A spike takes precedence over a retry loop of the same code.
    if (!spike.retry_loop) {
      summary.set_state(v1::CodeSummary::SPIKING);
    } else if (summary.state() == v1::CodeSummary::CALM) {
      summary.set_state(v1::CodeSummary::RETRY_LOOP);
    }
  }
  absl::c_stable_sort(spikes_, kByUrgency);
}

v1::Incident Answers::IncidentOf(const Incident& incident) const {
  v1::Incident out;
  out.set_id(absl::StrCat(incident.id));
  out.set_active(incident.active);
  *out.mutable_start() = TimestampOf(incident.start_s);
  if (!incident.active) *out.mutable_end() = TimestampOf(incident.end_s);
  out.set_app(incident.place.app);
  out.set_region(incident.place.region);
  for (const SpikePlace& member : incident.members) {
    v1::IncidentMember& named = *out.add_all_members();
    named.set_code(CodeLabel(member.code, member.other_code));
    named.set_app(member.place.app);
    named.set_region(member.place.region);
    const auto spike = absl::c_find_if(report_.spikes, [&member](const Spike& known) {
      return known.where == member && !known.retry_loop;
    });
    // The report no longer has a member that ended long before the others.
    if (spike != report_.spikes.end()) *out.add_members() = SpikeOf(*spike);
  }
  out.set_cause_code(CauseLabel(incident));
  out.set_cause_action(incident.cause_action);
  return out;
}

template <typename Response>
Response Answers::Begin() const {
  Response out;
  *out.mutable_time() = TimestampOf(absl::ToUnixSeconds(time_));
  *out.mutable_trust() = trust_;
  return out;
}

v1::TopResponse Answers::Top(size_t limit) const {
  std::vector<const v1::CodeSummary*> seen;
  for (const Known& known : codes_) {
    if (known.summary.events_total() > 0) seen.push_back(&known.summary);
  }
  absl::c_stable_sort(seen, [](const auto* x, const auto* y) { return kByUrgency(*x, *y); });
  auto out = Begin<v1::TopResponse>();
  *out.mutable_silences() = {silences_.begin(), silences_.end()};
  *out.mutable_traffic() = {traffic_.begin(), traffic_.end()};
  for (size_t i = 0; i < std::min(limit, seen.size()); ++i) *out.add_codes() = *seen[i];
  return out;
}

v1::SpikesResponse Answers::Spikes() const {
  auto out = Begin<v1::SpikesResponse>();
  *out.mutable_silences() = {silences_.begin(), silences_.end()};
  *out.mutable_traffic() = {traffic_.begin(), traffic_.end()};
  *out.mutable_incidents() = {incidents_.begin(), incidents_.end()};
  *out.mutable_spikes() = {spikes_.begin(), spikes_.end()};
  return out;
}

std::vector<v1::CodeSummary> Answers::AllCodes() const {
  std::vector<v1::CodeSummary> out;
  for (const Known& known : codes_) out.push_back(known.summary);
  return out;
}

const CatalogCode* Answers::Documented(absl::string_view label) const {
  int32_t number = 0;
  return absl::SimpleAtoi(label, &number) ? catalog_.Find(number) : nullptr;
}

v1::History Answers::HourOf(absl::string_view label) const {
  const Known* known = Find(label);
  if (known == nullptr || known->slot == kNoSlot) return {};
  return HistoryOf(memory_.Hour(known->slot));
}

std::optional<v1::CodeResponse> Answers::Code(absl::string_view label) const {
  const Known* known = Find(label);
  if (known == nullptr) return std::nullopt;
  auto out = Begin<v1::CodeResponse>();
  *out.mutable_summary() = known->summary;
  if (const CatalogCode* text = Documented(label)) {
    out.set_description(text->description);
    out.set_cause(text->cause);
  }
  for (const v1::Spike& spike : spikes_) {
    if (spike.code() == label) *out.add_spikes() = spike;
  }
  AddPast(*known, Documented(label), &out);
  AddRisingWith(label, &out);
  *out.mutable_links() = LinksOf(links_, label);
  return out;
}

void Answers::AddPast(const Known& known, const CatalogCode* text, v1::CodeResponse* out) const {
  if (known.slot == kNoSlot) return;
  const CodePast past = memory_.Past(known.slot);
  if (text != nullptr) out->mutable_summary()->set_sdk_note(SdkNoteOf(*text, past));
  *out->mutable_hour() = HistoryOf(past.hour);
  *out->mutable_day() = HistoryOf(past.day);
  *out->mutable_breakdowns() = BreakdownsOf(past);
  *out->mutable_underlying_codes() = CountedOf(past.shares.underlying_codes);
  *out->mutable_operations() = CountedOf(past.shares.operations);
}

void Answers::AddRisingWith(absl::string_view label, v1::CodeResponse* out) const {
  const auto is_this = [label](const v1::Spike& spike) { return spike.code() == label; };
  std::vector<v1::CodeSummary> found;
  for (const v1::Incident& incident : incidents_) {
    if (!incident.active() || absl::c_none_of(incident.members(), is_this)) continue;
    for (const v1::Spike& member : incident.members()) {
      const Known* other = Find(member.code());
      const auto is_there = [&member](const v1::CodeSummary& code) {
        return code.code() == member.code();
      };
      if (other == nullptr || is_this(member) || !member.active()) continue;
      if (absl::c_none_of(found, is_there)) found.push_back(other->summary);
    }
  }
  absl::c_stable_sort(found, kByUrgency);
  *out->mutable_rising_with() = {found.begin(), found.end()};
}

}  // namespace gmewatch
