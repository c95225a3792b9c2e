// Roughly who sent some events, folded to 64 bits for each kind: how many sessions, how many of
// them were new, how many addresses.
//
// Linear counting (Whang et al., 1990): from n of 64 bits the number is 64 ln(64 / (64 - n)),
// within 20 % up to a hundred; all bits stand for kSendersCounted or more.
//
// Thread safety: none; plain data.
#ifndef GMEWATCH_DAEMON_MODEL_SENDER_BITS_H_
#define GMEWATCH_DAEMON_MODEL_SENDER_BITS_H_

#include <bit>
#include <cmath>
#include <cstdint>

namespace gmewatch {

inline constexpr uint32_t kSendersCounted = 266;

struct SenderBits {
  uint64_t sessions = 0;
  uint64_t new_sessions = 0;  // those whose first batch it was
  uint64_t addresses = 0;     // or players with a token; none if neither is known

  SenderBits& operator|=(const SenderBits& other) {
    sessions |= other.sessions;
    new_sessions |= other.new_sessions;
    addresses |= other.addresses;
    return *this;
  }
};

inline uint32_t CountOf(uint64_t bits) {
  const int zeros = 64 - std::popcount(bits);
  if (zeros == 0) return kSendersCounted;
  return static_cast<uint32_t>(std::lround(64 * std::log(64.0 / zeros)));
}

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_SENDER_BITS_H_
