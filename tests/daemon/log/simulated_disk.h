// A disk with a page cache, in memory, under SQLite: it stands in for SQLite's file system while it
// lives. What a process writes is visible to later processes at once; it is on the disk after a
// sync of that file, and a name is on the disk after a sync of the directory. So a test can kill
// the process at any call, make calls fail, and lose power between two lives of the process.
//
// The model is the worst that Linux allows:
// - After a failed sync the page cache has what the disk does not have, and counts it as clean.
// - A power loss keeps what was synced, and of every write, truncation and name since then nothing,
//   all, or some sectors of 512 bytes, in any order.
//
// It also takes the place of fsync for the directory. Other calls of the log go to the real file
// system, which has empty files of these names.
//
// Thread safety: none; one at a time, and all connections are of one thread. Its destructor needs
// all connections to be closed.
#ifndef GMEWATCH_TESTS_DAEMON_LOG_SIMULATED_DISK_H_
#define GMEWATCH_TESTS_DAEMON_LOG_SIMULATED_DISK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

struct sqlite3_vfs;

namespace gmewatch {

class SimulatedFile;

// What happens at a call that changes something: a write, a truncation, a sync, a new or a removed
// name.
enum class DiskFault {
  kKill,    // the process ends before the call
  kNoRoom,  // ENOSPC; nothing is written
  kShort,   // ENOSPC after a part of the write
  kError,   // EIO
};

// The call, counted from 0 in each life, and what happens there.
using DiskFaults = std::map<uint64_t, DiskFault>;

class SimulatedDisk {
 public:
  // `directory` is that of the log.
  SimulatedDisk(const std::string& directory, uint64_t seed);
  SimulatedDisk(const SimulatedDisk&) = delete;
  SimulatedDisk& operator=(const SimulatedDisk&) = delete;
  ~SimulatedDisk();

  // A new process starts.
  void BeginLife(DiskFaults faults);
  // The process ends here, if it has not done so: whatever it does from now on has no effect.
  void Kill() { killed_ = true; }
  bool killed() const { return killed_; }
  // Whether a fault of this life has happened.
  bool faulted() const { return faulted_; }
  // The calls of this life so far.
  uint64_t calls() const { return calls_; }

  // REQUIRES: no connection is open.
  void LosePower();

  // For a control: syncs from now on do nothing and succeed.
  void IgnoreSyncs(bool ignore) { ignore_syncs_ = ignore; }

  // For the file system's calls.
  enum class Answer { kGo, kNoRoom, kShort, kError, kDead };
  Answer Call();
  std::shared_ptr<SimulatedFile> Open(const std::string& name, bool create, int* error);
  bool Exists(const std::string& name) const { return names_.contains(name); }
  int Delete(const std::string& name);
  int Sync(SimulatedFile& file);
  // False if it is another directory.
  bool SyncDirectory(int fd, int* result);
  void SyncNames();
  std::mt19937_64& random() { return random_; }
  sqlite3_vfs* real() const { return real_; }

 private:
  using Names = std::map<std::string, std::shared_ptr<SimulatedFile>>;

  const std::string directory_;
  std::mt19937_64 random_;
  sqlite3_vfs* real_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  Names names_;       // as processes see them
  Names disk_names_;  // as they are on the disk
  DiskFaults faults_;
  uint64_t calls_ = 0;
  bool killed_ = false;
  bool faulted_ = false;
  bool ignore_syncs_ = false;
};

// The contents of a file: what processes see, what is on the disk, and the changes in between.
class SimulatedFile {
 public:
  const std::string& bytes() const { return cached_; }
  void Write(size_t at, absl::string_view bytes);
  void Truncate(size_t size);
  // All changes reach the disk.
  void Sync();
  // Changes reach the disk as they may, and the page cache counts them as clean.
  void FailSync(std::mt19937_64& random);
  // Afterwards the page cache is what the disk has.
  void LosePower(std::mt19937_64& random);

 private:
  struct Change {
    bool truncate;
    size_t at;  // or the new size
    std::string bytes;
  };
  static void Apply(const Change& change, std::string* to);
  void KeepSome(std::mt19937_64& random);

  std::string cached_;
  std::string disk_;
  std::vector<Change> pending_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_LOG_SIMULATED_DISK_H_
