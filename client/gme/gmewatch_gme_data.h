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
    Member wanted = {key, kFoundNothing, 0};
    Member other = {"result", kFoundNothing, 0};
    if (!ReadObject(&wanted, &other)) {
      return kFoundMalformed;
    }
    const Member& found = wanted.found == kFoundValue ? wanted : other;
    if (found.found == kFoundValue) {
      *value = found.value;
    }
    return found.found;
  }

 private:
  static const int kDepthMax = 64;

  struct Member {
    const char* key;
    Found found;
    int32_t value;
  };

  // The whole text.
  bool ReadObject(Member* wanted, Member* other) {
    if (!Take('{')) {
      return false;
    }
    if (!Take('}')) {
      do {
        if (!ReadMember(wanted, other)) {
          return false;
        }
      } while (Take(','));
      if (!Take('}')) {
        return false;
      }
    }
    SkipSpace();
    return *at_ == '\0';
  }

  bool ReadMember(Member* wanted, Member* other) {
    const char* name = nullptr;
    size_t size = 0;
    if (!TakeText(&name, &size) || !Take(':')) {
      return false;
    }
    Member* member = nullptr;
    if (Equals(name, size, wanted->key)) {
      member = wanted;
    } else if (Equals(name, size, other->key)) {
      member = other;
    }
    int32_t value = 0;
    const Found found = ReadValue(member != nullptr, &value);
    if (found == kFoundValue) {
      member->found = found;
      member->value = value;
    }
    return found != kFoundMalformed;
  }

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
      const char* text = nullptr;
      size_t size = 0;
      if (*at_ == '\0' || (*at_ == '"' ? !TakeText(&text, &size) : !StepNested(&objects, &depth))) {
        return false;
      }
    } while (depth > 0);
    return true;
  }

  bool StepNested(uint64_t* objects, int* depth) {
    const char c = *at_++;
    const uint64_t object = c == '{' || c == '}' ? 1u : 0u;
    if (c == '{' || c == '[') {
      *objects = (*objects << 1) | object;
      return ++*depth <= kDepthMax;
    }
    if (c == '}' || c == ']') {
      const bool fits = (*objects & 1u) == object;
      *objects >>= 1;
      --*depth;
      return fits;
    }
    return true;
  }

  const char* at_;
};

}  // namespace gme
}  // namespace gmewatch

#endif  // GMEWATCH_GME_DATA_H_
