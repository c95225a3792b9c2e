// A subcommand's flags: --name=value, --name value, --name and --noname for a switch.
//
// Why not absl::flags: those are one set for the whole program, and a wrong one ends it with
// status 1.
//
// Thread safety: none. The variables that flags write to must outlive the Flags. A wrong flag is
// INVALID_ARGUMENT: which one, what it was, what is allowed.
#ifndef GMEWATCH_DAEMON_GMECTL_FLAGS_H_
#define GMEWATCH_DAEMON_GMECTL_FLAGS_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gmewatch {

// A switch that may have a number: --watch, --watch=5.
struct NumberSwitch {
  bool is_on = false;
  double number = 0;  // where none is given
};

class Flags {
 public:
  using Value = std::variant<std::string*, bool*, double*, absl::Duration*, NumberSwitch*>;

  // The value that `value` has now is the default, which Help shows.
  void Add(absl::string_view name, Value value, absl::string_view help);

  // Puts what is no flag into `rest`. After "--" nothing is a flag, and nothing that begins with a
  // minus and a digit is: codes may be negative.
  absl::Status Parse(const std::vector<std::string>& arguments, std::vector<std::string>* rest);

  // One line a flag.
  std::string Help() const;

 private:
  struct Flag {
    std::string name;
    Value value;
    std::string help;
    std::string shown_default;
  };

  const Flag* Find(absl::string_view name) const;
  // The switch that "--noNAME" turns off, or null.
  const Flag* FindNegated(absl::string_view name) const;
  // Reads the flag at arguments[*index]; moves on where its value is the argument after it.
  absl::Status ParseFlag(const std::vector<std::string>& arguments, size_t* index) const;

  std::vector<Flag> flags_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_FLAGS_H_
