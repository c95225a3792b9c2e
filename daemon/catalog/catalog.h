// The catalogue: the documented error codes (value to name, category, severity, action,
// description, cause, solution) and what we derive from them for the runbooks (actions, impacts,
// general steps).
//
// Thread safety: immutable once loaded. Errors: InvalidArgument with "FILE:LINE:COLUMN: what, and
// what is allowed".
#ifndef GMEWATCH_DAEMON_CATALOG_CATALOG_H_
#define GMEWATCH_DAEMON_CATALOG_CATALOG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

// One code. catalog.proto says what each field means and allows; all are checked.
struct CatalogCode {
  int32_t value = 0;
  std::string name;
  std::string category;
  std::string subcategory;
  std::string severity;
  std::string action;
  std::string description;
  std::string cause;
  std::string solution;
  std::string impact;     // what players notice: the text of the row of `impacts` that matches
  size_t action_row = 0;  // of `action`, in Catalog::actions
};

// Who must act, and where the diagnosis begins; catalog.proto has the fields.
struct CatalogAction {
  std::string name;
  std::string who;
  std::string reach;
  bool first_cause = false;
  std::vector<std::string> steps;
};

// The last steps of the diagnosis, with $code, $related and $part; an empty one is left out.
struct CatalogGeneralSteps {
  std::string related;
  std::string unrelated;
  std::vector<std::string> always;
  std::vector<std::string> stopped;  // of reports that stop, not of a code
};

class Catalog {
 public:
  // `file` names the text in errors.
  static absl::StatusOr<Catalog> Parse(absl::string_view yaml, absl::string_view file);
  static absl::StatusOr<Catalog> Load(const std::string& path);
  // daemon/catalog/gme.yaml as it was when the program was built.
  static Catalog Embedded();

  const std::string& source() const { return source_; }
  // In the file's order; a code's position is its index.
  const std::vector<CatalogCode>& codes() const { return codes_; }
  // In the file's order.
  const std::vector<CatalogAction>& actions() const { return actions_; }
  const CatalogGeneralSteps& general_steps() const { return general_steps_; }

  // Null if the catalogue does not have it.
  const CatalogCode* Find(int32_t value) const;
  // REQUIRES: `code` is one of this catalogue.
  const CatalogAction& ActionOf(const CatalogCode& code) const { return actions_[code.action_row]; }
  // Names of the actions that can be the first cause of an incident, the likeliest first.
  std::vector<std::string> FirstCauses() const;

 private:
  std::string source_;
  std::vector<CatalogCode> codes_;
  std::vector<CatalogAction> actions_;
  CatalogGeneralSteps general_steps_;
  absl::flat_hash_map<int32_t, size_t> index_;  // by value, into codes_
};

// The label `category` of a code that the catalogue does not have.
inline constexpr absl::string_view kUnknownCategory = "unknown";

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CATALOG_CATALOG_H_
