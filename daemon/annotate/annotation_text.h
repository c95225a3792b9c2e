// Writes the annotation of a spike: its times, its tags, and a text with the documented fix.
//
// Thread safety: free functions without state. Every name and text is escaped for HTML, and inside
// a URL for that too.
//
// Limits: Grafana cuts a tag at its second colon and stores up to 100 characters before and after
// the first one; all tags of an annotation together may take 500 bytes as JSON. The tags written
// here stay within that for every app and region that the wire allows.
#ifndef GMEWATCH_DAEMON_ANNOTATE_ANNOTATION_TEXT_H_
#define GMEWATCH_DAEMON_ANNOTATE_ANNOTATION_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "daemon/annotate/annotation.h"
#include "daemon/catalog/catalog.h"
#include "daemon/model/spike.h"

namespace gmewatch {

// A tag that the annotation has as long as the spike is active.
inline constexpr char kLastingTag[] = "lasting";

// The tag that all spikes of a code in a place share, and no others: `gmewatch:1005/demo/eu`, with
// a fingerprint instead of the names if these are long.
std::string PlaceTag(const SpikePlace& where);

// Where the links in the text lead.
struct AnnotationLinks {
  std::string public_url;    // of the admin port
  std::string grafana_path;  // before "/d/gme-code", such as "" or "/grafana"
};

struct AnnotatedSpike {
  Spike spike;
  int64_t until_s = 0;       // its end, or the time of the last report that lists it as active
  double peak_rate = 0;      // events per second; the highest that this process has seen
  bool height_known = true;  // this process has seen the spike from its start
};

// `code` is null if the catalogue does not have it.
Annotation AnnotationFor(const AnnotatedSpike& annotated, const CatalogCode* code,
                         const AnnotationLinks& links);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_ANNOTATE_ANNOTATION_TEXT_H_
