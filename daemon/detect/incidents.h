// Groups spikes into incidents: those that began within kIncidentSpreadSeconds of each other in
// places that overlap.
//
// Thread safety: none. Ended incidents are kept for kEndedKeptSeconds.
#ifndef GMEWATCH_DAEMON_DETECT_INCIDENTS_H_
#define GMEWATCH_DAEMON_DETECT_INCIDENTS_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "daemon/model/spike.h"

namespace gmewatch {

// A spike joins an incident that began at most this long before or after it.
inline constexpr int64_t kIncidentSpreadSeconds = 600;
// Spikes and incidents are reported for this long after their end.
inline constexpr int64_t kEndedKeptSeconds = 3600;

class Incidents {
 public:
  // Returns the catalogue's action for a code; empty if the catalogue does not have it.
  using ActionFn = absl::FunctionRef<std::string(const SpikePlace& where)>;

  // Adds the active spikes of `spikes` that are new, and ends incidents without an active member.
  void Update(const std::vector<Spike>& spikes, int64_t now_s, ActionFn action_of);

  // The actions that can be the first cause of an incident, the likeliest first. Until it is called
  // the earliest spike is taken for the cause.
  void SetFirstCauses(std::vector<std::string> actions) { first_causes_ = std::move(actions); }

  // Incidents get numbers above `number`, unless they are that high already.
  void NumberFrom(uint64_t number) { last_id_ = std::max(last_id_, number); }

  const std::vector<Incident>& all() const { return incidents_; }
  uint64_t last_id() const { return last_id_; }
  // Replaces everything by what was saved.
  void Restore(std::vector<Incident> incidents, uint64_t last_id);

 private:
  void Join(const Spike& spike, ActionFn action_of);
  // first_causes_.size() for an action that is no first cause.
  size_t RankOf(const std::string& action) const;

  std::vector<std::string> first_causes_;
  std::vector<Incident> incidents_;
  uint64_t last_id_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_INCIDENTS_H_
