// Counts GME error codes in a game and sends the counts to gmewatchd over HTTPS. C99 without
// dependencies: add gmewatch.c to the game's sources. The HTTP comes from the engine (callbacks
// below) or from gmewatch_curl.c or gmewatch_winhttp.c.
//
//   gmewatch_options options = gmewatch_defaults();
//   options.url = "https://gmewatch.example.com";
//   options.app = "demo";
//   options.region = "eu";
//   options.consent = GMEWATCH_CONSENT_GRANTED;
//   gmewatch_client* watch = gmewatch_start(&options);
//   gmewatch_report(watch, result, 1);  // in any GME callback; AV_OK (0) counts as a success
//   gmewatch_stop(watch, 0);
//
// Promises: gmewatch_report is wait-free. Nothing is allocated after creation. A count is kept
// until the server has acknowledged it; events that have to be given up are counted as lost and
// reported to the server.
//
// Thread safety: every function but gmewatch_destroy and gmewatch_stop may be called from any
// thread; only a null handle is harmless to those two. One thread at a time works in gmewatch_tick;
// others return at once.
//
// fork: the child's copy of a handle counts, but sends and stores nothing. The parent's goes on.
#ifndef GMEWATCH_H_
#define GMEWATCH_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gmewatch_client gmewatch_client;

// The player's answer to "may this game send error counts?".
typedef enum gmewatch_consent {
  // Not asked yet: counts are kept in memory; no request is made, no file is opened, no session id
  // is drawn.
  GMEWATCH_CONSENT_UNKNOWN = 0,
  GMEWATCH_CONSENT_GRANTED = 1,
  // Everything is forgotten, the spool is deleted, and gmewatch_report has no effect until consent
  // is granted.
  GMEWATCH_CONSENT_DENIED = 2
} gmewatch_consent;

typedef struct gmewatch_header {
  const char* name;
  const char* value;
} gmewatch_header;

// An HTTP POST. The pointers are valid until gmewatch_on_response or `cancel` was called for `id`.
typedef struct gmewatch_request {
  uint32_t id;
  const char* url;
  const gmewatch_header* headers;
  size_t header_count;
  const void* body;
  size_t body_size;
  int64_t timeout_ms;  // connecting is part of it
} gmewatch_request;

// The largest body, in bytes.
#define GMEWATCH_BODY_MAX 10688

// A time that never comes.
#define GMEWATCH_NEVER INT64_MAX

// The largest file or buffer that a spool needs, in bytes: two slots.
#define GMEWATCH_SPOOL_SLOT 16000
#define GMEWATCH_SPOOL_SIZE 32000

// Fill it with gmewatch_defaults(), then change what differs. Texts are copied. Durations out of
// range are moved into their range, texts of the second group are cut or have '?' for what is not
// printable UTF-8; gmewatch_error() says so.
typedef struct gmewatch_options {
  size_t size;  // of this struct, so that later versions can add fields

  const char* url;  // http[s]://HOST[:PORT][/PREFIX] of gmewatchd's Connect address or the proxy in
                    // front of it
  const char* app;  // 1 to 64 characters of A-Z a-z 0-9 . _ - but not "all" or "other"
  const char* region;  // the same
  const char* key;     // the app's key, a token of its backend, or null; up to 1024 visible ASCII
                       // characters; use https with it

  // Up to 64 bytes of printable UTF-8 each, or null.
  const char* app_version;
  const char* sdk_version;  // from GetSDKVersion()
  const char* platform;

  // For phones: the first batch after 10 s, the second after a random part of 60 s, then each 60 s;
  // nothing without counts.
  int64_t first_flush_ms;      // 10 ms to 1 h
  int64_t flush_ms;            // 10 ms to 1 h
  int64_t timeout_ms;          // 15 s; 10 ms to 5 min: when a batch without an answer is sent again
  int64_t initial_backoff_ms;  // 1 s; 10 ms to max_backoff_ms. Full jitter between 0 and a bound
                               // that doubles
  int64_t max_backoff_ms;      // 15 min; 10 ms to 1 h
  int64_t horizon_ms;  // 24 h; 1 min to 30 days: when a batch without an acknowledgement is given
                       // up (EXPIRED)
  int64_t spool_ms;    // 10 s; 1 s to 1 h: how often changed counts are written to the spool

  gmewatch_consent consent;  // unknown
  int network;               // 1; 0: no attempt until gmewatch_set_network(handle, 1)

  // What counts survive a killed or ended game in: a file of this name. Null: nothing is written,
  // unless spool_store is set. The file is locked, so a second process with the same name goes
  // without a spool.
  const char* spool_path;

  void* user;  // the first argument of every callback

  // Starts a POST; returns 0 if it cannot. gmewatch_on_response follows, from any thread, also
  // before `post` returns.
  int (*post)(void* user, const gmewatch_request* request);
  // The request is given up; its pointers end with this call. May be null if `post` copies what it
  // needs.
  void (*cancel)(void* user, uint32_t id);
  // Something is to be done in gmewatch_tick. For threads that wait for its time; may be null.
  void (*wake)(void* user);

  // Null: the system's. Milliseconds since any start, which go on while the device sleeps.
  int64_t (*clock)(void* user);
  // Null: the system's. Milliseconds since 1970; only for the age of a spool.
  int64_t (*wall_clock)(void* user);
  // Null: the system's. Fills `bytes` from a source that no two processes share; returns 0 if it
  // cannot.
  int (*random)(void* user, void* bytes, size_t size);

  // A spool in something else than a file: GMEWATCH_SPOOL_SIZE bytes. All three or none. `load`
  // returns how many bytes it has read, 0 if it is empty, or -1 if it failed: what could not be
  // read is not written over in this run. `store` writes at an offset and may be cut off anywhere
  // by the end of the process; it returns 0 on failure.
  int (*spool_load)(void* user, size_t offset, void* bytes, size_t size);
  int (*spool_store)(void* user, size_t offset, const void* bytes, size_t size);
  void (*spool_erase)(void* user);

  uint32_t seed;  // of the jitter; 0: drawn from `random`

  // The server has rejected the key as wrong, or as a token that has ended (UNAUTHENTICATED). The
  // batch is kept; gmewatch_set_key, from here or later, sends it again. Called in gmewatch_tick;
  // may be null.
  void (*key_rejected)(void* user);

  // For gmewatch_curl.c: a file of the authorities that it trusts (PEM). Null: libcurl's own;
  // Android and consoles have none that it finds.
  const char* ca_file;
} gmewatch_options;

