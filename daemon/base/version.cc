#include "daemon/base/version.h"

namespace gmewatch {

absl::string_view Version() { return GMEWATCH_VERSION; }

}  // namespace gmewatch
