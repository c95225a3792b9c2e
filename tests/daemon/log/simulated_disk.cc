// allow(length): one disk: its files, its faults and its SQLite methods
#include "tests/daemon/log/simulated_disk.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace gmewatch {
namespace {

constexpr size_t kSector = 512;

SimulatedDisk* the_disk = nullptr;

// SQLite allocates it and knows its beginning.
struct OpenFile {
  sqlite3_file base;
  std::shared_ptr<SimulatedFile>* file;
  std::vector<std::string>* shared_memory;
  bool sync_names;  // the first sync makes the names durable too, as SQLite's own file system does
};

OpenFile& Of(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }

int Close(sqlite3_file* file) {
  delete Of(file).file;
  delete Of(file).shared_memory;
  return SQLITE_OK;
}

int Read(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
  if (the_disk->killed()) return SQLITE_IOERR_READ;
  const std::string& bytes = (*Of(file).file)->bytes();
  const auto begin = std::min(static_cast<size_t>(at), bytes.size());
  const size_t found = std::min(static_cast<size_t>(size), bytes.size() - begin);
  std::memset(to, 0, static_cast<size_t>(size));
  std::memcpy(to, bytes.data() + begin, found);
  return found == static_cast<size_t>(size) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int Failed(SimulatedDisk::Answer answer, int error) {
  if (answer == SimulatedDisk::Answer::kNoRoom || answer == SimulatedDisk::Answer::kShort) {
    errno = ENOSPC;
    return SQLITE_FULL;
  }
  errno = EIO;
  return error;
}

int Write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  const SimulatedDisk::Answer answer = the_disk->Call();
  auto bytes = absl::string_view(static_cast<const char*>(from), static_cast<size_t>(size));
  if (answer == SimulatedDisk::Answer::kShort) bytes = bytes.substr(0, bytes.size() / 2);
  if (answer == SimulatedDisk::Answer::kGo || answer == SimulatedDisk::Answer::kShort) {
    (*Of(file).file)->Write(static_cast<size_t>(at), bytes);
  }
  return answer == SimulatedDisk::Answer::kGo ? SQLITE_OK : Failed(answer, SQLITE_IOERR_WRITE);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  const SimulatedDisk::Answer answer = the_disk->Call();
  if (answer == SimulatedDisk::Answer::kDead || answer == SimulatedDisk::Answer::kError) {
    return Failed(answer, SQLITE_IOERR_TRUNCATE);
  }
  (*Of(file).file)->Truncate(static_cast<size_t>(size));
  return SQLITE_OK;
}

int Sync(sqlite3_file* file, int /*flags*/) {
  const int code = the_disk->Sync(**Of(file).file);
  if (code == SQLITE_OK && std::exchange(Of(file).sync_names, false)) the_disk->SyncNames();
  return code;
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>((*Of(file).file)->bytes().size());
  return the_disk->killed() ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

// There is one process, and it has one connection to a file.
int Lock(sqlite3_file* /*file*/, int /*kind*/) { return SQLITE_OK; }

int CheckReservedLock(sqlite3_file* /*file*/, int* locked) {
  *locked = 0;
  return SQLITE_OK;
}

int FileControl(sqlite3_file* /*file*/, int op, void* value) {
  if (op != SQLITE_FCNTL_LAST_ERRNO) return SQLITE_NOTFOUND;
  *static_cast<int*>(value) = 0;
  return SQLITE_OK;
}

int SectorSize(sqlite3_file* /*file*/) { return 4096; }

int DeviceCharacteristics(sqlite3_file* /*file*/) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int ShmMap(sqlite3_file* file, int region, int size, int /*extend*/, void volatile** memory) {
  std::vector<std::string>& regions = *Of(file).shared_memory;
  // SQLite keeps pointers to the regions.
  if (regions.capacity() == 0) regions.reserve(64);
  EXPECT_LT(region, 64);
  while (regions.size() <= static_cast<size_t>(region)) {
    regions.emplace_back(static_cast<size_t>(size), '\0');
  }
  *memory = regions[static_cast<size_t>(region)].data();
  return SQLITE_OK;
}

int ShmLock(sqlite3_file* /*file*/, int /*first*/, int /*count*/, int /*flags*/) {
  return SQLITE_OK;
}

void ShmBarrier(sqlite3_file* /*file*/) {}

int ShmUnmap(sqlite3_file* file, int /*remove*/) {
  Of(file).shared_memory->clear();
  return SQLITE_OK;
}

constexpr sqlite3_io_methods kMethods = {2,
                                         Close,
                                         Read,
                                         Write,
                                         Truncate,
                                         Sync,
                                         FileSize,
                                         Lock,
                                         Lock,
                                         CheckReservedLock,
                                         FileControl,
                                         SectorSize,
                                         DeviceCharacteristics,
                                         ShmMap,
                                         ShmLock,
                                         ShmBarrier,
                                         ShmUnmap,
                                         nullptr,
                                         nullptr};

int OpenOne(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out) {
  file->pMethods = nullptr;
  std::shared_ptr<SimulatedFile> found;
  if (name == nullptr) {
    found = std::make_shared<SimulatedFile>();
  } else {
    int error = SQLITE_OK;
    found = the_disk->Open(name, (flags & SQLITE_OPEN_CREATE) != 0, &error);
    if (found == nullptr) return error;
  }
  OpenFile& open = Of(file);
  open.base.pMethods = &kMethods;
  open.file = std::make_unique<std::shared_ptr<SimulatedFile>>(std::move(found)).release();
  open.shared_memory = std::make_unique<std::vector<std::string>>().release();
  open.sync_names = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  if (out != nullptr) *out = flags;
  return SQLITE_OK;
}

int DeleteOne(sqlite3_vfs* /*vfs*/, const char* name, int sync_names) {
  const int code = the_disk->Delete(name);
  if (code == SQLITE_OK && sync_names != 0) the_disk->SyncNames();
  return code;
}

int Access(sqlite3_vfs* /*vfs*/, const char* name, int /*flags*/, int* result) {
  *result = the_disk->Exists(name) ? 1 : 0;
  return SQLITE_OK;
}

int FullPathname(sqlite3_vfs* /*vfs*/, const char* name, int size, char* full) {
  sqlite3_snprintf(size, full, "%s", name);
  return SQLITE_OK;
}

int Randomness(sqlite3_vfs* /*vfs*/, int size, char* to) {
  for (int i = 0; i < size; ++i) to[i] = static_cast<char>(the_disk->random()());
  return size;
}

int Pause(sqlite3_vfs* /*vfs*/, int microseconds) { return microseconds; }

int CurrentTime(sqlite3_vfs* /*vfs*/, double* days) {
  *days = 2460000;
  return SQLITE_OK;
}

int LastError(sqlite3_vfs* /*vfs*/, int /*size*/, char* /*text*/) { return errno; }

}  // namespace

SimulatedDisk::SimulatedDisk(const std::string& directory, uint64_t seed)
    : directory_(directory),
      random_(seed),
      real_(sqlite3_vfs_find(nullptr)),
      vfs_(std::make_unique<sqlite3_vfs>()) {
  EXPECT_EQ(the_disk, nullptr);
  the_disk = this;
  vfs_->iVersion = 1;
  vfs_->szOsFile = sizeof(OpenFile);
  vfs_->mxPathname = 4096;
  vfs_->zName = "simulated";
  vfs_->xOpen = OpenOne;
  vfs_->xDelete = DeleteOne;
  vfs_->xAccess = Access;
  vfs_->xFullPathname = FullPathname;
  vfs_->xRandomness = Randomness;
  vfs_->xSleep = Pause;
  vfs_->xCurrentTime = CurrentTime;
  vfs_->xGetLastError = LastError;
  EXPECT_EQ(sqlite3_vfs_register(vfs_.get(), 1), SQLITE_OK);
  // SQLite takes its random numbers from the seed again, so that a case can be repeated alone.
  sqlite3_randomness(0, nullptr);
}

SimulatedDisk::~SimulatedDisk() {
  sqlite3_vfs_unregister(vfs_.get());
  sqlite3_vfs_register(real_, 1);
  the_disk = nullptr;
}

void SimulatedDisk::BeginLife(DiskFaults faults) {
  faults_ = std::move(faults);
  calls_ = 0;
  killed_ = false;
  faulted_ = false;
}

SimulatedDisk::Answer SimulatedDisk::Call() {
  if (killed_) return Answer::kDead;
  const auto fault = faults_.find(calls_++);
  if (fault == faults_.end()) return Answer::kGo;
  faulted_ = true;
  switch (fault->second) {
    case DiskFault::kNoRoom:
      return Answer::kNoRoom;
    case DiskFault::kShort:
      return Answer::kShort;
    case DiskFault::kError:
      return Answer::kError;
    case DiskFault::kKill:
      break;
  }
  killed_ = true;
  return Answer::kDead;
}

std::shared_ptr<SimulatedFile> SimulatedDisk::Open(const std::string& name, bool create,
                                                   int* error) {
  const auto found = names_.find(name);
  if (found != names_.end() && !killed_) return found->second;
  *error = SQLITE_CANTOPEN;
  if (!create || killed_) return nullptr;
  const Answer answer = Call();
  if (answer != Answer::kGo) {
    *error = Failed(answer, SQLITE_CANTOPEN);
    return nullptr;
  }
  return names_[name] = std::make_shared<SimulatedFile>();
}

int SimulatedDisk::Delete(const std::string& name) {
  if (!killed_ && !Exists(name)) return SQLITE_IOERR_DELETE_NOENT;
  const Answer answer = Call();
  if (answer == Answer::kDead || answer == Answer::kError) {
    return Failed(answer, SQLITE_IOERR_DELETE);
  }
  names_.erase(name);
  return SQLITE_OK;
}

int SimulatedDisk::Sync(SimulatedFile& file) {
  const Answer answer = Call();
  if (answer == Answer::kDead) return SQLITE_IOERR_FSYNC;
  if (answer == Answer::kError) {
    file.FailSync(random_);
    return Failed(answer, SQLITE_IOERR_FSYNC);
  }
  if (!ignore_syncs_) file.Sync();
  return SQLITE_OK;
}

void SimulatedDisk::SyncNames() {
  if (!ignore_syncs_ && !killed_) disk_names_ = names_;
}

bool SimulatedDisk::SyncDirectory(int fd, int* result) {
  struct stat ours {};
  struct stat other {};
  if (fstat(fd, &other) != 0 || stat(directory_.c_str(), &ours) != 0) return false;
  if (ours.st_ino != other.st_ino || ours.st_dev != other.st_dev) return false;
  *result = 0;
  const Answer answer = Call();
  if (answer == Answer::kDead || answer == Answer::kError) {
    errno = EIO;
    *result = -1;
  } else {
    SyncNames();
  }
  return true;
}

void SimulatedDisk::LosePower() {
  Names all = names_;
  all.insert(disk_names_.begin(), disk_names_.end());
  const Names seen = std::exchange(names_, {});
  for (const auto& [name, unused] : all) {
    // One of the two states of a name whose change was not synced.
    const Names& from = random_() % 2 == 0 ? seen : disk_names_;
    const auto found = from.find(name);
    if (found != from.end()) names_[name] = found->second;
  }
  for (const auto& [name, file] : names_) file->LosePower(random_);
  disk_names_ = names_;
}

void SimulatedFile::Apply(const Change& change, std::string* to) {
  if (change.truncate) {
    to->resize(change.at);
    return;
  }
  to->resize(std::max(to->size(), change.at + change.bytes.size()));
  to->replace(change.at, change.bytes.size(), change.bytes);
}

void SimulatedFile::Write(size_t at, absl::string_view bytes) {
  pending_.push_back({false, at, std::string(bytes)});
  Apply(pending_.back(), &cached_);
}

void SimulatedFile::Truncate(size_t size) {
  pending_.push_back({true, size, ""});
  Apply(pending_.back(), &cached_);
}

void SimulatedFile::Sync() {
  for (const Change& change : pending_) Apply(change, &disk_);
  pending_.clear();
}

void SimulatedFile::KeepSome(std::mt19937_64& random) {
  // 0: nothing, 1: everything, 2: up to some change, 3: each change or not, 4: each sector or not.
  const uint64_t way = random() % 5;
  const size_t end = way == 2 ? random() % (pending_.size() + 1) : pending_.size();
  for (size_t i = 0; i < end && way != 0; ++i) {
    const Change& change = pending_[i];
    if (way >= 3 && random() % 2 == 0) continue;
    if (way != 4 || change.truncate) {
      Apply(change, &disk_);
      continue;
    }
    for (size_t at = 0; at < change.bytes.size();) {
      const size_t next =
          std::min((change.at + at) / kSector * kSector + kSector - change.at, change.bytes.size());
      if (random() % 4 != 0)
        Apply({false, change.at + at, change.bytes.substr(at, next - at)}, &disk_);
      at = next;
    }
  }
  pending_.clear();
}

void SimulatedFile::FailSync(std::mt19937_64& random) {
  if (random() % 2 == 0) {
    pending_.clear();
  } else {
    KeepSome(random);
  }
}

void SimulatedFile::LosePower(std::mt19937_64& random) {
  KeepSome(random);
  cached_ = disk_;
}

}  // namespace gmewatch

// The program's fsync comes before that of the C library, also for SQLite.
extern "C" int fsync(int fd) {
  int result = 0;
  if (gmewatch::the_disk != nullptr && gmewatch::the_disk->SyncDirectory(fd, &result))
    return result;
  return static_cast<int>(syscall(SYS_fsync, fd));
}
