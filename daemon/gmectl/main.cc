#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "daemon/gmectl/command.h"

int main(int argc, char** argv) {
  // If the reader of a pipe has gone, as head does, the write fails and can be reported.
  std::signal(SIGPIPE, SIG_IGN);
  // argc is 0 if the program was started without even a name.
  const std::vector<std::string> all(argv, argv + argc);
  return gmewatch::RunGmectl({all.begin() + (all.empty() ? 0 : 1), all.end()}, std::cout,
                             std::cerr);
}
