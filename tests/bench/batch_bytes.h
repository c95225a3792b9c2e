// The codes and counts of all benchmarks' batches, and requests in their wire form as concatenated
// parts, so that making the next request costs a load program almost nothing.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_TESTS_BENCH_BATCH_BYTES_H_
#define GMEWATCH_TESTS_BENCH_BATCH_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "gmewatch/v1/error_reporting.pb.h"

namespace gmewatch {

// The code of entry `i`: every documented code and 0 (success) in turn.
int32_t BenchCode(size_t i);
// The count of entry `i`: 1 to 8.
uint32_t BenchCount(size_t i);

// A batch of `entries`, and the sum of its counts.
v1::ReportRequest BenchRequest(size_t entries);
uint64_t BenchEvents(size_t entries);

// The parts of a ReportRequest; concatenated in any order they are one.
std::string SessionPart(const std::string& id, const std::string& app, const std::string& region);
std::string SequencePart(uint64_t sequence);
std::string EntriesPart(size_t entries);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_BENCH_BATCH_BYTES_H_
