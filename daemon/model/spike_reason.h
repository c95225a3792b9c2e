// Why a spike is one, beside its rates: in words, for messages and pages alike.
//
// Thread safety: a pure function.
#ifndef GMEWATCH_DAEMON_MODEL_SPIKE_REASON_H_
#define GMEWATCH_DAEMON_MODEL_SPIKE_REASON_H_

#include <string>

#include "daemon/model/spike.h"

namespace gmewatch {

// Rates wander by some 30 %, so traffic within these ratios is as usual.
inline constexpr double kUsualTrafficMin = 0.7;
inline constexpr double kUsualTrafficMax = 1.4;

// "61% of the operations there end with it; traffic is as usual; 40 sessions, 12 new, 35
// addresses". What is not known, 0, is left out; empty if nothing is.
std::string SpikeReason(const Spike& spike);

// "40 sessions, 12 new, 35 addresses"; empty if the spike has none yet.
std::string SendersText(const Spike& spike);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_MODEL_SPIKE_REASON_H_
