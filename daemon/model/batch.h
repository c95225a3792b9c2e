// A batch that has passed every check of the wire, and its parts. Plain data.
#ifndef GMEWATCH_DAEMON_MODEL_BATCH_H_
#define GMEWATCH_DAEMON_MODEL_BATCH_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/types/span.h"
#include "daemon/model/place.h"

namespace gmewatch {

// The 16 random bytes of Session.id.
struct SessionId {
  uint64_t a = 0;
  uint64_t b = 0;

  friend bool operator==(const SessionId&, const SessionId&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const SessionId& id) {
    return H::combine(std::move(h), id.a, id.b);
  }
};

// A number whose every bit depends on every bit of the id: clients may have ids that are not
// random, such as a count or a name, and each still looks like the sender that it is. The same in
// every process. (The finalizer of MurmurHash3.)
inline uint64_t SpreadOf(const SessionId& id) {
  uint64_t bits = id.a ^ std::rotl(id.b * 0x9E3779B97F4A7C15U, 32);
  bits = (bits ^ (bits >> 33)) * 0xFF51AFD7ED558CCDU;
  bits = (bits ^ (bits >> 33)) * 0xC4CEB9FE1A85EC53U;
  return bits ^ (bits >> 33);
}

// Who reports; all batches of a session have the same origin. The strings keep the limits of
// limits.h and are valid UTF-8.
struct Origin {
  std::string app;
  std::string region;
  std::string app_version;
  std::string sdk_version;
  std::string platform;

  friend bool operator==(const Origin&, const Origin&) = default;
};

// An origin with its hash. A stream computes the hash once, every batch of the stream uses it.
class HashedOrigin {
 public:
  explicit HashedOrigin(Origin origin)
      : origin_(std::move(origin)),
        hash_(absl::HashOf(origin_.app, origin_.region, origin_.app_version, origin_.sdk_version,
                           origin_.platform)) {}
  const Origin& origin() const { return origin_; }

  friend bool operator==(const HashedOrigin& x, const HashedOrigin& y) {
    return x.hash_ == y.hash_ && x.origin_ == y.origin_;
  }
  struct Hash {
    size_t operator()(const HashedOrigin& o) const { return o.hash_; }
  };

 private:
  Origin origin_;
  size_t hash_;
};

// `code` occurred `count` times.
struct Entry {
  int32_t code = 0;
  uint32_t count = 0;
};

// The sum of the counts.
inline uint64_t EventsOf(absl::Span<const Entry> entries) {
  uint64_t events = 0;  // 512 entries of 10^9 fit a million times
  for (const Entry& entry : entries) events += entry.count;
  return events;
}

// `events` were lost for a reason: an index of kLossReasonLabels.
struct Loss {
  uint64_t reason = 0;
  uint64_t events = 0;
};

// What a client adds to a code for the people who triage; not counted.
struct Detail {
  uint32_t batch = 0;  // the position of its batch in the epoch
  int32_t code = 0;
  int64_t underlying_code = 0;
  std::string operation;
};

// A stream uses one Batch for all its batches, so that it allocates nothing while it is busy.
struct Batch {
  SessionId session;
  uint64_t sequence = 0;
  // A hash of the player who has a token, or of the address; 0 if neither is known. It differs in
  // every process, so that a log does not show addresses.
  uint64_t sender = 0;
  bool relayed = false;  // from a server that reports for many players
  bool late = false;     // older than kLateAge on arrival
  std::vector<Entry> entries;
  std::vector<Loss> losses;
  std::vector<Detail> details;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_BATCH_H_
