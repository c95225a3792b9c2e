// A strict parser of the text exposition format, so that tests compare numbers rather than text.
//
// Thread safety: pure functions. Errors: InvalidArgument with the line.
#ifndef GMEWATCH_TESTS_DAEMON_EXPOSE_EXPOSITION_H_
#define GMEWATCH_TESTS_DAEMON_EXPOSE_EXPOSITION_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gmewatch {

struct ExposedSample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;

  // The value of a label; empty if it is missing.
  std::string Label(absl::string_view label) const {
    const auto found = labels.find(std::string(label));
    return found == labels.end() ? "" : found->second;
  }
};

struct ExposedFamily {
  std::string name;
  std::string help;
  std::string type;
  std::vector<ExposedSample> samples;
};

// Checks that every family begins with HELP and TYPE, and that no family or series occurs twice.
absl::StatusOr<std::vector<ExposedFamily>> ParseExposition(absl::string_view text);

// The sum of the samples whose labels have these values; NaN if there are no such samples.
double SumOf(const std::vector<ExposedFamily>& families, absl::string_view name,
             const std::map<std::string, std::string>& labels = {});

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_DAEMON_EXPOSE_EXPOSITION_H_
