// Reads who reported to each (app, region) since the read before: the input of SilenceDetector.
//
// Thread safety: none; a Counters has one reader of this kind, because reading takes. Memory: 80
// bytes a place.
#ifndef GMEWATCH_DAEMON_DETECT_ARRIVAL_READER_H_
#define GMEWATCH_DAEMON_DETECT_ARRIVAL_READER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "daemon/aggregate/counters.h"

namespace gmewatch {

// By how many different sessions a place got batches; duplicates and rejected ones do not count.
struct Arrivals {
  double sessions = 0;      // since the read before
  double all_sessions = 0;  // since the last call of Forget
};

class ArrivalReader {
 public:
  // `counters` must outlive it. What arrived before it is not part of any read.
  explicit ArrivalReader(const Counters& counters);
  // Reads `rows` others, which may grow.
  ArrivalReader(std::function<size_t()> rows, std::function<Reporters&(size_t)> reporters);

  // By the row of the counters. Valid until the next call.
  const std::vector<Arrivals>& Read();
  // Begins to count all_sessions from zero.
  void Forget();

 private:
  struct Row {
    uint32_t batches = 0;
    Reporters::Registers all{};
  };

  const std::function<size_t()> count_;
  const std::function<Reporters&(size_t)> reporters_;
  std::vector<Row> rows_;
  std::vector<Arrivals> arrivals_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_DETECT_ARRIVAL_READER_H_
