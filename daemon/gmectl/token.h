// gmectl token: signs a token for a player, as a game's backend does, to try a setting out.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_GMECTL_TOKEN_H_
#define GMEWATCH_DAEMON_GMECTL_TOKEN_H_

#include <ostream>
#include <string>
#include <vector>

namespace gmewatch {

int RunToken(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_GMECTL_TOKEN_H_
