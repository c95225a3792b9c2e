// How strongly a count speaks against what was expected: the one statistic of the detector.
//
// Pure functions. Units: natural logarithms ("nats") of a likelihood ratio; events.
#ifndef GMEWATCH_DAEMON_DETECT_EVIDENCE_H_
#define GMEWATCH_DAEMON_DETECT_EVIDENCE_H_

namespace gmewatch {

// The logarithm of the likelihood ratio between "the rate was what it seems" and "the rate was as
// expected" for `count` events where `expected` came, negative binomial with a variance of
// expected * (vmr + drift * expected): `vmr` is the variance-to-mean ratio of a tick, `drift` the
// square of the relative error of the expectation itself. Below 1 the variance is a binomial's,
// of which a count is the ticks that had any. 0 where the count is not above it.
// REQUIRES: expected > 0, vmr > 0, drift >= 0.
double Evidence(double count, double expected, double vmr, double drift);

// The evidence that makes an alarm: exceeded by chance `per_week` times a week over `series` series
// that are looked at every `tick_seconds`.
double Threshold(double series, double tick_seconds, double per_week);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_EVIDENCE_H_
