#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "daemon/gmectl/command.h"

int main(int argc, char** argv) {
  // A reader that has gone, as head has, makes a write fail, and that can be told.
  std::signal(SIGPIPE, SIG_IGN);
  // argc is 0 where a program is started without even a name.
  const std::vector<std::string> all(argv, argv + argc);
  return gmewatch::RunGmectl({all.begin() + (all.empty() ? 0 : 1), all.end()}, std::cout,
                             std::cerr);
}
