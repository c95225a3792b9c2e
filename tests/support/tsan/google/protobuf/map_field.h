// Protobuf's header without what ThreadSanitizer adds to it: two members more in each map, which
// the packaged library, built without it, does not have, so that both would read the same map
// differently. Found before Protobuf's own in the tsan preset alone; to be deleted when Protobuf is
// built with the sanitizer.
#ifndef GMEWATCH_TESTS_SUPPORT_TSAN_GOOGLE_PROTOBUF_MAP_FIELD_H_
#define GMEWATCH_TESTS_SUPPORT_TSAN_GOOGLE_PROTOBUF_MAP_FIELD_H_

#pragma push_macro("__SANITIZE_THREAD__")
#undef __SANITIZE_THREAD__
#include_next <google/protobuf/map_field.h>
#pragma pop_macro("__SANITIZE_THREAD__")

#endif  // GMEWATCH_TESTS_SUPPORT_TSAN_GOOGLE_PROTOBUF_MAP_FIELD_H_
