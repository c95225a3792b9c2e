#include "daemon/gmectl/terminal.h"

#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "absl/strings/string_view.h"

namespace gmewatch {
namespace {

absl::string_view Environment(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing sets it
  return value == nullptr ? "" : value;
}

}  // namespace

Terminal TerminalOf(const std::ostream& out) {
  Terminal terminal;
  terminal.is_terminal = &out == &std::cout && isatty(STDOUT_FILENO) == 1;
  terminal.has_color =
      terminal.is_terminal && Environment("NO_COLOR").empty() && Environment("TERM") != "dumb";
  return terminal;
}

}  // namespace gmewatch
