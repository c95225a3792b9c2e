// Plans the requests to Grafana that give each spike one annotation: from the spike's start to the
// time of the last report while it is active, and to its end once it has ended. The caller passes
// in each spike report and each of Grafana's responses and takes out the next request. The planner
// reads no clock and does no I/O.
//
// A POST without a response may have been carried out. So before every POST the planner searches
// for an annotation of the same spike, and adopts one that it finds. Neither a restart nor a lost
// response makes a second annotation.
//
// Retry loops get no annotation. An ended spike whose annotation is not up to date is tried for
// kKeepTrying after its end, or longer if reports still list it. At most `spikes_max` spikes are
// kept: without room, ended spikes are left out first, beginning with the one that ended first;
// then the active ones that began last.
//
// Thread safety: none. One request at a time: Next, then exactly one of Found, Created, Updated,
// Failed and Rejected.
#ifndef GMEWATCH_DAEMON_ANNOTATE_PLANNER_H_
#define GMEWATCH_DAEMON_ANNOTATE_PLANNER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "daemon/annotate/annotation.h"
#include "daemon/annotate/annotation_text.h"
#include "daemon/model/spike.h"

namespace gmewatch {

struct PlannedRequest {
  enum class Kind : uint8_t { kFind, kCreate, kUpdate };
  Kind kind = Kind::kFind;
  AnnotatedSpike spike;
  int64_t id = 0;       // kUpdate: of the annotation
  int64_t from_ms = 0;  // kFind: when the annotation's time may be
  int64_t to_ms = 0;
};

class Planner {
 public:
  explicit Planner(size_t spikes_max = kSpikesMax) : spikes_max_(spikes_max) {}

  // How many spikes were given up with this report.
  struct GivenUp {
    uint64_t no_room = 0;
    uint64_t expired = 0;
  };
  GivenUp Take(const SpikeReport& report);

  // Nothing if every annotation is up to date.
  std::optional<PlannedRequest> Next();

  // The response to kFind. Returns whether one of `found` is the spike's; the planner adopts it.
  bool Found(const std::vector<Annotation>& found);
  void Created(int64_t id);
  void Updated();
  // The request may have been carried out or not. It is tried again, after those of other spikes.
  void Failed();
  // Grafana will never accept the request: the spike is given up.
  void Rejected();

  // Forgets what Grafana has; for another Grafana, or one that was set right.
  void Forget();

  // Spikes whose annotation is not up to date.
  size_t waiting() const;

  static constexpr size_t kSpikesMax = 1024;
  static constexpr absl::Duration kKeepTrying = absl::Hours(1);
  // How often the annotation of an active spike is extended. Without that its region would end at
  // the time of its creation, and graphs that begin later would not show it.
  static constexpr absl::Duration kExtendEvery = absl::Minutes(1);
  // How much earlier or later the same spike may start after a kill, which costs the detector up to
  // its last minute.
  static constexpr absl::Duration kStartSlack = absl::Minutes(2);

 private:
  struct Entry {
    // Whether Grafana has an annotation of the spike.
    enum class Known : uint8_t { kUnknown, kAbsent, kThere };

    AnnotatedSpike spike;
    Known known = Known::kUnknown;
    int64_t id = 0;
    int64_t synced_until_s = 0;  // the annotation's end in Grafana; 0: must be written
    bool end_synced = false;     // Grafana has the spike's end
    bool given_up = false;
    uint32_t failures = 0;
  };

  static bool IsSame(const Entry& entry, const Spike& spike);
  static bool IsDue(const Entry& entry);
  static bool IsMoreUrgent(const Entry& a, const Entry& b);
  // Keeps spikes that the report no longer lists and whose annotation is not up to date.
  void KeepVanished(const SpikeReport& report, std::vector<Entry>* entries, GivenUp* given_up);
  const Annotation* BestOf(const Entry& entry, const std::vector<Annotation>& found) const;

  size_t spikes_max_;
  std::vector<Entry> entries_;
  std::set<std::string> left_out_;  // keys of spikes without room, counted already
  size_t current_ = 0;              // index in entries_ of the request that Next returned
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_ANNOTATE_PLANNER_H_
