// Reads the result of a GME event from its data, a JSON text. C++11 without dependencies; part of
// gmewatch_gme.h.
#ifndef GMEWATCH_GME_DATA_H_
#define GMEWATCH_GME_DATA_H_

#include <stddef.h>
#include <stdint.h>

namespace gmewatch {
namespace gme {

// What a piece of data has under a key.
enum Found { kFoundValue, kFoundNothing, kFoundMalformed };

// Reads the whole number under `key`, or else under "result", from a JSON object. Names in nested
// objects and in texts do not count; of a key that is there twice the last one does; null is
// nothing. A number may stand in quotes. Anything else under the key, and a text that is no object,
// is malformed. It reads each byte once and keeps nothing.
class ResultReader {
 public:
  explicit ResultReader(const char* data) : at_(data) {}

  Found Read(const char* key, int32_t* value) {
    if (at_ == nullptr || *at_ == '\0') {
      return kFoundNothing;
    }
    Found wanted = kFoundNothing;
    Found other = kFoundNothing;
    int32_t other_value = 0;
    if (!Take('{')) {
      return kFoundMalformed;
    }
    if (!Take('}')) {
      do {
        const char* name = nullptr;
        size_t size = 0;
        if (!TakeText(&name, &size) || !Take(':')) {
          return kFoundMalformed;
        }
        const bool is_wanted = Equals(name, size, key);
        const bool is_other = !is_wanted && Equals(name, size, "result");
        const Found found = ReadValue(is_wanted || is_other, is_wanted ? value : &other_value);
        if (found == kFoundMalformed) {
          return found;
        }
        if (found == kFoundValue) {
          (is_wanted ? wanted : other) = found;
        }
      } while (Take(','));
      if (!Take('}')) {
        return kFoundMalformed;
      }
    }
    SkipSpace();
    if (*at_ != '\0') {
      return kFoundMalformed;
    }
    if (wanted == kFoundNothing && other == kFoundValue) {
      *value = other_value;
    }
    return wanted == kFoundValue ? wanted : other;
  }

 private:
  static const int kDepthMax = 64;

  void SkipSpace() {
    while (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r') {
      ++at_;
    }
  }

  bool Take(char wanted) {
    SkipSpace();
    if (*at_ != wanted) {
      return false;
    }
    ++at_;
    return true;
  }

  // A text in quotes; `text` is what stands in them, with its escapes.
  bool TakeText(const char** text, size_t* size) {
    if (!Take('"')) {
      return false;
    }
    *text = at_;
    while (*at_ != '"') {
      if (*at_ == '\\') {
        ++at_;
      }
      if (*at_ == '\0') {
        return false;
      }
      ++at_;
    }
    *size = static_cast<size_t>(at_ - *text);
    ++at_;
    return true;
  }

  static bool IsWordCharacter(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
           c == '-' || c == '.';
  }

  // A number, true, false or null.
  bool TakeWord(const char** text, size_t* size) {
    *text = at_;
    while (IsWordCharacter(*at_)) {
      ++at_;
    }
    *size = static_cast<size_t>(at_ - *text);
    return *size > 0;
  }

  static bool Equals(const char* text, size_t size, const char* wanted) {
    for (size_t i = 0; i < size; ++i) {
      if (wanted[i] == '\0' || wanted[i] != text[i]) {
        return false;
      }
    }
    return wanted[size] == '\0';
  }

  static bool ToInt32(const char* text, size_t size, int32_t* value) {
    const bool negative = size > 0 && text[0] == '-';
    size_t i = negative ? 1 : 0;
    if (i == size || (text[i] == '0' && size > i + 1) || size > 11) {
      return false;
    }
    int64_t all = 0;
    for (; i < size; ++i) {
      if (text[i] < '0' || text[i] > '9') {
        return false;
      }
      all = all * 10 + (text[i] - '0');
    }
    all = negative ? -all : all;
    if (all < INT32_MIN || all > INT32_MAX) {
      return false;
    }
    *value = static_cast<int32_t>(all);
    return true;
  }

  Found ReadValue(bool is_wanted, int32_t* value) {
    SkipSpace();
    if (*at_ == '{' || *at_ == '[') {
      return SkipNested() && !is_wanted ? kFoundNothing : kFoundMalformed;
    }
    const char* text = nullptr;
    size_t size = 0;
    const bool in_quotes = *at_ == '"';
    if (!(in_quotes ? TakeText(&text, &size) : TakeWord(&text, &size))) {
      return kFoundMalformed;
    }
    if (!is_wanted || (!in_quotes && Equals(text, size, "null"))) {
      return kFoundNothing;
    }
    return ToInt32(text, size, value) ? kFoundValue : kFoundMalformed;
  }

  // An object or a list, whose brackets must fit.
  bool SkipNested() {
    uint64_t objects = 0;  // a bit for each open bracket, the innermost lowest
    int depth = 0;
    do {
      const char c = *at_;
      if (c == '\0') {
        return false;
      }
      if (c == '"') {
        const char* text = nullptr;
        size_t size = 0;
        if (!TakeText(&text, &size)) {
          return false;
        }
        continue;
      }
      if (c == '{' || c == '[') {
        if (++depth > kDepthMax) {
          return false;
        }
        objects = (objects << 1) | (c == '{' ? 1u : 0u);
      } else if (c == '}' || c == ']') {
        if ((objects & 1u) != (c == '}' ? 1u : 0u)) {
          return false;
        }
        objects >>= 1;
        --depth;
      }
      ++at_;
    } while (depth > 0);
    return true;
  }

  const char* at_;
};

}  // namespace gme
}  // namespace gmewatch

#endif  // GMEWATCH_GME_DATA_H_
