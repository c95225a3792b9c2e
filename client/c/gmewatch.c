// The core of gmewatch.h: counts, batches, answers, spool. Everything that is shared between
// threads is a 32-bit atomic word; the rest belongs to the one thread that holds `busy` (Enter).
// Times are milliseconds of one clock that never goes back.
#if !defined(_GNU_SOURCE) && !defined(_WIN32)
#define _GNU_SOURCE \
  1  // NOLINT(bugprone-reserved-identifier): asks for getrandom's number and flock under -std=c99
#endif
#if defined(_WIN32) && !defined(_CRT_RAND_S)
#define _CRT_RAND_S 1  // NOLINT(bugprone-reserved-identifier): asks for rand_s
#endif

#include "gmewatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(_WIN32)
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <errno.h>
#include <share.h>
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/file.h>
#include <sys/time.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif
#endif

// ---- limits

enum {
  kCodes = 512,          // distinct codes of a handle, and of a batch
  kSlots = kCodes + 1,   // the last one is for INT32_MIN, whose key would be that of an empty slot
  kEventsMax = 1000000,  // of a batch
  kDetails = 16,         // of a batch
  kTextMax = 64,         // bytes of a label, a version, an operation
  kKeyMax = 1024,
  kUrlMax = 512,
  kIdSize = 16,
  kReasons = 5,                  // of ClientLoss
  kSessionMax = 384,             // an encoded Session: 18 + 5 * 66
  kCountsMax = 8192,             // codes and counts, encoded: 512 * (10 + 3) and two heads of 3
  kTailMax = 2048,               // losses and details, encoded: 4 * 10 + 16 * (64 + 26)
  kBodyMax = GMEWATCH_BODY_MAX,  // the three, the number and the age
  kAnswerMax = 4096,
  kErrorMax = 1024,
  kSlotSize = GMEWATCH_SPOOL_SLOT,
  kSlotHead = 32,
  kPathMax = 1024
};

static const int64_t kAgeMax = 31622400000;  // a year; a longer age in a spool is cut to this
static const int64_t kServerPauseMax =
    3600000;  // a longer pause that a server asks for is cut to this
static const uint64_t kReportedMax = 1000000000000U;  // lost events of a reason in a batch

// gRPC's status codes, and what has none.
enum {
  kOk = 0,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kPermissionDenied = 7,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kUnauthenticated = 16
};

// gmewatch.v1.ClientLoss.Reason
enum { kTooManyCodes = 1, kExpired = 2, kRejected = 3, kSpoolFull = 4 };

// ---- atomics

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
static uint32_t Load(const uint32_t* word) {
  return (uint32_t)_InterlockedOr((volatile long*)(uintptr_t)word, 0);
}
static uint32_t LoadRelaxed(const uint32_t* word) { return *(const volatile uint32_t*)word; }
static void Store(uint32_t* word, uint32_t value) {
  _InterlockedExchange((volatile long*)word, (long)value);
}
static uint32_t Swap(uint32_t* word, uint32_t value) {
  return (uint32_t)_InterlockedExchange((volatile long*)word, (long)value);
}
static uint32_t Add(uint32_t* word, uint32_t value) {
  return (uint32_t)_InterlockedExchangeAdd((volatile long*)word, (long)value);
}
static void SetBits(uint32_t* word, uint32_t bits) {
  _InterlockedOr((volatile long*)word, (long)bits);
}
// Returns whether `word` was `from`, and now is `to`.
static int Change(uint32_t* word, uint32_t from, uint32_t to) {
  return _InterlockedCompareExchange((volatile long*)word, (long)to, (long)from) == (long)from;
}
#else
static uint32_t Load(const uint32_t* word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }
static uint32_t LoadRelaxed(const uint32_t* word) {
  return __atomic_load_n(word, __ATOMIC_RELAXED);
}
static void Store(uint32_t* word, uint32_t value) {
  __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}
