// Reports what GME's callbacks and calls say to gmewatch. One line in the game's own delegate:
//
//   #include "tmg_sdk.h"       // GME's header first
//   #include "gmewatch.h"
//   #include "gmewatch_gme.h"
//
//   void MyDelegate::OnEvent(ITMG_MAIN_EVENT_TYPE type, const char* data) {
//     gmewatch::gme::OnEvent(watch, type, data);
//     ...
//   }
//
// and one macro around calls that return an error code (not those that return a state or a volume):
//
//   int result = GMEWATCH_CALL(watch, context->EnterRoom(room, type, auth, size));
//
// `watch` is a gmewatch_client* or a gmewatch::Reporter*; null is harmless. events.yaml says what
// is a success and what an error. A call's 0 is no success: the call is only accepted. Nothing but
// codes and names of SDK calls is sent: no argument, no error_info.
//
// GME's header, included first, says whether this is GME 2.x or 3.x. The options' sdk_version comes
// from the SDK: options.sdk_version = ITMGContextGetInstance()->GetSDKVersion().
//
// C++11, without exceptions, RTTI, allocation and locks. Any thread may call. Copy the headers of
// this folder into the game's sources.
#ifndef GMEWATCH_GME_H_
#define GMEWATCH_GME_H_

#include <stddef.h>
#include <stdint.h>

#include <atomic>

#include "gmewatch_gme_data.h"
#include "gmewatch_gme_events.h"

#if defined(__GME_SDK_H__) || defined(__GME_TYPE_H__)
#define GMEWATCH_GME_GENERATION 3
#else
#define GMEWATCH_GME_GENERATION 2
#endif

static_assert(ITMG_MAIN_EVENT_TYPE_ENTER_ROOM == 1 && ITMG_MAIN_EVENT_TYPE_ROOM_DISCONNECT == 3,
              "this GME numbers its events in another way than events.yaml");

struct gmewatch_client;
extern "C" void gmewatch_report(struct gmewatch_client* handle, int32_t code, uint32_t count);
extern "C" void gmewatch_detail(struct gmewatch_client* handle, int32_t code, const char* operation,
                                int64_t underlying_code);

namespace gmewatch {
namespace gme {

enum OutcomeKind { kNothing, kReport, kSuccess, kUnparsed };

// What an event means.
struct Outcome {
  OutcomeKind kind;
  int32_t code;           // of kReport
  const char* operation;  // of kReport
};

// 2 or 3, from what GetSDKVersion() returns: "3.5.0.1" is 3. Without a number it is 2.
inline int GenerationOf(const char* sdk_version) {
  const char* at = sdk_version == nullptr ? "" : sdk_version;
  while (*at != '\0' && (*at < '0' || *at > '9')) {
    ++at;
  }
  const bool has_more_digits = *at != '\0' && at[1] >= '0' && at[1] <= '9';
  return has_more_digits || *at >= '3' ? 3 : 2;
}

inline bool IsResultCode(int32_t code) {
  return code >= kFirstResultCode && code <= kLastResultCode;
}

// What an event with this code means.
inline Outcome Judge(const EventRule& rule, int32_t code) {
  const bool is_fine = code == 0 || (IsResultCode(code) && rule.rule != kRuleDisconnect);
  if (!is_fine) {
    return Outcome{kReport, code, rule.operation};
  }
  return Outcome{rule.rule == kRuleResult ? kSuccess : kNothing, 0, nullptr};
}

inline Outcome JudgeResult(int generation, int32_t type, int32_t code) {
  const EventRule* rule = FindRule(generation, type);
  if (rule == nullptr) {
    return Outcome{kNothing, 0, nullptr};
  }
  if (rule->rule == kRuleDisconnect && code == 0) {
    code = SilentDisconnect(generation);
  }
  return Judge(*rule, code);
}

// What an event with this JSON text means.
inline Outcome JudgeEvent(int generation, int32_t type, const char* data) {
  const EventRule* rule = FindRule(generation, type);
  if (rule == nullptr) {
    return Outcome{kNothing, 0, nullptr};
  }
  int32_t code = 0;
  const Found found = ResultReader(data).Read(rule->key, &code);
  // A disconnect without a code is one all the same.
  if (found == kFoundMalformed || (found == kFoundNothing && rule->rule != kRuleDisconnect)) {
    return Outcome{kUnparsed, 0, nullptr};
  }
  return JudgeResult(generation, type, code);
}

// What a call that returned `code` means. 0: the call is only accepted.
inline Outcome JudgeCall(const char* operation, int32_t code) {
  if (code == 0 || IsResultCode(code)) {
    return Outcome{kNothing, 0, nullptr};
  }
  return Outcome{kReport, code, operation};
}

// The name of the last call in the text of an expression: "EnterRoom" of "Voice(1)->EnterRoom(room,
// F(x))".
class CallName {
 public:
  explicit CallName(const char* expression) {
    const char* begin = expression;  // of the identifier before `at`
    int depth = 0;
    for (const char* at = expression; *at != '\0'; ++at) {
      const char c = *at;
      if (c == '"' || c == '\'') {
        at = EndOfText(at);
        if (*at == '\0') {
          break;
        }
      } else if (c == '(' && depth++ == 0) {
        Set(begin, at);
      } else if (c == ')') {
        --depth;
      }
      if (!IsIdentifier(c) && c != ' ') {
        begin = at + 1;
      }
    }
  }

