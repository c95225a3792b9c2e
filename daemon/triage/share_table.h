// How the events of a code are shared out among values that clients make up, such as versions: the
// most frequent kValues by name, the rest as "other".
//
// A new value takes the place of the one with the least weight and inherits that weight
// (Space-Saving), so whatever has more than one in kValues of the weight stays, however many values
// there are. Weight halves every hour, so a value that nobody uses any more makes room. What a value
// had counted when it left is in "other": sums stay right.
//
// Thread safety: none. Memory: about 400 bytes a value; nothing is allocated once all places are
// taken. Minutes are whole ones since 1970.
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

// A value with its hash, which is another in every process.
struct HashedValue {
  explicit HashedValue(absl::string_view text) : value(text), hash(absl::HashOf(text)) {}

  absl::string_view value;
  size_t hash;
};

// What a value has of the events.
struct Share {
  std::string value;  // kOtherLabel for the rest
  uint64_t now = 0;   // of the last ten minutes
  uint64_t before = 0;
};

class ShareTable {
 public:
  static constexpr size_t kValues = 32;

  // `weight` is what decides who stays; of a sender's own choosing it must not be.
  void Add(const HashedValue& value, uint64_t events, uint64_t weight, int64_t minute);

  // Those that have any.
  std::vector<Share> Shares(int64_t minute) const;

 private:
  struct Value {
    std::string text;
    ShareWindow window;
  };

  size_t PlaceFor(const HashedValue& value);
  void Age(int64_t minute);

  // By place; hashes and weights together, so that looking a value up touches few lines of memory.
  std::array<size_t, kValues> hashes_{};
  std::array<uint64_t, kValues> weights_{};
  std::vector<Value> values_;
  ShareWindow other_;
  int64_t aged_hour_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_TRIAGE_SHARE_TABLE_H_
