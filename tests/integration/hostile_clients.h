// What a hostile or careless client can send in every text of the wire: markup, quotes, addresses
// that run, letters from right to left, names as long as they may be.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_TESTS_INTEGRATION_HOSTILE_CLIENTS_H_
#define GMEWATCH_TESTS_INTEGRATION_HOSTILE_CLIENTS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace gmewatch {

// 64 letters, as an app or a region may have.
inline const std::string kLongName(64, 'W');
// Codes that the document does not have.
inline constexpr int32_t kStrangeCodes[] = {INT32_MIN, 2'000'000'001};

// Each may stand in a session's versions and platform and in a detail's operation. None of it may
// become an element, an attribute or an address, and all of it is to be read.
const std::vector<std::string>& HostileTexts();
// Never taken: as an app, a region or a text.
const std::vector<std::string>& ForbiddenNames();
const std::vector<std::string>& ForbiddenTexts();

// For each text a session of app "one" in "eu" that reports the code, with details; then the
// strange codes. The number of events of `code`; 0 where the daemon did not take all.
uint64_t ReportHostileTexts(const std::string& ingest_address, int32_t code);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_INTEGRATION_HOSTILE_CLIENTS_H_
