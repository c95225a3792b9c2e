// Renders the gme_* families of a scrape: the counters as a view shows them, and what the catalogue
// says of each code.
//
// Thread safety: every method may be called from any thread; renders run side by side, and none
// takes a lock that counting takes. `counters` must outlive it. Per scrape it allocates by the code
// and by the place, nothing by the series.
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
#include "daemon/model/spike.h"

namespace gmewatch {

// How the catalogue's texts appear.
struct CatalogDisplay {
  std::string public_url;           // of the admin port, for people; no slash needed at its end
  bool hide_solution_info = false;  // without gme_error_code_solution_info
};

class GmeFamilies {
 public:
  explicit GmeFamilies(const Counters& counters);

  // From the next scrape on. Without it every category is unknown.
  void SetCatalog(absl::Span<const CatalogCode> codes, const CatalogDisplay& display);

  void Render(const ScrapeView& view, ChunkWriter* out);

  // gme_spike_* and gme_retry_loop_active.
  void RenderSpikes(const SpikeReport& report, ChunkWriter* out) const;

  // Series of counters in a scrape with this view.
  static uint64_t SeriesCount(const ScrapeView& view);

  static constexpr size_t kSolutionBytesMax = 512;

 private:
  // What is made of a catalogue once; shared, because a scrape may still send it while the next one
  // has another.
  struct CatalogText {
    absl::flat_hash_map<int32_t, std::string> category;
    std::string families;
  };

  static absl::string_view CategoryOf(bool other, int32_t code, const CatalogText& texts);
  static void AppendCodeInfo(absl::Span<const CatalogCode> codes, std::string* out);
  static void AppendSolutionInfo(absl::Span<const CatalogCode> codes, absl::string_view public_url,
                                 std::string* out);
  // `region="REGION",app="APP"} ` of the first `places` rows.
  std::vector<absl::string_view> PlaceLabels(size_t places);
  std::shared_ptr<const CatalogText> Texts() const;
  // `NAME{code="CODE",category="CATEGORY",` of every column.
  std::vector<std::string> CodePrefixes(const MetricInfo& metric, const ScrapeView& view,
                                        const CatalogText& texts) const;

  const Counters& counters_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const CatalogText> texts_ ABSL_GUARDED_BY(mutex_);
  // Only ever added to, and a deque's elements do not move, so scrapes read them without the lock.
  std::deque<std::string> place_labels_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_GME_FAMILIES_H_
