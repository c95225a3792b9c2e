#include "tests/daemon/expose/exposition.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace gmewatch {
namespace {

// Consumes `VALUE"` and undoes the escapes.
bool TakeQuoted(absl::string_view* text, std::string* value) {
  while (!text->empty() && text->front() != '"') {
    char c = text->front();
    if (c == '\\') {
      text->remove_prefix(1);
      if (text->empty() ||
          (text->front() != '\\' && text->front() != '"' && text->front() != 'n')) {
        return false;
      }
      c = text->front() == 'n' ? '\n' : text->front();
    }
    value->push_back(c);
    text->remove_prefix(1);
  }
  return absl::ConsumePrefix(text, "\"");
}

bool TakeLabels(absl::string_view* text, ExposedSample* sample) {
  while (!absl::ConsumePrefix(text, "}")) {
    const size_t equals = text->find("=\"");
    if (equals == absl::string_view::npos) {
      return false;
    }
    const std::string name(text->substr(0, equals));
    text->remove_prefix(equals + 2);
    if (!sample->labels.emplace(name, "").second || !TakeQuoted(text, &sample->labels[name])) {
      return false;
    }
    absl::ConsumePrefix(text, ",");
  }
  return true;
}

bool ParseSample(absl::string_view line, ExposedSample* sample) {
  const size_t name_end = line.find_first_of("{ ");
  if (name_end == absl::string_view::npos) {
    return false;
  }
  sample->name = std::string(line.substr(0, name_end));
  line.remove_prefix(name_end);
  if (absl::ConsumePrefix(&line, "{") && !TakeLabels(&line, sample)) {
    return false;
  }
  return absl::ConsumePrefix(&line, " ") && absl::SimpleAtod(line, &sample->value);
}

bool BelongsTo(absl::string_view sample, const ExposedFamily& family) {
  absl::string_view rest = sample;
  if (!absl::ConsumePrefix(&rest, family.name)) {
    return false;
  }
  return rest.empty() ||
         (family.type == "histogram" && (rest == "_bucket" || rest == "_sum" || rest == "_count"));
}

bool TakeHead(absl::string_view line, std::vector<ExposedFamily>* families) {
  const std::vector<std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', 3));
  if (words.size() != 4 || words[0] != "#") {
    return false;
  }
  if (words[1] == "HELP") {
    const bool known = std::any_of(families->begin(), families->end(),
                                   [&](const ExposedFamily& f) { return f.name == words[2]; });
    families->push_back({words[2], words[3], "", {}});
    return !known;
  }
  if (words[1] != "TYPE" || families->empty() || families->back().name != words[2] ||
      !families->back().type.empty()) {
    return false;
  }
  families->back().type = words[3];
  return true;
}

}  // namespace

absl::StatusOr<std::vector<ExposedFamily>> ParseExposition(absl::string_view text) {
  std::vector<ExposedFamily> families;
  std::set<std::string> series;
  const auto wrong = [](absl::string_view line) {
    return absl::InvalidArgumentError(absl::StrCat("line: ", line));
  };
  if (!absl::ConsumeSuffix(&text, "\n")) {
    return wrong("the last one is cut off");
  }
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StartsWith(line, "#")) {
      if (!TakeHead(line, &families)) {
        return wrong(line);
      }
      continue;
    }
    ExposedSample sample;
    if (!ParseSample(line, &sample) || families.empty() || families.back().type.empty() ||
        !BelongsTo(sample.name, families.back()) ||
        !series.emplace(line.substr(0, line.rfind(' '))).second) {
      return wrong(line);
    }
    families.back().samples.push_back(std::move(sample));
  }
  return families;
}

double SumOf(const std::vector<ExposedFamily>& families, absl::string_view name,
             const std::map<std::string, std::string>& labels) {
  double sum = std::numeric_limits<double>::quiet_NaN();
  for (const ExposedFamily& family : families) {
    for (const ExposedSample& sample : family.samples) {
      const bool fits =
          sample.name == name && std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
            return sample.Label(label.first) == label.second;
          });
      if (fits) {
        sum = sum == sum ? sum + sample.value : sample.value;
      }
    }
  }
  return sum;
}

}  // namespace gmewatch
