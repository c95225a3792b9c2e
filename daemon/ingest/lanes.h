// Where batches go: the committers of this process, each with its own back-pressure. A session's
// batches all go to one of them, so they keep their order; the others are not delayed if its log
// cannot be written.
//
// Thread safety: immutable; every method may be called from any thread. What it is made of must
// outlive it.
#ifndef GMEWATCH_DAEMON_INGEST_LANES_H_
#define GMEWATCH_DAEMON_INGEST_LANES_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "daemon/ingest/back_pressure.h"
#include "daemon/log/committer.h"

namespace gmewatch {

struct Lane {
  Committer* committer = nullptr;
  BackPressure* back_pressure = nullptr;
};

class Lanes {
 public:
  // The index of the committer that takes a session's batches.
  using IndexOfFn = std::function<size_t(const SessionId&)>;

  // `index_of` is not called if there is one committer. REQUIRES: there is one at least.
  Lanes(const std::vector<Committer*>& committers, IndexOfFn index_of);

  const Lane& Of(const SessionId& session) const {
    return lanes_.size() == 1 ? lanes_.front() : lanes_[index_of_(session)];
  }
  // For what belongs to no session.
  const Lane& first() const { return lanes_.front(); }

  // Ok while any of them takes batches; otherwise why the first one does not.
  absl::Status Check() const;

 private:
  std::vector<std::unique_ptr<BackPressure>> back_pressures_;
  std::vector<Lane> lanes_;
  IndexOfFn index_of_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_LANES_H_
