// Texts that a hostile or careless client can send in every string of the wire: markup, quotes,
// addresses that run code, right-to-left letters, names of the maximum length.
//
// Thread safety: free functions without state.
#ifndef GMEWATCH_TESTS_INTEGRATION_HOSTILE_CLIENTS_H_
#define GMEWATCH_TESTS_INTEGRATION_HOSTILE_CLIENTS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace gmewatch {

// The longest name that an app or a region may have.
inline const std::string kLongName(64, 'W');
// Codes without documentation.
inline constexpr int32_t kStrangeCodes[] = {INT32_MIN, 2'000'000'001};

// Each is allowed in a session's versions and platform and in a detail's operation. On a page none
// may become an element, an attribute or an address, and all must be readable.
const std::vector<std::string>& HostileTexts();
// Always rejected: as an app or a region, and as a text.
const std::vector<std::string>& RejectedNames();
const std::vector<std::string>& RejectedTexts();

// Reports `code` and the strange codes with details, from one session of app "one" in "eu" for each
// text. Returns the number of events of `code`, or 0 if the daemon rejected a batch.
uint64_t ReportHostileTexts(const std::string& ingest_address, int32_t code);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_INTEGRATION_HOSTILE_CLIENTS_H_