  const char* text() const { return text_; }

 private:
  static bool IsIdentifier(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  static const char* EndOfText(const char* at) {
    const char quote = *at++;
    while (*at != '\0' && *at != quote) {
      at += *at == '\\' && at[1] != '\0' ? 2 : 1;
    }
    return at;
  }

  void Set(const char* begin, const char* end) {
    size_t size = 0;
    for (; begin != end; ++begin) {
      if (IsIdentifier(*begin) && size + 1 < sizeof(text_)) {
        text_[size++] = *begin;
      }
    }
    text_[size] = '\0';
  }

  char text_[65] = {};
};

// How many events had data that says nothing understandable (adapter_unparsed). They are not
// counted anywhere else.
inline std::atomic<uint32_t>& UnparsedCount() {
  static std::atomic<uint32_t> count(0);
  return count;
}
inline uint32_t Unparsed() { return UnparsedCount().load(std::memory_order_relaxed); }

// Where counts go: the core in C, or anything with the methods of gmewatch::Reporter.
inline void Count(gmewatch_client* watch, int32_t code) { gmewatch_report(watch, code, 1); }
inline void Detail(gmewatch_client* watch, int32_t code, const char* operation) {
  gmewatch_detail(watch, code, operation, 0);
}
template <class Watch>
void Count(Watch* watch, int32_t code) {
  watch->Report(code);
}
template <class Watch>
void Detail(Watch* watch, int32_t code, const char* operation) {
  watch->Detail(code, operation, 0);
}

template <class Watch>
void Deliver(Watch* watch, const Outcome& outcome) {
  if (outcome.kind == kUnparsed) {
    UnparsedCount().fetch_add(1, std::memory_order_relaxed);
  }
  if (watch == nullptr || outcome.kind == kNothing || outcome.kind == kUnparsed) {
    return;
  }
  Count(watch, outcome.code);  // 0 of kSuccess
  if (outcome.kind == kReport) {
    Detail(watch, outcome.code, outcome.operation);
  }
}

// The first line of the game's ITMGDelegate::OnEvent.
template <class Watch>
void OnEvent(Watch* watch, ITMG_MAIN_EVENT_TYPE type, const char* data) {
  Deliver(watch, JudgeEvent(GMEWATCH_GME_GENERATION, static_cast<int32_t>(type), data));
}

// The same where the code comes as a number: NSDictionary in Objective-C++, Intent over JNI.
template <class Watch>
void OnResult(Watch* watch, ITMG_MAIN_EVENT_TYPE type, int32_t result) {
  Deliver(watch, JudgeResult(GMEWATCH_GME_GENERATION, static_cast<int32_t>(type), result));
}

// What GMEWATCH_CALL does. Returns `code`.
template <class Watch>
int OnCall(Watch* watch, const char* expression, int code) {
  if (JudgeCall("", code).kind != kNothing) {
    const CallName name(expression);
    Deliver(watch, JudgeCall(name.text(), code));
  }
  return code;
}

}  // namespace gme
}  // namespace gmewatch

#define GMEWATCH_CALL(watch, ...) ::gmewatch::gme::OnCall((watch), #__VA_ARGS__, (__VA_ARGS__))

#endif  // GMEWATCH_GME_H_
