// Decides what to ask of Grafana so that each spike has one annotation: from its start to the time
// when it was last seen while it lasts, and to its end when it is over. It is told what spikes and
// what Grafana answered, and says the next request; it reads no clock and does no I/O.
//
// It never trusts that a POST it knows no answer to did nothing: before every POST it searches for
// an annotation that says the same, and takes that one. So a restart, or an answer that got lost,
// makes no second one.
//
// Retry loops are not told. A spike that is over is tried for kKeepTrying, as long as reports list
// it. More than `spikes_max` are not held: those that are over go first, the longest over before
// the others; then those that began last.
//
// Thread safety: none. One request at a time: Next, then exactly one of the answers.
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
  int64_t id = 0;  // to update
  AnnotatedSpike spike;
  // To find.
  int64_t from_ms = 0;
  int64_t to_ms = 0;
};

class Planner {
 public:
  explicit Planner(size_t spikes_max = kSpikesMax) : spikes_max_(spikes_max) {}

  // Spikes that were given up with this report.
  struct GivenUp {
    uint64_t no_room = 0;
    uint64_t expired = 0;
  };
  GivenUp Take(const SpikeReport& report);

  // Nothing where all is as it should be.
  std::optional<PlannedRequest> Next();

  // Whether one of them is the spike's.
  bool Found(const std::vector<Annotation>& found);
  void Created(int64_t id);
  void Updated();
  // It may have been carried out or not; to be tried again, after the others.
  void Failed();
  // It never will be: the spike is given up.
  void Refused();

  // Another Grafana: nothing is known of its annotations.
  void Forget();

  // Spikes whose annotation is not yet as it should be.
  size_t waiting() const;

  static constexpr size_t kSpikesMax = 1024;
  static constexpr absl::Duration kKeepTrying = absl::Hours(1);
  // A point is not shown by a graph that begins after it, and a region ends where it was last told;
  // so that of a spike that lasts is told again this often.
  static constexpr absl::Duration kExtendEvery = absl::Minutes(1);
  // A detector that lost its last minute to a kill may see the same spike begin this much earlier
  // or later.
  static constexpr absl::Duration kStartSlack = absl::Minutes(2);

 private:
  struct Entry {
    enum class Known : uint8_t { kUnknown, kAbsent, kThere };

    AnnotatedSpike spike;
    Known known = Known::kUnknown;
    int64_t id = 0;
    int64_t told_until_s = 0;  // 0: not told as it should be
    bool told_over = false;
    bool given_up = false;
    uint32_t failures = 0;
  };

  static bool IsSame(const Entry& entry, const Spike& spike);
  static bool IsDue(const Entry& entry);
  static bool IsMoreUrgent(const Entry& a, const Entry& b);
  // What is in the table and not in the report, if it must still be told.
  void KeepVanished(const SpikeReport& report, std::vector<Entry>* entries, GivenUp* given_up);
  const Annotation* BestOf(const Entry& entry, const std::vector<Annotation>& found) const;

  size_t spikes_max_;
  std::vector<Entry> entries_;
  std::set<std::string> left_out_;  // for want of room
  size_t current_ = 0;              // of entries_, between Next and its answer
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_ANNOTATE_PLANNER_H_
