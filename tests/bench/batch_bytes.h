// Requests as they stand on the wire, put together from parts, so that making the next one costs a
// load program next to nothing.
//
// Thread safety: free functions over their arguments.
#ifndef GMEWATCH_TESTS_BENCH_BATCH_BYTES_H_
#define GMEWATCH_TESTS_BENCH_BATCH_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "gmewatch/v1/error_reporting.pb.h"

namespace gmewatch {

// Codes in turn: every documented one, and 0 (success) now and then.
int32_t BenchCode(size_t i);
// Of the codes above how often each occurred; from 1 to 8.
uint32_t BenchCount(size_t i);

// `entries` of the above. Events: the sum of BenchCount.
v1::ReportRequest BenchRequest(size_t entries);
uint64_t BenchEvents(size_t entries);

// The parts of a ReportRequest; any order of them is one.
std::string SessionPart(const std::string& id, const std::string& app, const std::string& region);
std::string SequencePart(uint64_t sequence);
std::string EntriesPart(size_t entries);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_BENCH_BATCH_BYTES_H_
