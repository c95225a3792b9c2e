// The file journal.mark beside journal.db: the number of the newest durable epoch. Each commit
// overwrites it after its sync, without a sync of its own. So it is never ahead of journal.db,
// whatever is killed and wherever power is lost. If it is ahead at a start, then epochs that were
// acknowledged are gone: SQLite takes a journal.db-wal that is missing or damaged for one that ends
// early.
//
// Thread safety: none; one thread uses it. Errors: a mark that cannot be read or written is the
// same as none, since nothing but this check depends on it.
#ifndef GMEWATCH_DAEMON_LOG_EPOCH_MARK_H_
#define GMEWATCH_DAEMON_LOG_EPOCH_MARK_H_

#include <cstdint>
#include <string>

namespace gmewatch {

class EpochMark {
 public:
  explicit EpochMark(const std::string& state_dir);
  EpochMark(const EpochMark&) = delete;
  EpochMark& operator=(const EpochMark&) = delete;
  ~EpochMark();

  // What the file said when it was opened; empty and 0 if nothing.
  const std::string& state_id() const { return state_id_; }
  uint64_t number() const { return number_; }

  const std::string& path() const { return path_; }

  // From now on the mark is of this state. REQUIRES: 32 characters.
  void Begin(const std::string& state_id, uint64_t number);
  // After Begin: epoch `number` is durable.
  void Set(uint64_t number);

 private:
  void Read();

  std::string path_;
  int fd_ = -1;
  std::string state_id_;
  uint64_t number_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_LOG_EPOCH_MARK_H_
