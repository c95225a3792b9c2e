#include "daemon/log/rejected_reserve.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/log/checksum.h"
#include "daemon/log/state_dir.h"

namespace gmewatch {
namespace {

constexpr size_t kSlotBytes = 4096;
constexpr size_t kSlots = 2;
constexpr size_t kStateIdBytes = 32;
constexpr uint32_t kMagic = 0x474d5752;  // "GMWR"

using Slot = std::array<char, kSlotBytes>;
using StateId = std::array<char, kStateIdBytes>;

// At the begin of a slot; an EpochRecord that has `rejected` alone follows. All zeros: empty.
struct SlotHeader {
  uint32_t magic = 0;
  uint32_t crc = 0;      // of what follows it in the header, and of the record
  uint64_t written = 0;  // the records written before
  uint64_t number = 0;   // the epoch
  uint64_t length = 0;   // of the record
  StateId state_id{};
};
constexpr size_t kUncheckedBytes = sizeof(uint32_t) * 2;

StateId IdOf(const std::string& text) {
  StateId id{};
  std::memcpy(id.data(), text.data(), std::min(text.size(), id.size()));
  return id;
}

struct Record {
  SlotHeader header;
  RejectedByReason rejected{};
};

uint32_t Crc(const Slot& slot, size_t record_bytes) {
  const absl::string_view checked(slot.data() + kUncheckedBytes,
                                  sizeof(SlotHeader) - kUncheckedBytes + record_bytes);
  return Checksum().AddBytes(checked).value();
}

std::optional<Record> Parse(const Slot& slot) {
  Record out;
  std::memcpy(&out.header, slot.data(), sizeof(out.header));
  if (out.header.magic != kMagic || out.header.length > kSlotBytes - sizeof(out.header)) {
    return std::nullopt;
  }
  const auto length = static_cast<size_t>(out.header.length);
  if (Crc(slot, length) != out.header.crc) return std::nullopt;
  const absl::StatusOr<Epoch> epoch =
      Epoch::Parse(absl::string_view(slot.data() + sizeof(out.header), length));
  if (!epoch.ok()) return std::nullopt;
  out.rejected = epoch->rejected;
  return out;
}

// False, with errno, if not all of it can be read.
bool ReadSlot(int fd, size_t index, Slot* slot) {
  const ssize_t n = pread(fd, slot->data(), slot->size(), static_cast<off_t>(index * kSlotBytes));
  if (n >= 0 && static_cast<size_t>(n) < slot->size()) errno = ENODATA;
  return n == static_cast<ssize_t>(slot->size());
}

bool WriteSlot(int fd, size_t index, const Slot& slot) {
  const ssize_t n = pwrite(fd, slot.data(), slot.size(), static_cast<off_t>(index * kSlotBytes));
  if (n >= 0 && static_cast<size_t>(n) < slot.size()) errno = ENOSPC;
  return n == static_cast<ssize_t>(slot.size());
}

// The newest of the records that can be read.
std::optional<Record> Newest(int fd) {
  std::optional<Record> newest;
  Slot slot;
  for (size_t i = 0; i < kSlots; ++i) {
    if (!ReadSlot(fd, i, &slot)) continue;
    const std::optional<Record> record = Parse(slot);
    if (!record.has_value()) continue;
    if (!newest.has_value() || record->header.written > newest->header.written) {
      newest = record;
    }
  }
  return newest;
}

}  // namespace

absl::StatusOr<RejectedReserve> RejectedReserve::Open(const std::string& path,
                                                      const std::string& state_id) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  RejectedReserve reserve(path, state_id, fd);
  if (fd < 0) return reserve.Error("open");
  absl::Status status = reserve.Prepare();
  if (!status.ok()) return status;
  return reserve;
}

RejectedReserve::RejectedReserve(RejectedReserve&& other) noexcept
    : path_(std::move(other.path_)),
      state_id_(std::move(other.state_id_)),
      fd_(std::exchange(other.fd_, -1)),
      written_(other.written_) {}

RejectedReserve::~RejectedReserve() {
  if (fd_ >= 0) close(fd_);
}

absl::Status RejectedReserve::Prepare() {
  Slot slot;
  for (size_t i = 0; i < kSlots; ++i) {
    // A file that a crash cut off while it was made gets the rest.
    if (ReadSlot(fd_, i, &slot)) continue;
    slot.fill(0);
    if (!WriteSlot(fd_, i, slot)) return Error("write");
  }
  if (fdatasync(fd_) != 0) return Error("sync");
  const std::optional<Record> newest = Newest(fd_);
  if (newest.has_value()) written_ = newest->header.written + 1;
  return absl::OkStatus();
}

absl::Status RejectedReserve::Write(uint64_t number, const RejectedByReason& rejected) {
  Epoch epoch;
  epoch.rejected = rejected;
  std::string record;
  epoch.Serialize(&record);
  SlotHeader header;
  header.magic = kMagic;
  header.written = written_;
  header.number = number;
  header.length = record.size();
  header.state_id = IdOf(state_id_);
  Slot slot{};
  std::memcpy(slot.data(), &header, sizeof(header));
  std::memcpy(slot.data() + sizeof(header), record.data(), record.size());
  header.crc = Crc(slot, record.size());
  std::memcpy(slot.data(), &header, sizeof(header));
  if (!WriteSlot(fd_, written_ % kSlots, slot)) return Error("write");
  if (fdatasync(fd_) != 0) return Error("sync");
  ++written_;
  return absl::OkStatus();
}

absl::StatusOr<RejectedByReason> RejectedReserve::Read(uint64_t number) const {
  const std::optional<Record> newest = Newest(fd_);
  if (!newest.has_value() || newest->header.number != number ||
      newest->header.state_id != IdOf(state_id_)) {
    return RejectedByReason{};
  }
  return newest->rejected;
}

absl::Status RejectedReserve::Error(const char* what) const {
  const int error = errno;
  absl::Status status = FileError(what, path_, error);
  if (error != ENOSPC && error != EDQUOT && error != EFBIG) return status;
  return absl::ResourceExhaustedError(absl::StrCat("disk full: ", status.message()));
}

}  // namespace gmewatch
