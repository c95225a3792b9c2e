// The events of a code by a value that clients choose, such as a version: the most frequent kValues
// by name, the rest as "other".
//
// A new value takes the place of the value with the least weight and inherits that weight
// (Space-Saving). So a value with more than 1/kValues of the weight stays, however many values
// there are. Weights halve every hour, so that a value that is no longer used makes room. The
// counts of a value that leaves go to "other", so sums stay right.
//
// Thread safety: none. Memory: about 400 bytes per value; nothing is allocated once all places are
// taken. Minutes are whole minutes since 1970.
#ifndef GMEWATCH_DAEMON_TRIAGE_SHARE_TABLE_H_
#define GMEWATCH_DAEMON_TRIAGE_SHARE_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "daemon/triage/share_window.h"

namespace gmewatch {

// A value with its hash. Hashes differ between processes.
struct HashedValue {
  explicit HashedValue(absl::string_view text) : value(text), hash(absl::HashOf(text)) {}

  absl::string_view value;
  size_t hash;
};

// The events of a value.
struct Share {
  std::string value;    // kOtherLabel for the rest
  uint64_t now = 0;     // in the last ten minutes
  uint64_t before = 0;  // in the 24 hours before them
};

class ShareTable {
 public:
  static constexpr size_t kValues = 32;

  // `weight` decides which values stay, so it must not be a number that the sender chooses.
  void Add(const HashedValue& value, uint64_t events, uint64_t weight, int64_t minute);

  // The values that have events.
  std::vector<Share> Shares(int64_t minute) const;

 private:
  struct Value {
    std::string text;
    ShareWindow window;
  };

  size_t PlaceFor(const HashedValue& value);
  void Age(int64_t minute);

  // By place. Hashes and weights are apart from the values, so that a search touches few cache
  // lines.
  std::array<size_t, kValues> hashes_{};
  std::array<uint64_t, kValues> weights_{};
  std::vector<Value> values_;
  ShareWindow other_;
  int64_t aged_hour_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_SHARE_TABLE_H_
