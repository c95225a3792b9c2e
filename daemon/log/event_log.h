// The log of a gmewatchd that takes, counts and keeps: sink, source and checkpoint store in one.
// Its callers do not know whether that is in memory or in SQLite.
//
// Thread safety: one thread appends (the committer), one saves checkpoints, both may do so at once.
// LoadCheckpoint and Replay come before either. SaveCheckpoint also drops the epochs up to
// checkpoint.epoch, atomically.
//
// Errors: those of the three. Here ResourceExhausted of Append means that nothing was stored.
#ifndef GMEWATCH_DAEMON_LOG_EVENT_LOG_H_
#define GMEWATCH_DAEMON_LOG_EVENT_LOG_H_

#include <cstdint>

#include "daemon/log/checkpoint_store.h"
#include "daemon/log/epoch_sink.h"
#include "daemon/log/epoch_source.h"

namespace gmewatch {

class EventLog : public EpochSink, public EpochSource, public CheckpointStore {
 public:
  // Bytes on disk, for gmewatch_journal_size_bytes; 0 in memory. Any thread may call it.
  virtual uint64_t SizeBytes() = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_EVENT_LOG_H_
