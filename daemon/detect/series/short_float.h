// The upper 16 bits of a float: its range with 8 significant binary digits, exact to 0.2 %.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_SHORT_FLOAT_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_SHORT_FLOAT_H_

#include <bit>
#include <cstdint>

namespace gmewatch {

class ShortFloat {
 public:
  ShortFloat() = default;
  ShortFloat& operator=(float value) {
    // Rounds to nearest: truncating would lose many small additions.
    bits_ = static_cast<uint16_t>((std::bit_cast<uint32_t>(value) + 0x8000U) >> 16U);
    return *this;
  }
  operator float() const {  // NOLINT(google-explicit-constructor): reads like a float
    return std::bit_cast<float>(uint32_t{bits_} << 16U);
  }

 private:
  uint16_t bits_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_SHORT_FLOAT_H_
