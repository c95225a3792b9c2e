// Protobuf's header as it is without ThreadSanitizer. With it each map has two more members, which
// the packaged library, built without the sanitizer, does not know. Only the tsan preset finds this
// header before Protobuf's own; delete it when Protobuf is built with the sanitizer.
#ifndef GMEWATCH_TESTS_SUPPORT_TSAN_GOOGLE_PROTOBUF_MAP_FIELD_H_
#define GMEWATCH_TESTS_SUPPORT_TSAN_GOOGLE_PROTOBUF_MAP_FIELD_H_

#pragma push_macro("__SANITIZE_THREAD__")
#undef __SANITIZE_THREAD__
#include_next <google/protobuf/map_field.h>
#pragma pop_macro("__SANITIZE_THREAD__")

#endif  // GMEWATCH_TESTS_SUPPORT_TSAN_GOOGLE_PROTOBUF_MAP_FIELD_H_
