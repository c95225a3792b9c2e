// A number from 1 to 4e9 in eight bits, exact to 6 %: five bits of exponent, three of fraction.
#ifndef GMEWATCH_DAEMON_DETECT_SERIES_BYTE_FLOAT_H_
#define GMEWATCH_DAEMON_DETECT_SERIES_BYTE_FLOAT_H_

#include <algorithm>
#include <bit>
#include <cstdint>

namespace gmewatch {

class ByteFloat {
 public:
  ByteFloat() = default;
  ByteFloat& operator=(float value) {
    // Rounds to nearest.
    const uint32_t above = std::bit_cast<uint32_t>(std::max(value, 1.0F)) - kOne + kHalf;
    bits_ = static_cast<uint8_t>(std::min(above >> kDropped, uint32_t{UINT8_MAX}));
    return *this;
  }
  operator float() const {  // NOLINT(google-explicit-constructor): reads like a float
    return std::bit_cast<float>((uint32_t{bits_} << kDropped) + kOne);
  }

 private:
  static constexpr uint32_t kDropped = 20;
  static constexpr uint32_t kHalf = uint32_t{1} << (kDropped - 1);
  static constexpr uint32_t kOne = 0x3F800000;

  uint8_t bits_ = 0;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_SERIES_BYTE_FLOAT_H_
