// The fields of a Grafana annotation that gmewatchd uses. Plain data.
#ifndef GMEWATCH_DAEMON_ANNOTATE_ANNOTATION_H_
#define GMEWATCH_DAEMON_ANNOTATE_ANNOTATION_H_

#include <cstdint>
#include <string>
#include <vector>

namespace gmewatch {

struct Annotation {
  int64_t id = 0;  // Grafana's; 0 until Grafana has given one
  int64_t time_ms = 0;
  int64_t time_end_ms = 0;
  std::string text;  // HTML
  std::vector<std::string> tags;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_ANNOTATE_ANNOTATION_H_
