// What people are told, as the messages of triage.proto: the JSON is their JSON form and the pages
// are made of them, so both say the same in the same order.
//
// Thread safety: Answers is immutable; what it is given by reference must outlive it. All of one
// Answers is of one moment.
#ifndef GMEWATCH_DAEMON_TRIAGE_ANSWERS_H_
#define GMEWATCH_DAEMON_TRIAGE_ANSWERS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "daemon/catalog/catalog.h"
#include "daemon/model/spike.h"
#include "daemon/triage/links.h"
#include "daemon/triage/memory.h"
#include "gmewatch/v1/triage.pb.h"

namespace gmewatch {

class Answers {
 public:
  Answers(absl::Time time, const Catalog& catalog, const TriageLinks& links,
          const SpikeReport& spikes, const TriageMemory& memory, v1::Trust trust);

  // The most urgent codes that were seen.
  v1::TopResponse Top(size_t limit) const;
  v1::SpikesResponse Spikes() const;
  // By its label, a number or "other"; nothing where the catalogue does not have it and nobody has
  // sent it.
  std::optional<v1::CodeResponse> Code(absl::string_view label) const;
  v1::History HourOf(absl::string_view label) const;
  // Null where the catalogue does not have it.
  const CatalogCode* Documented(absl::string_view label) const;
  const Catalog& catalog() const { return catalog_; }
  const TriageLinks& links() const { return links_; }
  absl::Time time() const { return time_; }
  // All of the catalogue in its order, then the others that were seen.
  std::vector<v1::CodeSummary> AllCodes() const;

 private:
  struct Known {
    size_t slot = 0;  // kNoSlot: never counted
    v1::CodeSummary summary;
  };
  static constexpr size_t kNoSlot = SIZE_MAX;

  void AddCode(int32_t code, bool other, size_t slot, const CodeNumbers& numbers);
  void AddSpikes();
  v1::Spike SpikeOf(const Spike& spike) const;
  v1::Incident IncidentOf(const Incident& incident) const;
  const Known* Find(absl::string_view label) const;
  Known* Find(absl::string_view label);
  void AddPast(const Known& known, v1::CodeResponse* out) const;
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
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_ANSWERS_H_
