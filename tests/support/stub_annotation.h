// An annotation as Grafana stores it, and as the bodies of its API have it.
//
// Plain data.
#ifndef GMEWATCH_TESTS_SUPPORT_STUB_ANNOTATION_H_
#define GMEWATCH_TESTS_SUPPORT_STUB_ANNOTATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace gmewatch {

struct StubAnnotation {
  std::string Json() const;

  int64_t id = 0;
  int64_t time_ms = 0;
  int64_t time_end_ms = 0;
  std::string text;
  std::vector<std::string> tags;
};

// The body of a request to create or change one.
struct StubAnnotationBody {
  static StubAnnotationBody Read(const std::string& body);

  bool good = false;
  StubAnnotation annotation;  // fields that the body does not have are 0 or empty
  bool has_tags = false;
};

// The tag as Grafana stores it: key and value.
std::string KeptTag(absl::string_view tag);

// The status with which Grafana rejects the tags; 0 if it accepts them.
int RejectionOfTags(const std::vector<std::string>& tags);

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_SUPPORT_STUB_ANNOTATION_H_