static uint32_t Swap(uint32_t* word, uint32_t value) {
  return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST);
}
static uint32_t Add(uint32_t* word, uint32_t value) {
  return __atomic_fetch_add(word, value, __ATOMIC_RELAXED);
}
static void SetBits(uint32_t* word, uint32_t bits) {
  __atomic_fetch_or(word, bits, __ATOMIC_SEQ_CST);
}
// Returns whether `word` was `from`, and now is `to`.
static int Change(uint32_t* word, uint32_t from, uint32_t to) {
  return __atomic_compare_exchange_n(word, &from, to, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
#endif

// ---- state

// A code's counter. The count has two words, because a 64-bit atomic is not free of locks
// everywhere: whoever makes `low` wrap adds one to `high`.
typedef struct Slot {
  uint32_t key;  // the code with its sign bit turned over; 0: empty
  uint32_t low;
  uint32_t high;
} Slot;

typedef struct Detail {
  uint32_t state;  // kFree, kWriting, kReady
  int32_t code;
  int64_t underlying_code;
  uint32_t size;
  char operation[kTextMax];
} Detail;

enum { kFree = 0, kWriting = 1, kReady = 2 };

// What a batch takes its counts from; belongs to the working thread.
typedef struct Counts {
  size_t size;    // slots in use
  int64_t since;  // no event is older
  int32_t codes[kSlots];
  uint64_t counts[kSlots];
} Counts;

// The batch in flight, encoded but for its age, which is put between `counts` and `tail` at each
// attempt.
typedef struct Flight {
  int in_use;
  uint64_t sequence;
  uint64_t events;
  int64_t made;    // the horizon counts from here
  int64_t oldest;  // the age counts from here
  uint64_t losses[kReasons];
  size_t counts_size;
  size_t tail_size;
  uint8_t counts[kCountsMax];
  uint8_t tail[kTailMax];
} Flight;

// Where the one request stands; the transport moves it from kAsked over kFilling to kAnswered.
enum { kIdle = 0, kAsked = 1, kFilling = 2, kAnswered = 3 };

// Requests from other threads to the working one.
enum { kDoFlush = 1, kDoPause = 2, kDoConsent = 4, kDoNetwork = 8, kDoKey = 16 };

// Where the next key stands: `new_key` belongs to who has moved it to kKeyMoves.
enum { kNoKey = 0, kKeyMoves = 1, kKeyIsReady = 2 };

enum { kStatsWords = (int)(sizeof(gmewatch_stats) / sizeof(uint32_t)) };

struct gmewatch_client {
  gmewatch_options options;  // its texts point into this struct, or are null
  int off;                   // an option is wrong, or this is a forked child: nothing is sent
  int allocated;

  // Shared.
  Slot table[kSlots];
  uint32_t overflow_low;
  uint32_t overflow_high;
  uint32_t counting;
  Detail details[kDetails];
  uint32_t busy;
  uint32_t commands;
  uint32_t wanted_consent;
  uint32_t network;
  uint32_t asked_id;
  uint32_t mailbox;
  uint32_t stats_version;
  uint32_t published[kStatsWords];
  uint32_t key_state;
  char new_key[kKeyMax + 1];

  // The answer; belongs to who has moved `mailbox` to kFilling, then to the working thread.
  int answer_status;
  size_t answer_size;
  uint8_t answer[kAnswerMax];

  // The rest belongs to the working thread.
  gmewatch_consent consent;
  int64_t now;
  int64_t next;
  int64_t answer_due;
  gmewatch_stats stats;
  long process;

  // Session. `old` is set while the one that the spool gave back is finished.
  int has_session;
  int old;
  size_t session_size;
  uint8_t session[kSessionMax];
  uint64_t settled_sequence;
  uint64_t expedited;  // batches that do not wait for the interval
  uint64_t losses[kReasons];
  Counts gathered;
  Counts restored;  // counts of the old session that were in no batch
  Flight flight;

  // Times of attempts: as in client/src/outbox.h.
  int64_t server_allows;
  int64_t backoff_ends;
  int64_t flush_tick;
  int64_t last_failure;
  int64_t min_interval;
  int ticked;
  int64_t backoff_bound;
  int tried_new_key;  // since the last acknowledgement
  uint32_t random_state;

  // Spool.
  int has_spool;
  int spool_is_unread;  // it is there and could not be read: only a denial touches it
  int spool_loaded;
  FILE* file;
  uint32_t generation;
  int64_t spool_due;
  uint64_t transitions;       // batches made, settled, and the like
  uint64_t spooled_reported;  // what the spool has
  uint64_t spooled_transitions;

  char error[kErrorMax];
  char url[kUrlMax + 64];
  char app[kTextMax + 1];
  char region[kTextMax + 1];
  char versions[3][kTextMax + 1];
  char authorization[kKeyMax + 8];
  char spool_path[kPathMax];
  gmewatch_header headers[3];
  size_t header_count;
  uint8_t body[kBodyMax];
  uint8_t spool[kSlotSize];
};

static const int64_t kLongAgo = -4611686018427387904LL;

static int64_t Max64(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t Min64(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t Clamp64(int64_t value, int64_t low, int64_t high) {
  return Max64(low, Min64(value, high));
}

static uint64_t SaturatingAdd(uint64_t a, uint64_t b) {
  return a + (b < UINT64_MAX - a ? b : UINT64_MAX - a);
}

// ---- text

// The server's rule: characters that hide or move text on a page, or look like another, are not
// printable. First and last of each range; client/src/text.cc says what they are.
static const uint32_t kHidden[][2] = {
    {0x0, 0x1f},        {0x7f, 0xa0},       {0xad, 0xad},       {0x34f, 0x34f},
    {0x600, 0x605},     {0x61c, 0x61c},     {0x6dd, 0x6dd},     {0x70f, 0x70f},
    {0x890, 0x891},     {0x8e2, 0x8e2},     {0x115f, 0x1160},   {0x1680, 0x1680},
    {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x2000, 0x200f},   {0x2028, 0x202f},
    {0x205f, 0x206f},   {0x2800, 0x2800},   {0x3000, 0x3000},   {0x3164, 0x3164},
    {0xd800, 0xf8ff},   {0xfdd0, 0xfdef},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},   {0xfff0, 0xfffc},   {0xfffe, 0xffff},   {0x110bd, 0x110bd},
    {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
    {0x1fffe, 0x1ffff}, {0x2fffe, 0x2ffff}, {0x3fffe, 0x10ffff}};

static int IsPrintableCodePoint(uint32_t point) {
  for (size_t i = 0; i < sizeof kHidden / sizeof kHidden[0]; ++i) {
    if (point <= kHidden[i][1]) return point < kHidden[i][0];
  }
  return 0;
}

// The length in bytes of the printable UTF-8 character at `text`, which has `size` bytes; 0 if
// there is none.
static size_t PrintableCharacter(const char* text, size_t size) {
  if (size == 0) return 0;
  uint32_t point = (uint8_t)text[0];
  uint32_t smallest = 0;
  size_t bytes = 1;
  if (point >= 0xF0) {
    bytes = point < 0xF8 ? 4 : 0;
    smallest = 0x10000;
    point &= 0x07;
  } else if (point >= 0xE0) {
    bytes = 3;
    smallest = 0x800;
    point &= 0x0F;
  } else if (point >= 0xC0) {
    bytes = 2;
    smallest = 0x80;
    point &= 0x1F;
  } else if (point >= 0x80) {
    return 0;
  }
  if (bytes == 0 || bytes > size) return 0;
  for (size_t i = 1; i < bytes; ++i) {
    const uint32_t byte = (uint8_t)text[i];
    if ((byte & 0xC0U) != 0x80) return 0;
    point = (point << 6) | (byte & 0x3FU);
  }
  return point >= smallest && IsPrintableCodePoint(point) ? bytes : 0;
}

// Copies whole characters, at most `room` bytes, with '?' for each byte that is not printable.
// Returns the bytes written.
static size_t CopyPrintable(char* to, size_t room, const char* text, size_t size) {
  size_t written = 0;
  size_t read = 0;
  while (read < size) {
    const size_t printable = PrintableCharacter(text + read, size - read);
    const size_t bytes = printable == 0 ? 1 : printable;
    if (written + bytes > room) break;
    if (printable == 0) {
      to[written] = '?';
    } else {
      memcpy(to + written, text + read, bytes);
    }
    written += bytes;
    read += bytes;
  }
  return written;
}

// Appends to a text of `room` bytes with its end; what does not fit is left out.
static void Append(char* to, size_t room, const char* text) {
  const size_t used = strlen(to);
  const size_t size = strlen(text);
  const size_t taken = size < room - 1 - used ? size : room - 1 - used;
  memcpy(to + used, text, taken);
  to[used + taken] = '\0';
}

static void AppendNumber(char* to, size_t room, int64_t number) {
  char digits[24];
  size_t at = sizeof digits - 1;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  digits[at] = '\0';
  do {
    digits[--at] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (number < 0) digits[--at] = '-';
  Append(to, room, digits + at);
}

// ---- writing

// Bytes that are written one after the other; what does not fit sets `full`.
typedef struct Writer {
  uint8_t* at;
  uint8_t* end;
  int full;
} Writer;

static Writer WriterOf(uint8_t* to, size_t room) {
  Writer made;
  made.at = to;
  made.end = to + room;
  made.full = 0;
  return made;
}

static void PutBytes(Writer* out, const void* bytes, size_t size) {
  if ((size_t)(out->end - out->at) < size) {
    out->full = 1;
    return;
  }
  if (size > 0) memcpy(out->at, bytes, size);
  out->at += size;
}

static void PutVarint(Writer* out, uint64_t value) {
  uint8_t bytes[10];
  size_t size = 0;
  do {
    bytes[size] = (uint8_t)((value & 0x7F) | (value > 0x7F ? 0x80 : 0));
    value >>= 7;
    ++size;
  } while (value > 0);
  PutBytes(out, bytes, size);
}

static size_t VarintSize(uint64_t value) {
  size_t size = 1;
  while (value > 0x7F) {
    value >>= 7;
    ++size;
  }
  return size;
}

// A negative int32 has ten bytes on the wire.
static uint64_t Signed(int64_t value) { return (uint64_t)value; }

static size_t NumberSize(uint64_t value) { return value == 0 ? 0 : 1 + VarintSize(value); }

// A field with a number below 16; proto3 leaves zero out.
static void PutNumber(Writer* out, uint8_t field, uint64_t value) {
  if (value == 0) return;
  PutVarint(out, (uint64_t)field << 3);
  PutVarint(out, value);
}

static void PutHead(Writer* out, uint8_t field, size_t size) {
  PutVarint(out, ((uint64_t)field << 3) | 2);
  PutVarint(out, size);
}

static void PutText(Writer* out, uint8_t field, const void* bytes, size_t size) {
  if (size == 0) return;
  PutHead(out, field, size);
  PutBytes(out, bytes, size);
}

static size_t EncodeSession(gmewatch_client* h, const uint8_t* id) {
  Writer out = WriterOf(h->session, sizeof h->session);
  PutText(&out, 1, id, kIdSize);
  PutText(&out, 2, h->app, strlen(h->app));
  PutText(&out, 3, h->region, strlen(h->region));
  for (uint8_t i = 0; i < 3; ++i)
    PutText(&out, (uint8_t)(4 + i), h->versions[i], strlen(h->versions[i]));
  return (size_t)(out.at - h->session);
}

static void EncodeCounts(Flight* flight, const int32_t* codes, const uint32_t* counts,
                         size_t size) {
  Writer out = WriterOf(flight->counts, sizeof flight->counts);
  size_t bytes = 0;
  if (size > 0) {
    for (size_t i = 0; i < size; ++i) bytes += VarintSize(Signed(codes[i]));
    PutHead(&out, 3, bytes);
    for (size_t i = 0; i < size; ++i) PutVarint(&out, Signed(codes[i]));
    bytes = 0;
    for (size_t i = 0; i < size; ++i) bytes += VarintSize(counts[i]);
    PutHead(&out, 4, bytes);
    for (size_t i = 0; i < size; ++i) PutVarint(&out, counts[i]);
  }
  flight->counts_size = (size_t)(out.at - flight->counts);
}

static void EncodeLosses(Writer* out, const uint64_t* losses) {
  for (uint8_t reason = 0; reason < kReasons; ++reason) {
    if (losses[reason] == 0) continue;
    PutHead(out, 6, NumberSize(reason) + NumberSize(losses[reason]));
    PutNumber(out, 1, reason);
    PutNumber(out, 2, losses[reason]);
  }
}

static void EncodeDetail(Writer* out, const Detail* detail) {
  const size_t text = detail->size == 0 ? 0 : 2 + detail->size;
  PutHead(out, 7,
          NumberSize(Signed(detail->code)) + text + NumberSize(Signed(detail->underlying_code)));
  PutNumber(out, 1, Signed(detail->code));
  PutText(out, 2, detail->operation, detail->size);
  PutNumber(out, 3, Signed(detail->underlying_code));
}

// The batch in flight with its age of now. Returns its size.
static size_t EncodeBody(gmewatch_client* h) {
  const Flight* flight = &h->flight;
  const uint64_t age = (uint64_t)Max64(0, h->now - flight->oldest);
  const uint64_t seconds = age / 1000;
  const uint64_t nanos = age % 1000 * 1000000;
  Writer out = WriterOf(h->body, sizeof h->body);
  PutText(&out, 1, h->session, h->session_size);
  PutNumber(&out, 2, flight->sequence);
  PutBytes(&out, flight->counts, flight->counts_size);
  PutHead(&out, 5, NumberSize(seconds) + NumberSize(nanos));
  PutNumber(&out, 1, seconds);
  PutNumber(&out, 2, nanos);
  PutBytes(&out, flight->tail, flight->tail_size);
  return (size_t)(out.at - h->body);
}

// ---- reading

// Bytes that are read one after the other; `bad` is set by the first that are not what they should
// be.
typedef struct Reader {
  const uint8_t* at;
  const uint8_t* end;
  int bad;
} Reader;

static Reader ReaderOf(const void* bytes, size_t size) {
  Reader made;
  made.at = (const uint8_t*)bytes;
  made.end = made.at + size;
  made.bad = 0;
  return made;
}

static uint64_t GetVarint(Reader* in) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (in->at == in->end) break;
    const uint8_t byte = *in->at++;
    if (shift < 64) value |= (uint64_t)(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  in->bad = 1;
  in->at = in->end;
  return 0;
}

static Reader GetBytes(Reader* in, uint64_t size) {
  if ((uint64_t)(in->end - in->at) < size) {
    in->bad = 1;
    in->at = in->end;
    return ReaderOf(in->end, 0);
  }
  const Reader part = ReaderOf(in->at, (size_t)size);
  in->at += size;
  return part;
}

// A field of a message: a number (wire type 0), or bytes (2); others are skipped.
typedef struct Field {
  uint64_t number;
  unsigned type;
  uint64_t value;
  Reader bytes;
} Field;

// Returns 0 at the end of the message, or where it is not one (`bad`).
static int GetField(Reader* in, Field* field) {
  if (in->bad || in->at == in->end) return 0;
  const uint64_t tag = GetVarint(in);
  field->number = tag >> 3;
  field->type = (unsigned)(tag & 7);
  field->value = 0;
  field->bytes = ReaderOf(in->end, 0);
  if (field->number == 0 || tag > UINT32_MAX) in->bad = 1;
  if (field->type == 0) {
    field->value = GetVarint(in);
  } else if (field->type == 1) {
    GetBytes(in, 8);
  } else if (field->type == 2) {
    field->bytes = GetBytes(in, GetVarint(in));
  } else if (field->type == 5) {
    GetBytes(in, 4);
  } else {
    in->bad = 1;
  }
  return !in->bad;
}

// A google.protobuf.Duration in milliseconds, rounded up, from 0 to kServerPauseMax.
static int64_t ReadDuration(Reader* in) {
  int64_t seconds = 0;
  int64_t nanos = 0;
  Field field;
  while (GetField(in, &field)) {
    if (field.number == 1 && field.type == 0) seconds = (int64_t)field.value;
    if (field.number == 2 && field.type == 0) nanos = (int32_t)(uint32_t)field.value;
  }
  if (seconds < 0) return 0;
  if (seconds > kServerPauseMax / 1000) return kServerPauseMax;
  return Clamp64(seconds * 1000 + (nanos > 0 ? (nanos + 999999) / 1000000 : nanos / 1000000), 0,
                 kServerPauseMax);
}

// The outcome of an attempt.
typedef struct Outcome {
  int code;            // a gRPC status code
  int is_verdict;      // INVALID_ARGUMENT with the details that gmewatchd gives: about this batch
  int needs_operator;  // waiting will not help
  uint64_t acknowledged;
  int has_min_interval;
  int64_t min_interval;
  int has_retry;
  int64_t retry;
  int http_status;
  char text[200];
} Outcome;

static void SetText(Outcome* outcome, const char* text, size_t size) {
  outcome->text[CopyPrintable(outcome->text, sizeof outcome->text - 1, text, size)] = '\0';
}

// A ReportResponse; bytes that are not one are another server's answer, such as a login page.
static void ReadResponse(const uint8_t* body, size_t size, uint64_t sequence, Outcome* outcome) {
  Reader in = ReaderOf(body, size);
  Field field;
  outcome->has_min_interval = 1;
  while (GetField(&in, &field)) {
    if (field.number == 1 && field.type == 0) outcome->acknowledged = field.value;
    if (field.number == 2 && field.type == 2) {
      outcome->min_interval = ReadDuration(&field.bytes);
      in.bad |= field.bytes.bad;
    }
    if (field.number == 3 && field.type == 2) {
      Field inner;
      uint64_t rejected = 0;
      Reader reason = ReaderOf(body, 0);
      while (GetField(&field.bytes, &inner)) {
        if (inner.number == 1 && inner.type == 0) rejected = inner.value;
        if (inner.number == 2 && inner.type == 2) reason = inner.bytes;
      }
      in.bad |= field.bytes.bad;
      if (rejected == sequence && rejected > 0) {
        outcome->code = kInvalidArgument;
        outcome->is_verdict = 1;
        SetText(outcome, (const char*)reason.at, (size_t)(reason.end - reason.at));
      }
    }
  }
  if (!in.bad) return;
  memset(outcome, 0, sizeof *outcome);
  outcome->code = kUnavailable;
  Append(outcome->text, sizeof outcome->text,
         "HTTP 200 without a ReportResponse: another server or a login page answers; check url");
}

// ---- JSON

static void SkipBlank(Reader* in) {
  while (in->at < in->end &&
         (*in->at == ' ' || *in->at == '\t' || *in->at == '\n' || *in->at == '\r'))
    ++in->at;
}

static int TakeByte(Reader* in, char wanted) {
  SkipBlank(in);
  if (in->at < in->end && *in->at == (uint8_t)wanted) {
    ++in->at;
    return 1;
  }
  return 0;
}

static void WantByte(Reader* in, char wanted) {
  if (!TakeByte(in, wanted)) in->bad = 1;
}

// What stands between the quotes, with its escapes.
static Reader JsonText(Reader* in) {
  WantByte(in, '"');
  const uint8_t* const begin = in->at;
  while (!in->bad && in->at < in->end && *in->at != '"')
    in->at += *in->at == '\\' && in->end - in->at > 1 ? 2 : 1;
  const Reader text = ReaderOf(begin, (size_t)(in->at - begin));
  WantByte(in, '"');
  return text;
}

static int TextIs(const Reader* text, const char* wanted) {
  const size_t size = strlen(wanted);
  return (size_t)(text->end - text->at) == size && memcmp(text->at, wanted, size) == 0;
}

// Skips one value of any kind. Brackets are counted, not matched: the server is not checked here.
static void SkipJson(Reader* in) {
  int depth = 0;
  do {
    SkipBlank(in);
    if (in->bad || in->at == in->end) {
      in->bad = 1;
      return;
    }
    const uint8_t byte = *in->at;
    if (byte == '"') {
      JsonText(in);
    } else if (byte == '{' || byte == '[') {
      ++depth;
      ++in->at;
    } else if (byte == '}' || byte == ']') {
      --depth;
      ++in->at;
    } else if (byte == ',' || byte == ':') {
      if (depth == 0) {
        in->bad = 1;
        return;
      }
      ++in->at;
    } else {
      const uint8_t* const begin = in->at;
      while (in->at < in->end && *in->at != ',' && *in->at != '}' && *in->at != ']' &&
             *in->at > ' ') {
        ++in->at;
      }
      if (in->at == begin) in->bad = 1;  // a control character
    }
  } while (depth > 0);
}

// Decodes base64 of either alphabet, with or without padding, up to `room` bytes. Returns the bytes
// written.
static size_t DecodeBase64(const Reader* text, uint8_t* to, size_t room) {
  uint32_t bits = 0;
  unsigned count = 0;
  size_t written = 0;
  for (const uint8_t* at = text->at; at < text->end && written < room; ++at) {
    const uint8_t c = *at;
    uint32_t value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = (uint32_t)(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = (uint32_t)(c - 'a') + 26;
    } else if (c >= '0' && c <= '9') {
      value = (uint32_t)(c - '0') + 52;
    } else if (c == '+' || c == '-') {
      value = 62;
    } else if (c == '/' || c == '_') {
      value = 63;
    } else if (c == '\\') {
      continue;  // JSON may escape a slash
    } else {
      break;
    }
    bits = (bits << 6) | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      to[written++] = (uint8_t)(bits >> count);
    }
  }
  return written;
}

// The name of a message; Envoy writes the URL of a Protobuf Any before it.
static void DropUrl(Reader* type) {
  for (const uint8_t* at = type->end; at > type->at; --at) {
    if (at[-1] == '/') {
      type->at = at;
      return;
    }
  }
}

// One of the details of an error: {"type": ..., "value": base64}.
static void ReadDetail(Reader* in, Outcome* outcome, int* has_violation) {
  Reader type = ReaderOf(in->at, 0);
  Reader value = type;
  WantByte(in, '{');
  while (!in->bad && !TakeByte(in, '}')) {
    const Reader name = JsonText(in);
    WantByte(in, ':');
    SkipBlank(in);
    if (in->at < in->end && *in->at == '"' && (TextIs(&name, "type") || TextIs(&name, "value"))) {
      const Reader text = JsonText(in);
      if (TextIs(&name, "type")) {
        type = text;
      } else {
        value = text;
      }
    } else {
      SkipJson(in);
    }
    TakeByte(in, ',');
  }
  if (in->bad) return;
  DropUrl(&type);
  uint8_t bytes[256];
  Field field;
  if (TextIs(&type, "google.rpc.RetryInfo")) {
    Reader message = ReaderOf(bytes, DecodeBase64(&value, bytes, sizeof bytes));
    int64_t retry = 0;
    while (GetField(&message, &field)) {
      if (field.number == 1 && field.type == 2) retry = ReadDuration(&field.bytes);
    }
    outcome->has_retry = !message.bad;
    outcome->retry = message.bad ? 0 : retry;
  }
  if (TextIs(&type, "google.rpc.BadRequest")) {
    // The first violation; a longer text is cut, so its end may be missing.
    Reader message = ReaderOf(bytes, DecodeBase64(&value, bytes, sizeof bytes));
    *has_violation = message.end > message.at && *message.at == 0x0A;
  }
}

static const char* const kCodeNames[] = {
    "ok",        "canceled",       "unknown",           "invalid_argument",   "deadline_exceeded",
    "not_found", "already_exists", "permission_denied", "resource_exhausted", "failed_precondition",
    "aborted",   "out_of_range",   "unimplemented",     "internal",           "unavailable",
    "data_loss", "unauthenticated"};

static int CodeOf(const Reader* name) {
  for (int i = 1; i < 17; ++i) {
    if (TextIs(name, kCodeNames[i])) return i;
  }
  return -1;
}

// A Connect error: {"code": ..., "message": ..., "details": [...]}. Returns 0 if the body is not
// one.
static int ReadConnectError(const uint8_t* body, size_t size, Outcome* outcome) {
  Reader in = ReaderOf(body, size);
  int code = -1;
  int has_violation = 0;
  WantByte(&in, '{');
  while (!in.bad && !TakeByte(&in, '}')) {
    const Reader name = JsonText(&in);
    WantByte(&in, ':');
    SkipBlank(&in);
    const uint8_t first = in.at < in.end ? *in.at : 0;
    if (TextIs(&name, "code") && first == '"') {
      const Reader text = JsonText(&in);
      code = CodeOf(&text);
    } else if (TextIs(&name, "message") && first == '"') {
      const Reader text = JsonText(&in);
      SetText(outcome, (const char*)text.at, (size_t)(text.end - text.at));
    } else if (TextIs(&name, "details") && first == '[') {
      WantByte(&in, '[');
      while (!in.bad && !TakeByte(&in, ']')) {
        ReadDetail(&in, outcome, &has_violation);
        TakeByte(&in, ',');
      }
    } else {
      SkipJson(&in);
    }
    TakeByte(&in, ',');
  }
  if (in.bad || code < 0) {
    outcome->has_retry = 0;
    outcome->text[0] = '\0';
    return 0;
  }
  outcome->code = code;
  outcome->is_verdict = code == kInvalidArgument && has_violation;
  outcome->needs_operator = code == kUnauthenticated || code == kPermissionDenied ||
                            code == kUnimplemented || (code == kInvalidArgument && !has_violation);
  return 1;
}

// An answer of something in between, without a verdict about the batch.
static void ReadGatewayError(int status, Outcome* outcome) {
  const int is_busy = status == 408 || status == 425 || status == 429;
  outcome->code = status == 401                    ? kUnauthenticated
                  : status == 403                  ? kPermissionDenied
                  : status == 404 || status == 405 ? kUnimplemented
                  : status == 400                  ? kInternal
                  : is_busy || status >= 500       ? kUnavailable
                                                   : kUnknown;
  outcome->needs_operator = status >= 300 && status < 500 && !is_busy;
  Append(outcome->text, sizeof outcome->text, "HTTP ");
  AppendNumber(outcome->text, sizeof outcome->text, status);
  Append(outcome->text, sizeof outcome->text,
         " from a proxy or another server than gmewatchd; check url and what stands in between");
}

static void ReadAnswer(int status, const uint8_t* body, size_t size, uint64_t sequence,
                       Outcome* outcome) {
  memset(outcome, 0, sizeof *outcome);
  if (status == 200) {
    ReadResponse(body, size, sequence, outcome);
  } else if (status <= 0) {
    outcome->code = kUnavailable;
    SetText(outcome, "no answer: ", 11);
    const size_t used = strlen(outcome->text);
    const size_t room = sizeof outcome->text - 1 - used;
    const size_t more = CopyPrintable(outcome->text + used, room, (const char*)body, size);
    outcome->text[used + more] = '\0';
    Append(outcome->text, sizeof outcome->text,
           more > 0 ? "; check the network, then url" : "check the network, then url");
  } else if (!ReadConnectError(body, size, outcome)) {
    ReadGatewayError(status, outcome);
  }
  outcome->http_status = status;
}

// ---- the system

static int64_t SystemClock(void) {
#if defined(_WIN32)
  return (int64_t)GetTickCount64();  // goes on in sleep
#elif defined(__APPLE__)
  return (int64_t)(clock_gettime_nsec_np(CLOCK_MONOTONIC_RAW) / 1000000U);  // goes on in sleep
#else
  struct timespec now;
#if defined(CLOCK_BOOTTIME)
  if (clock_gettime(CLOCK_BOOTTIME, &now) != 0)  // goes on in suspend; CLOCK_MONOTONIC does not
#endif
    clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
#endif
}

static int64_t WallClock(const gmewatch_client* h) {
  if (h->options.wall_clock != NULL) return h->options.wall_clock(h->options.user);
  return (int64_t)time(NULL) * 1000;
}

static int SystemRandom(void* bytes, size_t size) {
#if defined(_WIN32)
  uint8_t* to = (uint8_t*)bytes;
  for (size_t i = 0; i < size; ++i) {
    unsigned int word = 0;
    if (rand_s(&word) != 0) return 0;
    to[i] = (uint8_t)(word >> 8);
  }
  return 1;
#elif defined(__APPLE__)
  arc4random_buf(bytes, size);
  return 1;
#else
#if defined(SYS_getrandom)
  if (syscall(SYS_getrandom, bytes, size, 1) == (long)size) return 1;  // 1: GRND_NONBLOCK
#endif
  const int file = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t got = read(file, bytes, size);
  close(file);
  return got == (ssize_t)size;
#endif
}

static int Random(const gmewatch_client* h, void* bytes, size_t size) {
  return h->options.random != NULL ? h->options.random(h->options.user, bytes, size)
                                   : SystemRandom(bytes, size);
}

static long ProcessId(void) {
#if defined(_WIN32)
  return 0;  // there is no fork
#else
  return (long)getpid();
#endif
}

static int64_t ReadClock(gmewatch_client* h) {
  return h->options.clock != NULL ? h->options.clock(h->options.user) : SystemClock();
}

// ---- counts

// Fibonacci hashing spreads GME's codes, which are dense runs, over the table.
static uint32_t FirstIndex(int32_t code) { return ((uint32_t)code * 2654435769U) >> 23; }

// Adds low + high * 2^32.
static void AddCount(uint32_t* to_low, uint32_t* to_high, uint32_t low, uint32_t high) {
  const uint32_t before = Add(to_low, low);
  if (before > UINT32_MAX - low) ++high;
  if (high > 0) Add(to_high, high);
}

static uint64_t TakeCount(uint32_t* low, uint32_t* high) {
  // A carry that comes between the two is taken the next time: the sum of all is right.
  const uint64_t high_part = LoadRelaxed(high) == 0 ? 0 : Swap(high, 0);
  const uint64_t low_part = LoadRelaxed(low) == 0 ? 0 : Swap(low, 0);
  return (high_part << 32) + low_part;
}

static uint64_t PeekCount(const uint32_t* low, const uint32_t* high) {
  return ((uint64_t)Load(high) << 32) + Load(low);
}

static void Count(gmewatch_client* h, int32_t code, uint32_t low, uint32_t high) {
  const uint32_t key = (uint32_t)code ^ 0x80000000U;
  if (key == 0) {
    AddCount(&h->table[kCodes].low, &h->table[kCodes].high, low, high);
    return;
  }
  uint32_t index = FirstIndex(code);
  for (uint32_t probe = 0; probe < kCodes; ++probe, index = (index + 1) % kCodes) {
    Slot* const slot = &h->table[index];
    uint32_t found = LoadRelaxed(&slot->key);
    // If another thread is first, it may have stored this very code.
    if (found == 0) found = Change(&slot->key, 0, key) ? key : LoadRelaxed(&slot->key);
    if (found == key) {
      AddCount(&slot->low, &slot->high, low, high);
      return;
    }
  }
  AddCount(&h->overflow_low, &h->overflow_high, low, high);
}

void gmewatch_report(gmewatch_client* handle, int32_t code, uint32_t count) {
  if (handle == NULL || LoadRelaxed(&handle->counting) == 0 || count == 0) return;
  Count(handle, code, count, 0);
}

void gmewatch_detail(gmewatch_client* handle, int32_t code, const char* operation,
                     int64_t underlying_code) {
  if (handle == NULL || LoadRelaxed(&handle->counting) == 0) return;
  for (size_t i = 0; i < kDetails; ++i) {
    Detail* const detail = &handle->details[i];
    if (!Change(&detail->state, kFree, kWriting)) continue;
    detail->code = code;
    detail->underlying_code = underlying_code;
    detail->size = 0;
    if (operation != NULL) {
      size_t size = 0;
      while (size < 4 * kTextMax && operation[size] != '\0') ++size;
      detail->size = (uint32_t)CopyPrintable(detail->operation, kTextMax, operation, size);
    }
    Store(&detail->state, kReady);
    return;
  }
}

static uint64_t EventsOf(const Counts* counts) {
  uint64_t sum = 0;
  for (size_t i = 0; i < counts->size; ++i) sum = SaturatingAdd(sum, counts->counts[i]);
  return sum;
}

// Shows the numbers to other threads. REQUIRES: stats_version is odd, so that they wait for it.
static void ShowStats(gmewatch_client* h) {
  gmewatch_stats stats = h->stats;
  stats.pending_events =
      h->flight.events + EventsOf(&h->gathered) + (h->old ? EventsOf(&h->restored) : 0);
  uint32_t words[kStatsWords];
  memcpy(words, &stats, sizeof words);
  for (size_t i = 0; i < kStatsWords; ++i) Store(&h->published[i], words[i]);
}

static void NextStatsVersion(gmewatch_client* h) {
  Store(&h->stats_version, Load(&h->stats_version) + 1);
}

static void Publish(gmewatch_client* h) {
  NextStatsVersion(h);
  ShowStats(h);
  NextStatsVersion(h);
}

// Moves what was reported to `gathered`, and the overflow to the losses. Who reads the numbers
// meanwhile finds each event once.
static void Gather(gmewatch_client* h) {
  NextStatsVersion(h);
  for (size_t i = 0; i < kSlots; ++i) {
    Slot* const slot = &h->table[i];
    const uint64_t count = TakeCount(&slot->low, &slot->high);
    if (count == 0) continue;
    h->gathered.codes[i] =
        i == kCodes ? INT32_MIN : (int32_t)(LoadRelaxed(&slot->key) ^ 0x80000000U);
    h->gathered.counts[i] = SaturatingAdd(h->gathered.counts[i], count);
    h->stats.reported_events += count;
  }
  const uint64_t overflow = TakeCount(&h->overflow_low, &h->overflow_high);
  h->losses[kTooManyCodes] = SaturatingAdd(h->losses[kTooManyCodes], overflow);
  h->stats.lost_events = SaturatingAdd(h->stats.lost_events, overflow);
  h->stats.reported_events += overflow;
  ShowStats(h);
  NextStatsVersion(h);
}

static int HasUnreported(const gmewatch_client* h) {
  for (size_t i = 0; i < kReasons; ++i) {
    if (h->losses[i] > 0) return 1;
  }
  return 0;
}

// Takes at most kEventsMax events into `codes` and `counts`. If there are more, each code gives its
// share, so that none waits for another.
static size_t TakeShare(Counts* from, int32_t* codes, uint32_t* counts, uint64_t* events) {
  const uint64_t all = EventsOf(from);
  uint64_t room = kEventsMax;
  size_t size = 0;
  // volatile: every machine rounds to 64 bits, so that all send the same.
  const volatile double share =
      all <= kEventsMax ? 1.0 : (double)(kEventsMax - kCodes) / (double)all;
  *events = 0;
  for (size_t i = 0; i < from->size && size < kCodes; ++i) {
    uint64_t part = from->counts[i];
    if (part == 0) continue;
    if (all > kEventsMax) {
      const volatile double exact = (double)part * share;
      const uint64_t rounded = (uint64_t)exact + 1;
      if (rounded < part) part = rounded;
    }
    if (part > room) part = room;
    if (part == 0) continue;
    room -= part;
    from->counts[i] -= part;
    codes[size] = from->codes[i];
    counts[size] = (uint32_t)part;
    *events += part;
    ++size;
  }
  return size;
}

// ---- spool

static uint32_t Crc32c(const uint8_t* bytes, size_t size) {
  uint32_t crc = 0xFFFFFFFFU;
  for (size_t i = 0; i < size; ++i) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0x82F63B78U & (0U - (crc & 1U)));
  }
  return ~crc;
}

static void PutWord(uint8_t* to, uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) to[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t GetWord(const uint8_t* from) {
  return (uint32_t)from[0] | ((uint32_t)from[1] << 8) | ((uint32_t)from[2] << 16) |
         ((uint32_t)from[3] << 24);
}

static void SetError(gmewatch_client* h, const char* text, const char* more) {
  h->stats.last_error[0] = '\0';
  Append(h->stats.last_error, sizeof h->stats.last_error, text);
  Append(h->stats.last_error, sizeof h->stats.last_error, more);
}

// A spool that cannot be opened or read is not used in this run: what is in it was not read, so a
// later write would replace counts that nobody has. A denial deletes it all the same, unless it is
// another process's.
static void GiveUpSpool(gmewatch_client* h, const char* why, int is_ours) {
  SetError(h, why, h->spool_path);
  ++h->stats.spool_failures;
  h->has_spool = 0;
  h->spool_is_unread = is_ours;
}

static void OpenSpool(gmewatch_client* h) {
  if (h->spool_path[0] == '\0' || h->file != NULL) return;
#if defined(_WIN32)
  // Nobody else may open it meanwhile.
  h->file = _fsopen(h->spool_path, "r+b", _SH_DENYRW);
  if (h->file == NULL && errno == ENOENT) h->file = _fsopen(h->spool_path, "w+b", _SH_DENYRW);
#else
  const int file = open(h->spool_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file >= 0 && flock(file, LOCK_EX | LOCK_NB) != 0) {
    close(file);
    GiveUpSpool(h, "the spool is in use by another process, so this one goes without: ", 0);
    return;
  }
  if (file >= 0) h->file = fdopen(file, "r+b");
  if (file >= 0 && h->file == NULL) close(file);
#endif
  if (h->file == NULL) {
    GiveUpSpool(h,
                "the spool cannot be opened; check that its folder exists and can be written: ", 1);
    return;
  }
  setvbuf(h->file, NULL, _IONBF, 0);
}

// Returns how many bytes there are, or -1 if they cannot be read.
static int LoadSpool(gmewatch_client* h, size_t offset, uint8_t* bytes, size_t size) {
  if (h->options.spool_store != NULL)
    return h->options.spool_load(h->options.user, offset, bytes, size);
  if (fseek(h->file, (long)offset, SEEK_SET) != 0) return -1;
  const size_t read = fread(bytes, 1, size, h->file);
  return ferror(h->file) ? -1 : (int)read;
}

static int StoreSpool(gmewatch_client* h, size_t offset, const uint8_t* bytes, size_t size) {
  if (h->options.spool_store != NULL)
    return h->options.spool_store(h->options.user, offset, bytes, size);
  if (h->file == NULL) OpenSpool(h);
  if (h->file == NULL || fseek(h->file, (long)offset, SEEK_SET) != 0) return 0;
  return fwrite(bytes, 1, size, h->file) == size && fflush(h->file) == 0;
}

static void EraseSpool(gmewatch_client* h) {
  if (!h->has_spool && !h->spool_is_unread) return;
  h->has_spool = 1;  // nothing is left in it that a write could replace
  h->spool_is_unread = 0;
  if (h->options.spool_store != NULL) {
    h->options.spool_erase(h->options.user);
    return;
  }
  if (h->file != NULL) fclose(h->file);
  h->file = NULL;
  remove(h->spool_path);
}

static uint64_t ReportedSoFar(const gmewatch_client* h) {
  uint64_t reported = h->stats.reported_events + PeekCount(&h->overflow_low, &h->overflow_high);
  for (size_t i = 0; i < kSlots; ++i) reported += PeekCount(&h->table[i].low, &h->table[i].high);
  return reported;
}

static int SpoolIsStale(const gmewatch_client* h) {
  return h->spooled_transitions != h->transitions || h->spooled_reported != ReportedSoFar(h);
}

static void PutAge(Writer* out, const gmewatch_client* h, int64_t since) {
  PutVarint(out, (uint64_t)Max64(0, h->now - since));
}

static void PutLosses(Writer* out, const uint64_t* losses) {
  for (size_t i = 0; i < kReasons; ++i) PutVarint(out, losses[i]);
}

// As many of the counts as there is room for, with an end mark. Returns the events that were left
// out.
static uint64_t PutCounts(Writer* out, const gmewatch_client* h, const Counts* counts) {
  uint64_t left_out = 0;
  PutAge(out, h, counts->since);
  for (size_t i = 0; i < counts->size; ++i) {
    if (counts->counts[i] == 0) continue;
    if (out->end - out->at < 64) {
      left_out = SaturatingAdd(left_out, counts->counts[i]);
      continue;
    }
    const uint32_t code = (uint32_t)counts->codes[i];
    PutVarint(out, counts->counts[i]);
    PutVarint(out, (uint32_t)((code << 1) ^ (0U - (code >> 31))));
  }
  PutVarint(out, 0);
  return left_out;
}

static void PutFlight(Writer* out, const gmewatch_client* h) {
  const Flight* const flight = &h->flight;
  PutVarint(out, flight->in_use ? 1 : 0);
  if (!flight->in_use) return;
  PutVarint(out, flight->sequence);
  PutVarint(out, flight->events);
  PutAge(out, h, flight->made);
  PutAge(out, h, flight->oldest);
  PutLosses(out, flight->losses);
  PutVarint(out, flight->counts_size);
  PutBytes(out, flight->counts, flight->counts_size);
  PutVarint(out, flight->tail_size);
  PutBytes(out, flight->tail, flight->tail_size);
}

// A slot: "GMEW", version, generation, size, CRC-32C of the slot with zeros in its place; then the
// state, in varints.
static void WriteSpool(gmewatch_client* h) {
  if (!h->has_spool || h->consent != GMEWATCH_CONSENT_GRANTED) return;
  Gather(h);
  Writer out = WriterOf(h->spool + kSlotHead, sizeof h->spool - kSlotHead);
  PutVarint(&out, (uint64_t)Max64(0, WallClock(h)));
  PutVarint(&out, h->has_session ? h->session_size : 0);
  if (h->has_session) PutBytes(&out, h->session, h->session_size);
  PutVarint(&out, h->settled_sequence);
  PutLosses(&out, h->losses);
  PutFlight(&out, h);
  // The counts of that session, then those that have none yet.
  uint64_t left_out = 0;
  if (h->has_session) left_out = PutCounts(&out, h, h->old ? &h->restored : &h->gathered);
  if (!h->has_session || h->old) {
    left_out = SaturatingAdd(left_out, PutCounts(&out, h, &h->gathered));
  } else {
    PutVarint(&out, 0);  // an age and an end mark
    PutVarint(&out, 0);
  }
  PutVarint(&out, left_out);
  const size_t size = (size_t)(out.at - h->spool);
  memset(h->spool, 0, kSlotHead);
  memcpy(h->spool, "GMEW", 4);
  PutWord(h->spool + 4, 1);
  PutWord(h->spool + 8, h->generation + 1);
  PutWord(h->spool + 12, (uint32_t)size);
  PutWord(h->spool + 16, Crc32c(h->spool, size));
  h->spooled_reported = ReportedSoFar(h);
  h->spooled_transitions = h->transitions;
  h->spool_due = h->now + h->options.spool_ms;
  // The slot of the generation before stays as it is.
  if (!out.full && StoreSpool(h, (h->generation + 1) % 2 * kSlotSize, h->spool, size)) {
    ++h->generation;
    ++h->stats.spool_writes;
    return;
  }
  ++h->stats.spool_failures;
  if (h->stats.last_error[0] == '\0') {
    SetError(h,
             "the spool cannot be written, so counts do not survive the end of this process; check "
             "the free space: ",
             h->spool_path);
  }
}

// Whether a slot was written to its end.
static int IsSlot(uint8_t* slot, size_t size) {
  if (size < kSlotHead || memcmp(slot, "GMEW", 4) != 0 || GetWord(slot + 4) != 1) return 0;
  const uint32_t used = GetWord(slot + 12);
  if (used < kSlotHead || used > size) return 0;
  const uint32_t crc = GetWord(slot + 16);
  PutWord(slot + 16, 0);
  return Crc32c(slot, used) == crc;
}

static void GetLosses(Reader* in, uint64_t* losses) {
  for (size_t i = 0; i < kReasons; ++i) losses[i] = SaturatingAdd(losses[i], GetVarint(in));
}

// The time of a stored age, if `since` has passed after it was stored.
static int64_t GetTime(Reader* in, const gmewatch_client* h, int64_t since) {
  const uint64_t age = GetVarint(in);
  return h->now - since - (age < (uint64_t)kAgeMax ? (int64_t)age : kAgeMax);
}

static int32_t GetCode(Reader* in) {
  const uint32_t code = (uint32_t)GetVarint(in);
  return (int32_t)((code >> 1) ^ (0U - (code & 1U)));
}

static void ForgetSession(gmewatch_client* h) {
  h->has_session = 0;
  h->old = 0;
  h->session_size = 0;
  h->settled_sequence = 0;
  h->flight.in_use = 0;
  h->flight.events = 0;
  h->restored.size = 0;
}

static int GetFlight(Reader* in, gmewatch_client* h, int64_t since) {
  Flight* const flight = &h->flight;
  const int in_use = GetVarint(in) == 1;
  if (!in_use) return !in->bad;
  flight->sequence = GetVarint(in);
  flight->events = GetVarint(in);
  flight->made = GetTime(in, h, since);
  flight->oldest = GetTime(in, h, since);
  memset(flight->losses, 0, sizeof flight->losses);
  GetLosses(in, flight->losses);
  const Reader counts = GetBytes(in, GetVarint(in));
  const Reader tail = GetBytes(in, GetVarint(in));
  flight->counts_size = (size_t)(counts.end - counts.at);
  flight->tail_size = (size_t)(tail.end - tail.at);
  if (in->bad || flight->counts_size > kCountsMax || flight->tail_size > kTailMax) return 0;
  if (flight->counts_size > 0) memcpy(flight->counts, counts.at, flight->counts_size);
  if (flight->tail_size > 0) memcpy(flight->tail, tail.at, flight->tail_size);
  flight->in_use = 1;
  return 1;
}

static int GetRestored(Reader* in, gmewatch_client* h, int64_t since) {
  Counts* const counts = &h->restored;
  counts->since = GetTime(in, h, since);
  counts->size = 0;
  for (;;) {
    const uint64_t count = GetVarint(in);
    if (in->bad || counts->size == kSlots) return 0;
    if (count == 0) return 1;
    counts->codes[counts->size] = GetCode(in);
    counts->counts[counts->size] = count;
    ++counts->size;
  }
}

// Counts that have no session yet become counts of this run.
static int GetUnowned(Reader* in, gmewatch_client* h, int64_t since) {
  h->gathered.since = Min64(h->gathered.since, GetTime(in, h, since));
  for (;;) {
    const uint64_t count = GetVarint(in);
    if (in->bad) return 0;
    if (count == 0) return 1;
    const int32_t code = GetCode(in);
    h->stats.restored_events = SaturatingAdd(h->stats.restored_events, count);
    Count(h, code, (uint32_t)count, (uint32_t)(count >> 32));
  }
}

static int SessionIsOfApp(const gmewatch_client* h) {
  Reader in = ReaderOf(h->session, h->session_size);
  Field field;
  int right = 0;
  while (GetField(&in, &field)) {
    if (field.number == 2 && field.type == 2) right = TextIs(&field.bytes, h->app);
  }
  return right && !in.bad;
}

// Reads the state in a slot. Returns 0 if it is not one; its checksum was right, so that takes
// another version.
static int GetState(Reader* in, gmewatch_client* h) {
  const int64_t since = Clamp64(WallClock(h) - (int64_t)GetVarint(in), 0, kAgeMax);
  const Reader session = GetBytes(in, GetVarint(in));
  h->session_size = (size_t)(session.end - session.at);
  if (in->bad || h->session_size > kSessionMax) return 0;
  if (h->session_size > 0) memcpy(h->session, session.at, h->session_size);
  h->has_session = h->session_size > 0;
  h->old = h->has_session;
  h->settled_sequence = GetVarint(in);
  GetLosses(in, h->losses);
  if (!GetFlight(in, h, since)) return 0;
  if (h->has_session && !GetRestored(in, h, since)) return 0;
  const uint64_t events =
      SaturatingAdd(h->flight.in_use ? h->flight.events : 0, EventsOf(&h->restored));
  const int fits = h->has_session && h->settled_sequence < UINT64_MAX - 1;
  if (!GetUnowned(in, h, since)) return 0;
  const uint64_t left_out = GetVarint(in);
  if (in->bad || (h->flight.in_use && !fits)) return 0;
  h->losses[kSpoolFull] = SaturatingAdd(h->losses[kSpoolFull], left_out);
  h->stats.lost_events += left_out;
  h->stats.reported_events += events + left_out;  // the others are counted as they are gathered
  h->stats.restored_events += events + left_out;
  if (h->has_session && !SessionIsOfApp(h)) {
    // Another app's batch would be rejected for as long as the horizon.
    h->losses[kExpired] = SaturatingAdd(h->losses[kExpired], events);
    h->stats.lost_events += events;
    SetError(h,
             "the spool was written for another app, so its counts are given up; let each app have "
             "its own: ",
             h->spool_path);
    ForgetSession(h);
  }
  return 1;
}

// Reads a slot into `spool`. Returns whether it is whole; gives the spool up if it cannot be read.
static int LoadSlot(gmewatch_client* h, size_t index) {
  if (!h->has_spool) return 0;
  memset(h->spool, 0, sizeof h->spool);
  const int size = LoadSpool(h, index * kSlotSize, h->spool, kSlotSize);
  if (size >= 0) return IsSlot(h->spool, (size_t)size);
  GiveUpSpool(h, "the spool cannot be read, so this process goes without: ", 1);
  return 0;
}

// Takes over what the last run left.
static void ReadSpool(gmewatch_client* h) {
  if (!h->has_spool || h->spool_loaded) return;
  h->spool_loaded = 1;
  h->spool_due = h->now + h->options.spool_ms;
  OpenSpool(h);
  const int first = LoadSlot(h, 0);
  const uint32_t first_generation = first ? GetWord(h->spool + 8) : 0;
  const int second = LoadSlot(h, 1);
  const uint32_t second_generation = second ? GetWord(h->spool + 8) : 0;
  if (!h->has_spool || (!first && !second)) return;
  const int newest = first && second ? (int32_t)(second_generation - first_generation) > 0 : second;
  h->generation = newest ? second_generation : first_generation;
  if (!LoadSlot(h, (size_t)newest)) return;
  Reader in = ReaderOf(h->spool + kSlotHead, GetWord(h->spool + 12) - kSlotHead);
  if (!GetState(&in, h)) {
    ForgetSession(h);
    SetError(h, "the spool is of another version of this library, so its counts are lost: ",
             h->spool_path);
  }
  // What was in flight waits as long as a first batch does.
  h->server_allows = Max64(h->server_allows, h->now + h->options.first_flush_ms);
}

// ---- batches

// A random part of `whole`, at least 1 ms: whole * x / (2^31 - 1) with x from x = x * 48271 mod
// (2^31 - 1).
static int64_t PartOf(gmewatch_client* h, int64_t whole) {
  h->random_state = (uint32_t)((uint64_t)h->random_state * 48271U % 2147483647U);
  return Max64(1, (int64_t)((uint64_t)whole * h->random_state / 2147483647U));
}

static int64_t NextPause(gmewatch_client* h) {
  const int64_t pause = PartOf(h, h->backoff_bound);
  h->backoff_bound = Min64(h->backoff_bound * 2, h->options.max_backoff_ms);
  return pause;
}

// For a failure that needs an operator.
static int64_t LongestPause(gmewatch_client* h) {
  return h->options.max_backoff_ms / 2 + PartOf(h, h->options.max_backoff_ms / 2);
}

static int64_t NextAttempt(const gmewatch_client* h) {
  const int64_t allowed = Max64(h->server_allows, h->backoff_ends);
  return h->flight.in_use || h->expedited > 0 ? allowed : Max64(allowed, h->flush_tick);
}

// The old session is finished once nothing of it is left; the next batch begins the session of this
// run.
static void FinishOld(gmewatch_client* h) {
  if (h->old && !h->flight.in_use && EventsOf(&h->restored) == 0) ForgetSession(h);
}

static void Settled(gmewatch_client* h) {
  h->settled_sequence = h->flight.sequence;
  h->flight.in_use = 0;
  h->flight.events = 0;
  h->server_allows = Max64(h->server_allows, h->now + h->min_interval);
  if (h->expedited > 0) --h->expedited;
  ++h->transitions;
  FinishOld(h);
}

// Never acknowledged: the next batch carries its losses again, and its events as lost.
static void Lose(gmewatch_client* h, int reason) {
  for (size_t i = 0; i < kReasons; ++i)
    h->losses[i] = SaturatingAdd(h->losses[i], h->flight.losses[i]);
  h->losses[reason] = SaturatingAdd(h->losses[reason], h->flight.events);
}

static void GiveUp(gmewatch_client* h) {
  h->stats.lost_events = SaturatingAdd(h->stats.lost_events, h->flight.events);
  Lose(h, kExpired);
  Settled(h);
}

// Draws the id of this run; 0 if the system has no random bytes, or obviously wrong ones.
static int BeginSession(gmewatch_client* h) {
  uint8_t id[kIdSize];
  memset(id, 0, sizeof id);
  int differ = 0;
  const int drawn = Random(h, id, sizeof id);
  for (size_t i = 1; i < kIdSize; ++i) differ |= id[i] != id[0];
  if (!drawn || !differ) {
    SetError(h,
             "the system gives no random bytes for a session id; nothing is sent without one, and "
             "it is tried again",
             "");
    h->backoff_ends = h->now + NextPause(h);
    return 0;
  }
  h->session_size = EncodeSession(h, id);
  h->has_session = 1;
  h->settled_sequence = 0;
  return 1;
}

static void AdvanceFlushTick(gmewatch_client* h) {
  if (h->flush_tick > h->now) return;
  // The first interval is the same for all clients. The second is random, so that clients that were
  // started together do not report in step.
  h->flush_tick += h->ticked ? h->options.flush_ms : PartOf(h, h->options.flush_ms);
  h->ticked = 1;
  if (h->flush_tick <= h->now) h->flush_tick = h->now + h->options.flush_ms;
}

static void AttachTail(gmewatch_client* h) {
  Flight* const flight = &h->flight;
  Writer out = WriterOf(flight->tail, sizeof flight->tail);
  for (size_t i = 0; i < kReasons; ++i) {
    const uint64_t events = h->losses[i] < kReportedMax ? h->losses[i] : kReportedMax;
    flight->losses[i] = events;
    h->losses[i] -= events;
  }
  EncodeLosses(&out, flight->losses);
  for (size_t i = 0; i < kDetails && !h->old; ++i) {
    Detail* const detail = &h->details[i];
    if (Load(&detail->state) != kReady) continue;
    EncodeDetail(&out, detail);
    Store(&detail->state, kFree);
  }
  flight->tail_size = (size_t)(out.at - flight->tail);
}

// Puts what is pending in flight, if there is something.
static void MakeBatch(gmewatch_client* h) {
  AdvanceFlushTick(h);
  Gather(h);
  Counts* const from = h->old ? &h->restored : &h->gathered;
  if (EventsOf(from) == 0 && !HasUnreported(h)) {
    from->since = h->now;
    h->expedited = 0;
    return;
  }
  if (!h->has_session && !BeginSession(h)) return;
  int32_t codes[kCodes];
  uint32_t counts[kCodes];
  Flight* const flight = &h->flight;
  const size_t size = TakeShare(from, codes, counts, &flight->events);
  flight->oldest = from->since;
  // Events that did not fit into this batch are as old as those that did.
  if (EventsOf(from) == 0) from->since = h->now;
  EncodeCounts(flight, codes, counts, size);
  AttachTail(h);
  flight->sequence = h->settled_sequence + 1;
  flight->made = h->now;
  flight->in_use = 1;
  ++h->transitions;
}

static uint64_t BatchesOf(uint64_t events) {
  // If one batch is not enough, each takes at least this many.
  const uint64_t taken = kEventsMax - kCodes;
  return events == 0 ? 0 : events <= kEventsMax ? 1 : (events + taken - 1) / taken;
}

// Until all that is pending now is settled, attempts wait neither for the interval nor for a long
// back-off.
static void Expedite(gmewatch_client* h) {
  Gather(h);
  uint64_t batches =
      BatchesOf(EventsOf(&h->gathered)) + (h->old ? BatchesOf(EventsOf(&h->restored)) : 0);
  if (batches == 0 && HasUnreported(h)) batches = 1;
  batches += h->flight.in_use ? 1 : 0;
  if (batches > h->expedited) h->expedited = batches;
  if (h->expedited == 0) return;
  h->backoff_bound = h->options.initial_backoff_ms;
  h->backoff_ends = Min64(h->backoff_ends, h->last_failure + h->options.initial_backoff_ms);
}

static void RetryWithNewKey(gmewatch_client* h) {
  if (h->stats.last_code != kUnauthenticated) return;
  if (h->tried_new_key) {
    // The new key was no better, and nor may the next one be.
    h->backoff_ends = h->server_allows + NextPause(h);
    return;
  }
  h->tried_new_key = 1;
  h->backoff_bound = h->options.initial_backoff_ms;
  h->backoff_ends = h->server_allows;
}

static void Retry(gmewatch_client* h, const Outcome* outcome) {
  ++h->stats.batches_failed;
  h->last_failure = h->now;
  // A flush has no time to wait for an operator.
  const int64_t pause =
      outcome->needs_operator && h->expedited == 0 ? LongestPause(h) : NextPause(h);
  // The jitter is added to the server's delay, because all clients get the same one.
  int64_t asked = outcome->code == kOk ? h->min_interval : 0;
  if (outcome->has_retry) asked = outcome->retry;
  h->server_allows = h->now + asked;
  h->backoff_ends = h->server_allows + pause;
  if (outcome->code != kUnauthenticated) return;
  if (Load(&h->key_state) == kKeyIsReady) {
    RetryWithNewKey(h);  // it was sent with the key before
  } else if (h->options.key_rejected != NULL) {
    h->options.key_rejected(h->options.user);
  }
}

static void DescribeOutcome(gmewatch_client* h, const Outcome* outcome, int acknowledged) {
  h->stats.last_http_status = outcome->http_status;
  h->stats.last_code = outcome->code;
  h->stats.last_error[0] = '\0';
  if (acknowledged) return;
  char* const to = h->stats.last_error;
  const size_t room = sizeof h->stats.last_error;
  if (outcome->code == kOk) {
    h->stats.last_code = kUnavailable;
    Append(to, room, "the server acknowledged batch ");
    AppendNumber(to, room, (int64_t)outcome->acknowledged);
    Append(to, room, ", not yet ");
    AppendNumber(to, room, (int64_t)h->flight.sequence);
    return;
  }
  Append(to, room, kCodeNames[outcome->code]);
  Append(to, room, ": ");
  Append(to, room, outcome->text);
}

static void Settle(gmewatch_client* h, const Outcome* outcome) {
  if (!h->flight.in_use) return;
  const int acknowledged = outcome->code == kOk && outcome->acknowledged >= h->flight.sequence;
  if (outcome->has_min_interval) h->min_interval = outcome->min_interval;
  DescribeOutcome(h, outcome, acknowledged);
  if (acknowledged) {
    h->stats.acknowledged_events += h->flight.events;
    h->backoff_bound = h->options.initial_backoff_ms;
    h->tried_new_key = 0;
    Settled(h);
  } else if (outcome->is_verdict) {
    h->stats.rejected_events += h->flight.events;
    Lose(h, kRejected);
    Settled(h);
    // So that a server that rejects everything gets fewer and fewer batches.
    h->last_failure = h->now;
    h->backoff_ends = h->now + NextPause(h);
  } else {
    Retry(h, outcome);
  }
}

// ---- requests

static int IsGraph(char c) { return c > ' ' && c < 0x7F; }

static int IsKey(const char* key, size_t size) {
  int right = size <= kKeyMax;
  for (size_t i = 0; i < size && right; ++i) right = IsGraph(key[i]);
  return right;
}

static void UseKey(gmewatch_client* h, const char* key, size_t size) {
  memcpy(h->authorization, "Bearer ", 7);
  memcpy(h->authorization + 7, key, size);
  h->authorization[7 + size] = '\0';
  h->header_count = size > 0 ? 3 : 2;
}

static void Post(gmewatch_client* h) {
  gmewatch_request request;
  // No request is on its way, so nobody reads the old key.
  if (Change(&h->key_state, kKeyIsReady, kKeyMoves)) {
    UseKey(h, h->new_key, strlen(h->new_key));
    Store(&h->key_state, kNoKey);
  }
  request.id = Load(&h->asked_id) + 1;
  if (request.id == 0) request.id = 1;
  request.url = h->url;
  request.headers = h->headers;
  request.header_count = h->header_count;
  request.body = h->body;
  request.body_size = EncodeBody(h);
  request.timeout_ms = h->options.timeout_ms;
  h->answer_due = h->now + h->options.timeout_ms;
  ++h->stats.batches_sent;
  Store(&h->asked_id, request.id);
  Store(&h->mailbox, kAsked);
  if (h->options.post(h->options.user, &request)) return;
  if (!Change(&h->mailbox, kAsked, kIdle)) return;  // it answered after all
  Outcome outcome;
  ReadAnswer(0, NULL, 0, 0, &outcome);
  outcome.text[0] = '\0';
  Append(outcome.text, sizeof outcome.text,
         "the request could not be started; check the engine's HTTP and its log");
  Settle(h, &outcome);
}

// Gives the request up; 0 if its answer is already here.
static int Cancel(gmewatch_client* h) {
  if (!Change(&h->mailbox, kAsked, kIdle)) return 0;
  if (h->options.cancel != NULL) h->options.cancel(h->options.user, Load(&h->asked_id));
  return 1;
}

void gmewatch_on_response(gmewatch_client* handle, uint32_t id, int http_status, const void* body,
                          size_t size) {
  if (handle == NULL || Load(&handle->asked_id) != id ||
      !Change(&handle->mailbox, kAsked, kFilling))
    return;
  if (Load(&handle->asked_id) != id) {
    // The next request was begun meanwhile; this answer is too late.
    Store(&handle->mailbox, kAsked);
    return;
  }
  handle->answer_status = http_status;
  handle->answer_size = size < (size_t)kAnswerMax ? size : (size_t)kAnswerMax;
  if (body == NULL) handle->answer_size = 0;
  if (handle->answer_size > 0) memcpy(handle->answer, body, handle->answer_size);
  Store(&handle->mailbox, kAnswered);
  if (handle->options.wake != NULL) handle->options.wake(handle->options.user);
}

// Takes the answer, or the lack of one after the time for it. Returns whether there was one.
static int TakeAnswer(gmewatch_client* h) {
  Outcome outcome;
  if (Load(&h->mailbox) == kAnswered) {
    ReadAnswer(h->answer_status, h->answer, h->answer_size, h->flight.sequence, &outcome);
    Store(&h->mailbox, kIdle);
  } else if (Load(&h->mailbox) == kAsked && h->now >= h->answer_due && Cancel(h)) {
    memset(&outcome, 0, sizeof outcome);
    outcome.code = kDeadlineExceeded;
    Append(outcome.text, sizeof outcome.text, "no answer within timeout_ms (");
    AppendNumber(outcome.text, sizeof outcome.text, h->options.timeout_ms);
    Append(outcome.text, sizeof outcome.text,
           " ms); check the network, then that the server is reachable");
  } else {
    return 0;
  }
  Settle(h, &outcome);
  return 1;
}

// ---- ticks

static void RestartTimers(gmewatch_client* h) {
  h->flush_tick = h->now + h->options.first_flush_ms;
  h->ticked = 0;
  h->server_allows = kLongAgo;
  h->backoff_ends = kLongAgo;
  h->last_failure = kLongAgo;
  h->min_interval = 0;
  h->expedited = 0;
  h->backoff_bound = h->options.initial_backoff_ms;
}

// Drops what is counted and in flight.
static void Forget(gmewatch_client* h) {
  Cancel(h);
  Store(&h->asked_id, Load(&h->asked_id) + 1);  // an answer that is on its way is of nothing
  Gather(h);
  for (size_t i = 0; i < kSlots; ++i) h->gathered.counts[i] = 0;
  for (size_t i = 0; i < kDetails; ++i) Change(&h->details[i].state, kReady, kFree);
  memset(h->losses, 0, sizeof h->losses);
  ForgetSession(h);
  memset(&h->stats, 0, sizeof h->stats);
  h->gathered.since = h->now;
  ++h->transitions;
}

static void ChangeConsent(gmewatch_client* h, gmewatch_consent consent) {
  const gmewatch_consent before = h->consent;
  h->consent = consent;
  if (consent == before) return;
  if (consent == GMEWATCH_CONSENT_DENIED) {
    Store(&h->counting, 0);
    Forget(h);
    EraseSpool(h);
    h->spool_loaded = 1;
    return;
  }
  // A report that ran while consent was withdrawn.
  if (before == GMEWATCH_CONSENT_DENIED) Forget(h);
  Store(&h->counting, 1);
  if (consent != GMEWATCH_CONSENT_GRANTED) return;
  RestartTimers(h);
  ReadSpool(h);
  FinishOld(h);
  h->spool_due = h->now + h->options.spool_ms;
}

static void NetworkIsBack(gmewatch_client* h) {
  h->backoff_bound = h->options.initial_backoff_ms;
  if (h->backoff_ends > h->now)
    h->backoff_ends = Min64(h->backoff_ends, h->now + PartOf(h, h->backoff_bound));
}

// Returns the commands that it has carried out.
static uint32_t Obey(gmewatch_client* h) {
  const uint32_t commands = Load(&h->commands) == 0 ? 0 : Swap(&h->commands, 0);
  if (commands & kDoConsent) ChangeConsent(h, (gmewatch_consent)Load(&h->wanted_consent));
  if (h->consent != GMEWATCH_CONSENT_GRANTED) return commands;
  if ((commands & kDoNetwork) && Load(&h->network)) NetworkIsBack(h);
  if (commands & kDoKey) RetryWithNewKey(h);
  if (commands & (kDoFlush | kDoPause)) Expedite(h);
  return commands;
}

// One attempt, if it is time for one. Returns whether something was sent.
static int Attempt(gmewatch_client* h) {
  if (Load(&h->mailbox) != kIdle || !Load(&h->network) || NextAttempt(h) > h->now) return 0;
  if (h->flight.in_use && h->now - h->flight.made >= h->options.horizon_ms) GiveUp(h);
  if (!h->flight.in_use) {
    MakeBatch(h);
    if (!h->flight.in_use) return 0;
    // If the process ends between the request and its answer, the next run asks again with the same
    // number.
    WriteSpool(h);
  }
  Post(h);
  return 1;
}

static int64_t NextTime(const gmewatch_client* h) {
  int64_t next = GMEWATCH_NEVER;
  if (h->consent != GMEWATCH_CONSENT_GRANTED) return next;
  if (Load(&h->mailbox) != kIdle) {
    next = h->answer_due;
  } else if (Load(&h->network)) {
    next = NextAttempt(h);
  }
  return h->has_spool ? Min64(next, h->spool_due) : next;
}

// A child of fork: the parent goes on with the session, the request and the spool.
static void StopInChild(gmewatch_client* h) {
  h->off = 1;
  Store(&h->counting, 0);
  if (h->file != NULL) fclose(h->file);
  h->file = NULL;
}

static void Work(gmewatch_client* h) {
  enum { kRounds = 8 };  // a transport that answers at once must not keep the frame
  if (h->process != ProcessId()) {
    StopInChild(h);
    return;
  }
  const uint32_t commands = Obey(h);
  if (h->consent == GMEWATCH_CONSENT_GRANTED) {
    int answered = 0;
    for (int round = 0; round < kRounds; ++round) {
      const int taken = TakeAnswer(h);
      answered |= taken;
      if (!Attempt(h) && !taken) break;
    }
    const int is_due = h->now >= h->spool_due || answered || (commands & kDoPause);
    if (h->has_spool && is_due) {
      if (SpoolIsStale(h)) WriteSpool(h);
      if (h->now >= h->spool_due) h->spool_due = h->now + h->options.spool_ms;
    }
  } else if (Load(&h->mailbox) == kAnswered) {
    Store(&h->mailbox, kIdle);
  }
  Publish(h);
}

static int Enter(gmewatch_client* h) { return Change(&h->busy, 0, 1); }
static void Leave(gmewatch_client* h) { Store(&h->busy, 0); }

int64_t gmewatch_tick(gmewatch_client* handle) {
  if (handle == NULL) return GMEWATCH_NEVER;
  // Another thread works just now; a wait of a millisecond lets it end.
  if (!Enter(handle)) return ReadClock(handle) + 1;
  int64_t next = GMEWATCH_NEVER;
  if (!handle->off) {
    handle->now = Max64(handle->now, ReadClock(handle));
    if (handle->now >= handle->next || Load(&handle->commands) != 0 ||
        Load(&handle->mailbox) == kAnswered) {
      Work(handle);
      handle->next = handle->off ? GMEWATCH_NEVER : NextTime(handle);
    }
    next = handle->next;
    if (Load(&handle->commands) != 0 || Load(&handle->mailbox) == kAnswered) next = handle->now;
  }
  Leave(handle);
  return next;
}

int64_t gmewatch_now(gmewatch_client* handle) { return handle == NULL ? 0 : ReadClock(handle); }

static void Command(gmewatch_client* h, uint32_t command) {
  SetBits(&h->commands, command);
  if (h->options.wake != NULL) h->options.wake(h->options.user);
}

void gmewatch_flush(gmewatch_client* handle) {
  if (handle != NULL && !handle->off) Command(handle, kDoFlush);
}

void gmewatch_pause(gmewatch_client* handle) {
  if (handle == NULL || handle->off) return;
  Command(handle, kDoPause);
  gmewatch_tick(handle);  // no frame may follow
}

void gmewatch_set_consent(gmewatch_client* handle, gmewatch_consent consent) {
  if (handle == NULL || handle->off) return;
  Store(&handle->wanted_consent, (uint32_t)consent);
  Command(handle, kDoConsent);
  // Nothing is kept after a denial, and what is reported after the next consent counts.
  if (consent == GMEWATCH_CONSENT_DENIED || Load(&handle->counting) == 0) gmewatch_tick(handle);
}

void gmewatch_set_network(gmewatch_client* handle, int available) {
  if (handle == NULL || handle->off) return;
  if (Swap(&handle->network, available ? 1 : 0) != (available ? 1U : 0U))
    Command(handle, kDoNetwork);
}

int gmewatch_set_key(gmewatch_client* handle, const char* key) {
  const size_t size = key == NULL ? 0 : strlen(key);
  if (handle == NULL || handle->off || !IsKey(key, size) || handle->process != ProcessId())
    return 0;
  // Others hold it while they copy a thousand bytes.
  while (!Change(&handle->key_state, kNoKey, kKeyMoves) &&
         !Change(&handle->key_state, kKeyIsReady, kKeyMoves)) {
  }
  if (size > 0) memcpy(handle->new_key, key, size);
  handle->new_key[size] = '\0';
  Store(&handle->key_state, kKeyIsReady);
  Command(handle, kDoKey);
  return 1;
}

void gmewatch_get_stats(const gmewatch_client* handle, gmewatch_stats* stats) {
  memset(stats, 0, sizeof *stats);
  if (handle == NULL) return;
  uint32_t words[kStatsWords];
  uint32_t version = 0;
  uint64_t waiting = 0;
  uint64_t overflow = 0;
  do {
    version = Load(&handle->stats_version);
    for (size_t i = 0; i < kStatsWords; ++i) words[i] = Load(&handle->published[i]);
    waiting = 0;
    for (size_t i = 0; i < kSlots; ++i)
      waiting += PeekCount(&handle->table[i].low, &handle->table[i].high);
    overflow = PeekCount(&handle->overflow_low, &handle->overflow_high);
  } while (version % 2 == 1 || version != Load(&handle->stats_version));
  memcpy(stats, words, sizeof words);
  stats->pending_events += waiting;
  stats->lost_events += overflow;
  stats->reported_events += waiting + overflow;
}

const char* gmewatch_error(const gmewatch_client* handle) {
  return handle == NULL ? "the handle is null: there was no memory or no thread for it"
                        : handle->error;
}

void* gmewatch_user(const gmewatch_client* handle) {
  return handle == NULL ? NULL : handle->options.user;
}

// ---- options

static void Say(gmewatch_client* h, const char* field, const char* what) {
  if (h->error[0] != '\0') Append(h->error, kErrorMax, "; ");
  Append(h->error, kErrorMax, field);
  Append(h->error, kErrorMax, what);
}

// Says that a field has a wrong value, and turns the handle off.
static void Fault(gmewatch_client* h, const char* field, const char* value, const char* allowed) {
  char shown[kTextMax + 1];
  shown[CopyPrintable(shown, kTextMax, value, strlen(value))] = '\0';
  Say(h, field, " is \"");
  Append(h->error, kErrorMax, shown);
  Append(h->error, kErrorMax, "\"; allowed: ");
  Append(h->error, kErrorMax, allowed);
  Append(h->error, kErrorMax, "; nothing is counted");
  h->off = 1;
}

static void CopyUrl(gmewatch_client* h, const char* url) {
  static const char kPath[] = "/gmewatch.v1.ErrorReporting/Report";
  if (url == NULL) url = "";
  size_t size = strlen(url);
  const size_t scheme = strncmp(url, "https://", 8) == 0  ? 8
                        : strncmp(url, "http://", 7) == 0 ? 7
                                                          : 0;
  int right = scheme > 0 && size > scheme && size <= kUrlMax;
  for (size_t i = 0; i < size && right; ++i)
    right = IsGraph(url[i]) && url[i] != '?' && url[i] != '#';
  if (!right) {
    Fault(h, "url", url, "http[s]://HOST[:PORT][/PREFIX] of up to 512 characters");
    return;
  }
  while (size > scheme && url[size - 1] == '/') --size;
  memcpy(h->url, url, size);
  memcpy(h->url + size, kPath, sizeof kPath);
}

static void CopyLabel(gmewatch_client* h, const char* field, const char* value, char* to) {
  if (value == NULL) value = "";
  const size_t size = strlen(value);
  int right = size >= 1 && size <= kTextMax;
  for (size_t i = 0; i < size && right; ++i) {
    const char c = value[i];
    right = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '.' || c == '_' || c == '-';
  }
  if (right && (strcmp(value, "all") == 0 || strcmp(value, "other") == 0)) {
    Fault(h, field, value, "any name but \"all\" and \"other\", which are reserved");
  } else if (!right) {
    Fault(h, field, value, "1 to 64 characters of A-Z a-z 0-9 . _ -");
  } else {
    memcpy(to, value, size + 1);
  }
}

static void CopyVersion(gmewatch_client* h, const char* field, const char* value, char* to) {
  if (value == NULL) return;
  const size_t size = strlen(value);
  const size_t written = CopyPrintable(to, kTextMax, value, size);
  to[written] = '\0';
  if (strcmp(to, value) == 0) return;
  Say(h, field,
      written < size ? " is longer than 64 bytes or is not printable UTF-8; it is sent as \""
                     : " is not printable UTF-8; it is sent as \"");
  Append(h->error, kErrorMax, to);
  Append(h->error, kErrorMax, "\"");
}

static void CopyKey(gmewatch_client* h, const char* key) {
  if (key == NULL || key[0] == '\0') return;
  const size_t size = strlen(key);
  if (IsKey(key, size)) {
    UseKey(h, key, size);
  } else {
    Fault(h, "key", "***", "up to 1024 visible ASCII characters without blanks");
  }
}

static void MoveIntoRange(gmewatch_client* h, const char* field, int64_t* value, int64_t low,
                          int64_t high) {
  const int64_t moved = Clamp64(*value, low, high);
  if (moved == *value) return;
  Say(h, field, " is ");
  AppendNumber(h->error, kErrorMax, *value);
  Append(h->error, kErrorMax, "; allowed: ");
  AppendNumber(h->error, kErrorMax, low);
  Append(h->error, kErrorMax, " to ");
  AppendNumber(h->error, kErrorMax, high);
  Append(h->error, kErrorMax, "; it is taken as ");
  AppendNumber(h->error, kErrorMax, moved);
  *value = moved;
}

static void CheckDurations(gmewatch_client* h) {
  gmewatch_options* const o = &h->options;
  const int64_t hour = 3600000;
  MoveIntoRange(h, "first_flush_ms", &o->first_flush_ms, 10, hour);
  MoveIntoRange(h, "flush_ms", &o->flush_ms, 10, hour);
  MoveIntoRange(h, "timeout_ms", &o->timeout_ms, 10, 300000);
  MoveIntoRange(h, "max_backoff_ms", &o->max_backoff_ms, 10, hour);
  MoveIntoRange(h, "initial_backoff_ms", &o->initial_backoff_ms, 10, o->max_backoff_ms);
  MoveIntoRange(h, "horizon_ms", &o->horizon_ms, 60000, 720 * hour);
  MoveIntoRange(h, "spool_ms", &o->spool_ms, 1000, hour);
}

static void CheckCallbacks(gmewatch_client* h) {
  gmewatch_options* const o = &h->options;
  if (o->post == NULL) Fault(h, "post", "null", "a function; gmewatch_start sets one");
  const int stores = (o->spool_load != NULL) + (o->spool_store != NULL) + (o->spool_erase != NULL);
  if (stores == 1 || stores == 2) {
    Say(h, "spool_load, spool_store, spool_erase",
        ": some are null; allowed: all or none; there is no spool");
    o->spool_store = NULL;
  }
  if (o->spool_path != NULL && strlen(o->spool_path) >= kPathMax) {
    Say(h, "spool_path", " is longer than 1023 bytes; there is no spool");
  } else if (o->spool_path != NULL && stores == 0) {
    memcpy(h->spool_path, o->spool_path, strlen(o->spool_path) + 1);
  }
  h->has_spool = o->spool_store != NULL || h->spool_path[0] != '\0';
}

static void SetHeader(gmewatch_client* h, size_t index, const char* name, const char* value) {
  h->headers[index].name = name;
  h->headers[index].value = value;
}

gmewatch_options gmewatch_defaults(void) {
  gmewatch_options options;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.first_flush_ms = 10000;
  options.flush_ms = 60000;
  options.timeout_ms = 15000;
  options.initial_backoff_ms = 1000;
  options.max_backoff_ms = 900000;
  options.horizon_ms = 86400000;
  options.spool_ms = 10000;
  options.consent = GMEWATCH_CONSENT_UNKNOWN;
  options.network = 1;
  return options;
}

size_t gmewatch_size(void) { return sizeof(gmewatch_client); }

static void Initialize(gmewatch_client* h, const gmewatch_options* options) {
  h->options = gmewatch_defaults();
  // An older program's struct is shorter: its size says what it has.
  memcpy(&h->options, options, options->size < sizeof *options ? options->size : sizeof *options);
  const gmewatch_options* const o = &h->options;
  CopyUrl(h, o->url);
  CopyLabel(h, "app", o->app, h->app);
  CopyLabel(h, "region", o->region, h->region);
  CopyVersion(h, "app_version", o->app_version, h->versions[0]);
  CopyVersion(h, "sdk_version", o->sdk_version, h->versions[1]);
  CopyVersion(h, "platform", o->platform, h->versions[2]);
  SetHeader(h, 0, "Content-Type", "application/proto");
  SetHeader(h, 1, "Connect-Protocol-Version", "1");
  SetHeader(h, 2, "Authorization", h->authorization);
  h->header_count = 2;
  CopyKey(h, o->key);
  CheckDurations(h);
  CheckCallbacks(h);
  h->process = ProcessId();
  h->now = ReadClock(h);
  h->gathered.size = kSlots;
  h->gathered.since = h->now;
  uint32_t seed = o->seed;
  if (seed == 0 && !Random(h, &seed, sizeof seed)) seed = (uint32_t)h->now ^ (uint32_t)(uintptr_t)h;
  h->random_state = seed % 2147483647U == 0 ? 1 : seed % 2147483647U;
  h->network = o->network ? 1 : 0;
  RestartTimers(h);
  h->consent = GMEWATCH_CONSENT_UNKNOWN;
  h->counting = h->off ? 0 : 1;
  h->wanted_consent = (uint32_t)o->consent;
  if (!h->off) ChangeConsent(h, o->consent);
  h->next = h->off ? GMEWATCH_NEVER : NextTime(h);
  Publish(h);
}

gmewatch_client* gmewatch_create_in(void* memory, size_t size, const gmewatch_options* options) {
  if (memory == NULL || options == NULL || size < sizeof(gmewatch_client) ||
      (uintptr_t)memory % 8 != 0)
    return NULL;
  memset(memory, 0, sizeof(gmewatch_client));
  gmewatch_client* const handle = (gmewatch_client*)memory;
  Initialize(handle, options);
  return handle;
}

gmewatch_client* gmewatch_create(const gmewatch_options* options) {
  gmewatch_client* const handle =
      gmewatch_create_in(malloc(sizeof(gmewatch_client)), sizeof(gmewatch_client), options);
  if (handle != NULL) handle->allocated = 1;
  return handle;
}

void gmewatch_destroy(gmewatch_client* handle) {
  if (handle == NULL) return;
  if (!handle->off && handle->process != ProcessId()) StopInChild(handle);
  if (!handle->off) {
    handle->now = Max64(handle->now, ReadClock(handle));
    Obey(handle);
    if (Load(&handle->mailbox) == kAnswered) TakeAnswer(handle);
    Cancel(handle);
    if (handle->consent == GMEWATCH_CONSENT_GRANTED && SpoolIsStale(handle)) WriteSpool(handle);
  }
  if (handle->file != NULL) fclose(handle->file);
  if (handle->allocated) free(handle);
}
