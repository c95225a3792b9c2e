// The seeded counts of the detector's tests.
#ifndef GMEWATCH_TESTS_DAEMON_DETECT_COUNTS_H_
#define GMEWATCH_TESTS_DAEMON_DETECT_COUNTS_H_

#include "tests/support/random.h"

namespace gmewatch {

using Counts = Random;

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_DETECT_COUNTS_H_
