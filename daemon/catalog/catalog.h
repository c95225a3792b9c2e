// The catalogue: the documented error codes (value to name, category, severity, action,
// description, cause, solution) and what we derive from them for the runbooks (actions, impacts,
// general steps). Overlays add codes that the document lacks, and what a code means in another
// generation of the SDK: from SDK 3.0 on some numbers of the document mean something else.
//
// Thread safety: immutable once loaded, with its overlays. Errors: InvalidArgument with
// "FILE:LINE:COLUMN: what, and what is allowed".
#ifndef GMEWATCH_DAEMON_CATALOG_CATALOG_H_
#define GMEWATCH_DAEMON_CATALOG_CATALOG_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace gmewatch {

namespace internal {
class Catalog;
}  // namespace internal

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
  int sdk = 0;            // the major version of the SDK that means this: 2, 3, or 0 for any
  std::string overlay;    // the file that has the row; empty: it is documented
  // What the value means in another version of the SDK and what to do there, also in a newer one of
  // the same generation, or that only another version than that of the apps answers with it; empty
  // if none of these is so.
  std::string sdk_note;
};

// The generation of the SDK of an app whose settings do not say another.
inline constexpr int kSdkDefault = 2;
// The one in which some numbers of the document mean something else.
inline constexpr int kSdkNewest = 3;

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
  // The file `path`, or the built-in catalogue if it is empty, with overlays and SetSdks.
  static absl::StatusOr<Catalog> Load(const std::string& path,
                                      const std::vector<std::string>& overlays = {},
                                      absl::flat_hash_map<std::string, int> sdk_of_apps = {});
  // daemon/catalog/gme.yaml as it was when the program was built.
  static Catalog Embedded();

  // Adds the rows of an overlay: a path, or the name of a built-in one (shipped_overlays.h). Not
  // OK: nothing was added.
  absl::Status AddOverlay(const std::string& file);
  absl::Status AddOverlay(absl::string_view yaml, absl::string_view file);
  // Which major version of the SDK each app uses; the others use kSdkDefault. If a code is
  // asked for without an app, it means what it means in the version that all apps use, else in
  // kSdkDefault.
  void SetSdks(absl::flat_hash_map<std::string, int> of_apps);

  const std::string& source() const { return source_; }
  // One row for each value, in the order of the files.
  const std::vector<CatalogCode>& codes() const { return codes_; }
  // The rows of all files, in the order of codes(); those of one value together.
  std::vector<const CatalogCode*> rows() const;
  // The values of the catalogue, and those that only overlays have.
  absl::Span<const int32_t> documented() const { return documented_; }
  absl::Span<const int32_t> in_overlays_only() const { return in_overlays_only_; }
  // In the file's order.
  const std::vector<CatalogAction>& actions() const { return actions_; }
  const CatalogGeneralSteps& general_steps() const { return general_steps_; }

  // Null if the catalogue does not have it. A value that only another generation has is that.
  const CatalogCode* Find(int32_t value) const;
  // What the value means in this app.
  const CatalogCode* Find(int32_t value, absl::string_view app) const;
  // REQUIRES: `code` is one of this catalogue.
  const CatalogAction& ActionOf(const CatalogCode& code) const { return actions_[code.action_row]; }
  // What overlays say of a documented value in newer SDKs of the same generation; empty: nothing.
  std::string RemarkOn(int32_t value) const;
  // Names of the actions that can be the first cause of an incident, the likeliest first.
  std::vector<std::string> FirstCauses() const;

 private:
  // The best of the rows of `value` for this version of the SDK.
  const CatalogCode* FindIn(int32_t value, int sdk) const;
  void AddRow(CatalogCode row);
  // Fills codes_ and each row's sdk_note, by rows_ and sdk_.
  void ChooseCodes();
  std::string NoteFor(const CatalogCode& code) const;

  std::string source_;
  std::vector<int32_t> documented_;
  std::vector<int32_t> in_overlays_only_;
  absl::flat_hash_map<int32_t, std::vector<CatalogCode>> rows_;  // by value
  int sdk_ = kSdkDefault;
  absl::flat_hash_map<std::string, int> sdk_of_app_;
  std::vector<CatalogCode> codes_;
  std::vector<CatalogAction> actions_;
  CatalogGeneralSteps general_steps_;
  size_t overlay_rows_ = 0;
  absl::flat_hash_map<int32_t, std::string> remarks_;  // by value
  // The actions and impacts, by which overlays are checked.
  std::shared_ptr<const internal::Catalog> rules_;
};

// The label `category` of a code that the catalogue does not have.
inline constexpr absl::string_view kUnknownCategory = "unknown";

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_CATALOG_CATALOG_H_
