// Renders the gme_* counters of a scrape, and the info families with the catalogue's texts. Its own
// serializer writes a million series some hundred times faster than prometheus-cpp's.
//
// Thread safety: every method may be called from any thread. Renders run side by side, and none
// takes a lock that counting takes. `counters` must outlive it. A scrape allocates memory per code
// and per place, but none per series.
#ifndef GMEWATCH_DAEMON_EXPOSE_GME_FAMILIES_H_
#define GMEWATCH_DAEMON_EXPOSE_GME_FAMILIES_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "daemon/aggregate/counters.h"
#include "daemon/catalog/catalog.h"
#include "daemon/expose/chunk_writer.h"
#include "daemon/expose/metric_names.h"
#include "daemon/expose/zero_first.h"

namespace gmewatch {

// How the catalogue's texts are shown.
struct CatalogDisplay {
  std::string public_url;           // of the admin port, for links; may end in a slash
  bool hide_solution_info = false;  // leaves gme_error_code_solution_info out
};

class GmeFamilies {
 public:
  explicit GmeFamilies(const Counters& counters);

  // Takes effect with the next scrape. Until then every category is kUnknownCategory.
  void SetCatalog(absl::Span<const CatalogCode> codes, const CatalogDisplay& display);

  // `open_metrics`: else the text format 0.0.4.
  void Render(const ScrapeView& view, bool open_metrics, ChunkWriter* out);

  // kUnknownCategory if the catalogue does not have the code; `other`: of the overflow label.
  std::string CategoryOf(int32_t code, bool other) const;

  // The number of counter series in a scrape with this view.
  static uint64_t SeriesCount(const ScrapeView& view);

  static constexpr size_t kSolutionBytesMax = 512;

 private:
  // A family of constant samples.
  struct InfoText {
    std::string documented;  // with the family's head
    // A code of an overlay has its sample once it has counted.
    absl::flat_hash_map<int32_t, std::string> of_overlays;

    // Where the code's sample goes.
    std::string* For(const CatalogCode& code) {
      return code.overlay.empty() ? &documented : &of_overlays[code.value];
    }
  };
  // Made once per catalogue; shared, because a scrape may still send it while the next one already
  // has another.
  struct CatalogText {
    absl::flat_hash_map<int32_t, std::string> category;
    InfoText code_info;
    InfoText solution_info;  // empty if it is hidden
  };

  static absl::string_view CategoryIn(const CatalogText& texts, int32_t code, bool other);
  static InfoText CodeInfo(absl::Span<const CatalogCode> codes);
  static InfoText SolutionInfo(absl::Span<const CatalogCode> codes, absl::string_view public_url);
  void RenderInfo(const InfoText& info, const ScrapeView& view, ChunkWriter* out) const;
  // `region="REGION",app="APP"} ` for each of the first `places` rows; empty for one that is gone.
  std::vector<absl::string_view> PlaceLabels(size_t places);
  std::shared_ptr<const CatalogText> Texts() const;
  // `NAME{code="CODE",category="CATEGORY",` for each column.
  std::vector<std::string> CodePrefixes(const MetricInfo& metric, const ScrapeView& view,
                                        const CatalogText& texts) const;

  const Counters& counters_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const CatalogText> texts_ ABSL_GUARDED_BY(mutex_);
  // Grows only, and elements of a deque do not move, so scrapes read them without the lock.
  std::deque<std::string> place_labels_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_GME_FAMILIES_H_
