// The runbook of a code in the form Meaning, Impact, Diagnosis, Mitigation. Meaning and Mitigation
// are the document's words, to the letter; Impact and Diagnosis are our own, from the catalogue's
// actions, impacts and general steps. The triage page and gmectl show the same runbook.
//
// Thread safety: a free function without state.
#ifndef GMEWATCH_DAEMON_CATALOG_RUNBOOK_H_
#define GMEWATCH_DAEMON_CATALOG_RUNBOOK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/catalog/catalog.h"

namespace gmewatch {

// Plain text, UTF-8, nothing escaped.
struct Runbook {
  // Meaning.
  std::string description;
  std::string cause;
  // Impact: what players and the game notice.
  std::string impact;
  // Diagnosis: what to check, in this order.
  std::vector<std::string> steps;
  std::vector<std::string> queries;  // PromQL to copy
  std::vector<int32_t> related;      // codes that report the same fault elsewhere; ascending
  // Mitigation.
  std::string solution;
  std::string who;       // who must act, in words: "the game's developers: ..."
  std::string sdk_note;  // as ShippedSdkNote
};

// REQUIRES: `code` is one of `catalog`.
Runbook RunbookFor(const CatalogCode& code, const Catalog& catalog);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CATALOG_RUNBOOK_H_
