// The flags of a program or a subcommand: --name=value, --name value, --name and --noname for a
// switch.
//
// Why not absl::flags: it has one set of flags for the whole program, and ends the program with
// status 1 at a wrong flag.
//
// Thread safety: none. The variables that flags write to must outlive the Flags. A wrong flag is
// INVALID_ARGUMENT, with the flag, its value and the values allowed.
#ifndef GMEWATCH_DAEMON_BASE_FLAGS_H_
#define GMEWATCH_DAEMON_BASE_FLAGS_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gmewatch {

// A switch with an optional number: --watch, --watch=5.
struct NumberSwitch {
  bool is_on = false;
  double number = 0;  // the default
};

class Flags {
 public:
  // A list gets one more text each time that its flag is given.
  using Value = std::variant<std::string*, std::vector<std::string>*, bool*, double*,
                             absl::Duration*, NumberSwitch*>;

  // The present content of `value` is the default, which Help shows.
  void Add(absl::string_view name, Value value, absl::string_view help);

  // Appends the arguments that are not flags to `rest`: all after "--", and any that begins with a
  // minus and a digit, since codes may be negative.
  absl::Status Parse(const std::vector<std::string>& arguments, std::vector<std::string>* rest);

  // One line for each flag, and one more for each newline in a help text.
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
  // Reads the flag at arguments[*index]; advances *index if the value is the next argument.
  absl::Status ParseFlag(const std::vector<std::string>& arguments, size_t* index) const;

  std::vector<Flag> flags_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_BASE_FLAGS_H_
