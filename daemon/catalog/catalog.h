// The documented error codes: value to name, category, severity, action, description, cause,
// solution.
//
// Thread safety: immutable once loaded. Errors: InvalidArgument with "FILE:LINE:COLUMN: what, and
// what is allowed".
#ifndef GMEWATCH_DAEMON_CATALOG_CATALOG_H_
#define GMEWATCH_DAEMON_CATALOG_CATALOG_H_

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
};

class Catalog {
 public:
  // `file` names the text in errors.
  static absl::StatusOr<Catalog> Parse(absl::string_view yaml, absl::string_view file);
  static absl::StatusOr<Catalog> Load(const std::string& path);
  // daemon/catalog/gme.yaml as it was when the program was built.
  static Catalog Embedded();

  // In the file's order; a code's position is its index.
  const std::vector<CatalogCode>& codes() const { return codes_; }
  const std::string& source() const { return source_; }
  // Null where the catalogue does not have it.
  const CatalogCode* Find(int32_t value) const;

 private:
  std::string source_;
  std::vector<CatalogCode> codes_;
  absl::flat_hash_map<int32_t, size_t> index_;
};

// The label `category` of a code that the catalogue does not have.
inline constexpr absl::string_view kUnknownCategory = "unknown";

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CATALOG_CATALOG_H_
