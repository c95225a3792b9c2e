// The detector's one test statistic: how unlikely a count is under the expected rate.
//
// Pure functions. Units: events, and natural logarithms ("nats") of a likelihood ratio.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_LIKELIHOOD_RATIO_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_LIKELIHOOD_RATIO_H_

namespace gmewatch {

// Returns the log-likelihood ratio of "the mean is `count`" against "the mean is `expected`" for
// `count` events; 0 if count <= expected.
//
// The distribution has the mean m = expected and the variance m * (vmr + drift * m): negative
// binomial above m, Poisson at m. `vmr` is the variance-to-mean ratio of a tick,
// `drift` the squared relative error of `expected` itself.
//
// REQUIRES: expected > 0, vmr >= 1, drift >= 0.
double LogLikelihoodRatio(double count, double expected, double vmr, double drift);

// Returns the count whose log-likelihood ratio is `llr`, or a trifle more; `count` if its own is
// lower.
double CountAt(double llr, double count, double expected, double vmr, double drift);

// Returns the log-likelihood ratio at which an alarm begins: chance exceeds it `per_week` times a
// week over all `series`, each tested every `tick_seconds`.
double Threshold(double series, double tick_seconds, double per_week);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_LIKELIHOOD_RATIO_H_
