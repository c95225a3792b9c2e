// Makes absl::Mutex known to ThreadSanitizer. The packaged abseil is not instrumented, so the
// sanitizer would see no lock and report every guarded member as a race. Only the programs of the
// tsan preset link this file; its functions take the place of abseil's and call them. Delete it
// when abseil is built with the sanitizer.
//
// Unlock evaluates the conditions of waiting threads (absl::Condition) under the mutex, but after
// the release that is announced here, so reads in there are ignored.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include "absl/time/time.h"

// The linker names of abseil's functions in the Debian package (inline namespace debian3).
#define MUTEX(name) _ZN4absl7debian35Mutex##name

extern "C" {

void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);

}  // extern "C"

namespace {

template <typename Function>
Function Original(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

// Calls the real function; for the sanitizer the mutex is released before and acquired after.
template <typename Call>
auto Waiting(void* mutex, Call call) {
  __tsan_release(mutex);
  AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  const auto result = call();
  AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
  __tsan_acquire(mutex);
  return result;
}

}  // namespace

extern "C" {

void MUTEX(4LockEv)(void* mutex) {
  static const auto original = Original<void (*)(void*)>("_ZN4absl7debian35Mutex4LockEv");
  original(mutex);
  __tsan_acquire(mutex);
}

void MUTEX(6UnlockEv)(void* mutex) {
  static const auto original = Original<void (*)(void*)>("_ZN4absl7debian35Mutex6UnlockEv");
  __tsan_release(mutex);
  AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  original(mutex);
  AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
}

void MUTEX(5AwaitERKNS0_9ConditionE)(void* mutex, const void* condition) {
  static const auto original =
      Original<void (*)(void*, const void*)>("_ZN4absl7debian35Mutex5AwaitERKNS0_9ConditionE");
  Waiting(mutex, [&] {
    original(mutex, condition);
    return 0;
  });
}

bool MUTEX(16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE)(void* mutex, const void* condition,
                                                               absl::Duration timeout) {
  static const auto original = Original<bool (*)(void*, const void*, absl::Duration)>(
      "_ZN4absl7debian35Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE");
  return Waiting(mutex, [&] { return original(mutex, condition, timeout); });
}

void _ZN4absl7debian312Notification6NotifyEv(void* notification) {
  static const auto original = Original<void (*)(void*)>("_ZN4absl7debian312Notification6NotifyEv");
  __tsan_release(notification);
  original(notification);
}

void _ZNK4absl7debian312Notification19WaitForNotificationEv(const void* notification) {
  static const auto original =
      Original<void (*)(const void*)>("_ZNK4absl7debian312Notification19WaitForNotificationEv");
  original(notification);
  __tsan_acquire(const_cast<void*>(notification));
}

void _ZN4absl7debian315BlockingCounter4WaitEv(void* counter) {
  static const auto original =
      Original<void (*)(void*)>("_ZN4absl7debian315BlockingCounter4WaitEv");
  original(counter);
  __tsan_acquire(counter);
}

bool _ZN4absl7debian315BlockingCounter14DecrementCountEv(void* counter) {
  static const auto original =
      Original<bool (*)(void*)>("_ZN4absl7debian315BlockingCounter14DecrementCountEv");
  __tsan_release(counter);
  return original(counter);
}

}  // extern "C"
