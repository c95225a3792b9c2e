#include "tests/support/random.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace gmewatch {
namespace {

uint64_t SplitMix(uint64_t& state) {
  state += 0x9e3779b97f4a7c15;
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

uint64_t MixSeed(uint64_t seed, uint64_t stream) {
  uint64_t state = seed;
  state = SplitMix(state) ^ stream;
  return SplitMix(state);
}

double LogFactorial(double n) {
  // Stirling's series is good to 1e-10 from 8 on; below, n! = (n + k)! / ((n + 1) ... (n + k)).
  double product = 1;
  while (n < 8) product *= ++n;
  const double inverse = 1 / n;
  const double square = inverse * inverse;
  const double series =
      inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)));
  return (n + 0.5) * std::log(n) - n + 0.918938533204672742 + series - std::log(product);
}

Random::Random(uint64_t seed) {
  for (uint64_t& word : state_) word = SplitMix(seed);
}

uint64_t Random::Bits() {
  const uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
  const uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

int64_t Random::Integer(int64_t low, int64_t high) {
  const auto span = static_cast<double>(high - low + 1);
  return std::min(high, low + static_cast<int64_t>(span * Uniform()));
}

double Random::Normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  double x = 0;
  double y = 0;
  double square = 0;
  do {
    x = 2 * Uniform() - 1;
    y = 2 * Uniform() - 1;
    square = x * x + y * y;
  } while (square >= 1 || square == 0);
  const double scale = std::sqrt(-2 * std::log(square) / square);
  spare_ = y * scale;
  has_spare_ = true;
  return x * scale;
}

double Random::Gamma(double shape) {
  if (shape < 1) return Gamma(shape + 1) * std::pow(Uniform(), 1 / shape);
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = Normal();
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    const double u = Uniform();
    if (u < 1 - 0.0331 * (x * x) * (x * x)) return d * v;
    if (std::log(u) < 0.5 * x * x + d * (1 - v + std::log(v))) return d * v;
  }
}

uint64_t Random::Poisson(double mean) {
  if (mean < 10) {
    const double floor = std::exp(-mean);
    uint64_t count = 0;
    for (double product = Uniform(); product > floor; product *= Uniform()) ++count;
    return count;
  }
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double quick = 0.9277 - 3.6224 / (b - 2);
  while (true) {
    const double u = Uniform() - 0.5;
    const double v = Uniform();
    const double edge = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= quick) return static_cast<uint64_t>(k);
    if (k < 0 || (edge < 0.013 && v > edge)) continue;
    const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    if (std::log(v * inverse_alpha / (a / (edge * edge) + b)) <=
        k * std::log(mean) - mean - LogFactorial(k)) {
      return static_cast<uint64_t>(k);
    }
  }
}

uint64_t Random::NegativeBinomial(double mean, double ratio) {
  return Poisson(Gamma(mean / (ratio - 1)) * (ratio - 1));
}

CountSource::CountSource(double ratio, uint64_t seed)
    : ratio_(ratio), random_(seed), reach_(random_.Uniform()) {
  if (ratio <= 1) return;
  const double q = 1 - 1 / ratio;
  double power = 1;
  double sum = 0;
  for (int size = 1; sum < 1 - 1e-12 && size < 10'000; ++size) {
    power *= q;
    sum += power / (size * std::log(ratio));
    size_cdf_.push_back(sum);
  }
}

void CountSource::SetMean(double mean) {
  mean_ = mean;
  const double rate = ratio_ <= 1 ? mean : mean * std::log(ratio_) / (ratio_ - 1);
  by_clusters_ = rate < kClusterRateMax;
  if (by_clusters_) step_ = std::exp(rate);
}

uint32_t CountSource::Next() {
  if (!by_clusters_) {
    return static_cast<uint32_t>(ratio_ <= 1 ? random_.Poisson(mean_)
                                             : random_.NegativeBinomial(mean_, ratio_));
  }
  int64_t count = 0;
  for (reach_ *= step_; reach_ >= 1; reach_ *= random_.Uniform()) count += ClusterSize();
  return static_cast<uint32_t>(count);
}

int64_t CountSource::ClusterSize() {
  if (size_cdf_.empty()) return 1;
  const double u = random_.Uniform();
  size_t size = 0;
  while (size + 1 < size_cdf_.size() && u >= size_cdf_[size]) ++size;
  return static_cast<int64_t>(size) + 1;
}

}  // namespace gmewatch
