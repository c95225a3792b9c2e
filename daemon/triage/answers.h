// The answers of the triage page, as messages of triage.proto: the JSON is their JSON form and the
// pages are made of them, so both say the same in the same order.
//
// Thread safety: immutable. What the constructor takes by reference must outlive it. All answers
// are of one moment.
#ifndef GMEWATCH_DAEMON_TRIAGE_ANSWERS_H_
#define GMEWATCH_DAEMON_TRIAGE_ANSWERS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/catalog/catalog.h"
#include "daemon/model/silence.h"
#include "daemon/model/spike.h"
#include "daemon/triage/links.h"
#include "daemon/triage/memory.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

class Answers {
 public:
  Answers(absl::Time time, const Catalog& catalog, const TriageLinks& links,
          const SpikeReport& spikes, const TriageMemory& memory, v1::Trust trust,
          const SilenceReport& silence = {});

  // The codes that were seen, most urgent first.
  v1::TopResponse Top(size_t limit) const;
  v1::SpikesResponse Spikes() const;
  // The code with this label, a number or "other"; nothing if the catalogue does not have it and
  // nobody has sent it.
  std::optional<v1::CodeResponse> Code(absl::string_view label) const;
  // The last hour of a code; empty if it was never counted.
  v1::History HourOf(absl::string_view label) const;
  // Null if the catalogue does not have it.
  const CatalogCode* Documented(absl::string_view label) const;
  const Catalog& catalog() const { return catalog_; }
  const TriageLinks& links() const { return links_; }
  absl::Time time() const { return time_; }
  // All codes of the catalogue in its order, then others that were seen.
  std::vector<v1::CodeSummary> AllCodes() const;

 private:
  struct Known {
    size_t slot = 0;  // in the counters; kNoSlot if it was never counted
    v1::CodeSummary summary;
  };
  static constexpr size_t kNoSlot = SIZE_MAX;

  void AddCode(int32_t code, bool other, size_t slot, const CodeNumbers& numbers);
  void AddSpikes();
  v1::Spike SpikeOf(const Spike& spike) const;
  v1::Incident IncidentOf(const Incident& incident) const;
  const Known* Find(absl::string_view label) const;
  Known* Find(absl::string_view label);
  void AddPast(const Known& known, const CatalogCode* text, v1::CodeResponse* out) const;
  void AddRisingWith(absl::string_view label, v1::CodeResponse* out) const;
  template <typename Response>
  Response Begin() const;

  const absl::Time time_;
  const Catalog& catalog_;
  const TriageLinks& links_;
  const SpikeReport& report_;
  const TriageMemory& memory_;
  const v1::Trust trust_;
  std::vector<Known> codes_;  // the catalogue's, then others
  std::vector<v1::Spike> spikes_;
  std::vector<v1::Incident> incidents_;
  std::vector<v1::Silence> silences_;
  std::vector<v1::TrafficLine> traffic_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_ANSWERS_H_
