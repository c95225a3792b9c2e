// What an annotation says of a spike: its times, tags, and a text with the documented fix.
//
// Thread safety: free functions over their arguments. Every name and text is escaped for HTML, and
// for a URL where it stands in one.
//
// Of a tag Grafana keeps what is before a second colon only, and up to 100 characters before and
// after the first; all tags of an annotation together may have 500 as JSON. These stay below it for
// any app and region of the wire's form.
#ifndef GMEWATCH_DAEMON_ANNOTATE_ANNOTATION_TEXT_H_
#define GMEWATCH_DAEMON_ANNOTATE_ANNOTATION_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "daemon/annotate/annotation.h"
#include "daemon/catalog/catalog.h"
#include "daemon/model/spike.h"

namespace gmewatch {

// While the spike lasts its annotation has this tag too.
inline constexpr char kLastingTag[] = "lasting";

// The same for every spike of a code in a place, and for no other: `gmewatch:1005/demo/eu`, with a
// fingerprint in place of long names.
std::string PlaceTag(const SpikePlace& where);

// Where the links of the text lead.
struct AnnotationLinks {
  std::string public_url;    // of the admin port
  std::string grafana_path;  // before "/d/gme-code", such as "" or "/grafana"
};

struct AnnotatedSpike {
  Spike spike;
  int64_t until_s = 0;       // its end, or when it was last looked at
  double peak_rate = 0;      // events a second, as far as it was seen
  bool height_known = true;  // it was seen from its start on
};

// `code`: null where the catalogue does not have it.
Annotation AnnotationFor(const AnnotatedSpike& annotated, const CatalogCode* code,
                         const AnnotationLinks& links);

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_ANNOTATE_ANNOTATION_TEXT_H_
