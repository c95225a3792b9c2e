// Which spikes belong together: those that began within minutes of each other in places that
// overlap.
//
// Thread safety: none. Ended ones are kept for kIncidentKept.
#ifndef GMEWATCH_DAEMON_DETECT_INCIDENTS_H_
#define GMEWATCH_DAEMON_DETECT_INCIDENTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "daemon/model/spike.h"

namespace gmewatch {

// A spike joins an incident that began at most so long before or after it.
inline constexpr int64_t kIncidentSpreadSeconds = 600;
// Spikes and incidents that are over are told of for so long.
inline constexpr int64_t kEndedKeptSeconds = 3600;

class Incidents {
 public:
  // Who must act on a code, by the catalogue's word.
  using ActionFn = absl::FunctionRef<std::string(const SpikePlace& where)>;

  // Takes up spikes that are new among `spikes` (active or not), ends what has no active member.
  void Update(const std::vector<Spike>& spikes, int64_t now_s, ActionFn action_of);

  const std::vector<Incident>& all() const { return incidents_; }
  uint64_t last_id() const { return last_id_; }
  // Takes up what was kept.
  void Restore(std::vector<Incident> incidents, uint64_t last_id);

 private:
  void Join(const Spike& spike, ActionFn action_of);

  std::vector<Incident> incidents_;
  uint64_t last_id_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_INCIDENTS_H_