// acknowledged + rejected + lost + pending = reported.
typedef struct gmewatch_stats {
  uint64_t reported_events;  // by gmewatch_report, and those that the spool gave back
  uint64_t acknowledged_events;
  uint64_t rejected_events;  // in batches that the server rejected
  uint64_t lost_events;      // given up: too many distinct codes, or expired
  uint64_t pending_events;
  uint64_t restored_events;  // from the spool
  uint64_t batches_sent;     // attempts, with retries
  uint64_t batches_failed;   // attempts that must be repeated
  uint64_t spool_writes;
  uint64_t spool_failures;
  int32_t last_code;  // of the last attempt: a gRPC status code such as 7 (PERMISSION_DENIED); 0:
                      // success
  int32_t last_http_status;  // 0: no answer
  char last_error[240];  // what happened to the last attempt or write, and what to do; empty after
                         // a success
} gmewatch_stats;

gmewatch_options gmewatch_defaults(void);

// Makes a handle, with one allocation. Null only without memory. If url, app, region, key or a
// callback is wrong, the handle counts nothing and gmewatch_error() says why.
gmewatch_client* gmewatch_create(const gmewatch_options* options);
// The same in memory of the caller: gmewatch_size() bytes, aligned to 8.
size_t gmewatch_size(void);
gmewatch_client* gmewatch_create_in(void* memory, size_t size, const gmewatch_options* options);
// Cancels the request, writes the spool and releases the handle; sends nothing. No other call may
// run or follow.
void gmewatch_destroy(gmewatch_client* handle);

// Counts `count` events of `code`; 0 is a success. There is room for 512 codes; events of further
// ones are lost (TOO_MANY_CODES).
void gmewatch_report(gmewatch_client* handle, int32_t code, uint32_t count);
// Adds a detail to an event that gmewatch_report counts: the SDK call (cut at 64 bytes; may be
// null), the code in the SDK's log.
void gmewatch_detail(gmewatch_client* handle, int32_t code, const char* operation,
                     int64_t underlying_code);

// Does what is due: call it each frame, or from a thread. Returns when it has something to do next,
// by the handle's clock.
int64_t gmewatch_tick(gmewatch_client* handle);
// The handle's clock.
int64_t gmewatch_now(gmewatch_client* handle);
// The answer to a request. The body is copied; 4,096 bytes of it are enough. HTTP status 0: there
// was no answer, and the body is the transport's words for it, for last_error.
void gmewatch_on_response(gmewatch_client* handle, uint32_t id, int http_status, const void* body,
                          size_t size);

// Sends what is pending without waiting for the interval; the server's delays still count.
void gmewatch_flush(gmewatch_client* handle);
// The game goes to the background: writes the spool, then as gmewatch_flush.
void gmewatch_pause(gmewatch_client* handle);
// A denial, and a consent after it, are carried out at once, also without a frame: nothing is kept,
// and what is reported from there on counts.
void gmewatch_set_consent(gmewatch_client* handle, gmewatch_consent consent);
void gmewatch_set_network(gmewatch_client* handle, int available);

// Replaces the key from the next request on, which is made at once if the last one failed because
// of the key. Null or empty: none. Returns 0, and changes nothing, if it is not up to 1024 visible
// ASCII characters.
int gmewatch_set_key(gmewatch_client* handle, const char* key);

void gmewatch_get_stats(const gmewatch_client* handle, gmewatch_stats* stats);
// What is wrong with the options: the field, its value, what is allowed, and what was done. Empty
// if nothing is.
const char* gmewatch_error(const gmewatch_client* handle);
// `user` of the options.
void* gmewatch_user(const gmewatch_client* handle);

// In gmewatch_curl.c and gmewatch_winhttp.c, whichever is linked: a handle with a thread of its own
// that ticks and sends. It sets the callbacks post, cancel, wake and user; leave the others null.
// Null if there is no memory or no thread; a null handle is harmless.
gmewatch_client* gmewatch_start(const gmewatch_options* options);
// Flushes for up to flush_ms (0: leaves it to the spool), ends the thread and the handle. Returns 1
// if nothing is pending.
int gmewatch_stop(gmewatch_client* handle, int64_t flush_ms);

#ifdef __cplusplus
}
#endif

#endif  // GMEWATCH_H_
