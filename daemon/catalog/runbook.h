// The runbook of a code in the form Meaning, Impact, Diagnosis, Mitigation. Meaning and Mitigation
// are the document's words, to the letter; Impact and Diagnosis are ours, derived from what the
// catalogue says of the code. The same for the triage page, for gmectl and for whoever reads the
// page that woke them.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_CATALOG_RUNBOOK_H_
#define GMEWATCH_DAEMON_CATALOG_RUNBOOK_H_

#include <string>
#include <vector>

#include "daemon/catalog/catalog.h"

namespace gmewatch {

// Plain text, UTF-8, one line each, nothing escaped.
struct Runbook {
  // Meaning.
  std::string description;
  std::string cause;
  // Impact: what players and the game notice, by category and severity.
  std::string impact;
  // Diagnosis: what to look at, in this order.
  std::vector<std::string> steps;
  std::vector<std::string> queries;  // PromQL to copy
  std::vector<int32_t> related;      // codes that tell of the same trouble elsewhere; ascending
  // Mitigation.
  std::string solution;
  std::string who;  // who must act, in words: "the game's developers: ..."
};

// REQUIRES: `code` is one of `catalog`.
Runbook RunbookFor(const CatalogCode& code, const Catalog& catalog);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CATALOG_RUNBOOK_H_
