// gmewatch_start over libcurl (7.68 or later) and POSIX threads: one thread that ticks and sends,
// with all signals blocked. The thread owns curl's handles; `post` and `cancel`, which other
// threads may run through gmewatch_pause, leave it a note.
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1  // NOLINT(bugprone-reserved-identifier): asks for POSIX under -std=c99
#endif

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gmewatch.h"

enum { kAnswerMax = 4096, kIdleWaitMs = 60000 };

typedef struct Transport {
  gmewatch_client* watch;
  pid_t process;
  pthread_t thread;
  pthread_mutex_t mutex;
  CURLM* multi;
  CURL* easy;
  struct curl_slist* headers;
  int close_after_each;

  // Guarded by `mutex`.
  int stopping;
  int64_t stop_at;
  int has_note;        // a request that the thread is to start
  uint32_t cancelled;  // the id of a request that it is to give up
  uint32_t noted_id;
  const char* url;
  int64_t timeout_ms;
  size_t body_size;
  char body[GMEWATCH_BODY_MAX];

  // The thread's own.
  uint32_t active;  // the id of the request that runs; 0: none
  size_t answer_size;
  char answer[kAnswerMax];
  int by_ipv4;  // the next request
} Transport;

static int Post(void* user, const gmewatch_request* request) {
  Transport* const t = (Transport*)user;
  pthread_mutex_lock(&t->mutex);
  for (size_t i = 0; t->headers == NULL && i < request->header_count; ++i) {
    // The headers are the same in every request.
    char line[1200];
    struct curl_slist* more = NULL;
    if (strlen(request->headers[i].name) + strlen(request->headers[i].value) + 3 > sizeof line)
      break;
    strcpy(line, request->headers[i].name);
    strcat(line, ": ");
    strcat(line, request->headers[i].value);
    more = curl_slist_append(t->headers, line);
    if (more == NULL) break;
    t->headers = more;
  }
  t->has_note = 1;
  t->noted_id = request->id;
  t->url = request->url;  // the same in every request, for the handle's life
  t->timeout_ms = request->timeout_ms;
  t->body_size = request->body_size;
  memcpy(t->body, request->body, request->body_size);
  pthread_mutex_unlock(&t->mutex);
  curl_multi_wakeup(t->multi);
  return 1;
}

static void Cancel(void* user, uint32_t id) {
  Transport* const t = (Transport*)user;
  pthread_mutex_lock(&t->mutex);
  if (t->has_note && t->noted_id == id) t->has_note = 0;
  t->cancelled = id;
  pthread_mutex_unlock(&t->mutex);
  curl_multi_wakeup(t->multi);
}

static void Wake(void* user) { curl_multi_wakeup(((Transport*)user)->multi); }

static size_t TakeBytes(char* bytes, size_t size, size_t count, void* user) {
  Transport* const t = (Transport*)user;
  const size_t all = size * count;
  const size_t room = sizeof t->answer - t->answer_size;
  const size_t taken = all < room ? all : room;
  if (taken > 0) memcpy(t->answer + t->answer_size, bytes, taken);
  t->answer_size += taken;
  return all;
}

// After a request without an answer the next one goes to IPv4 only, the one after that to any
// address: one that accepts connections and says nothing must not have them all.
static void ChangeAddresses(Transport* t) { t->by_ipv4 = !t->by_ipv4; }

static void End(Transport* t) {
  if (t->active == 0) return;
  curl_multi_remove_handle(t->multi, t->easy);
  t->active = 0;
}

// Starts the request of the note. REQUIRES: the mutex, no active request.
static void Start(Transport* t) {
  t->has_note = 0;
  t->answer_size = 0;
  curl_easy_setopt(t->easy, CURLOPT_URL, t->url);
  curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
  curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE, (long)t->body_size);
  curl_easy_setopt(t->easy, CURLOPT_COPYPOSTFIELDS, t->body);
  curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)t->timeout_ms);
  curl_easy_setopt(t->easy, CURLOPT_IPRESOLVE,
                   t->by_ipv4 ? (long)CURL_IPRESOLVE_V4 : (long)CURL_IPRESOLVE_WHATEVER);
  if (curl_multi_add_handle(t->multi, t->easy) == CURLM_OK) t->active = t->noted_id;
}

static void SetUp(Transport* t, const char* ca_file) {
  curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(t->easy, CURLOPT_NOPROXY, "*");  // a player's HTTP proxy does not see the counts
  curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, TakeBytes);
  curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
  curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, t->close_after_each ? 1L : 0L);
  if (ca_file != NULL) curl_easy_setopt(t->easy, CURLOPT_CAINFO, ca_file);
#if LIBCURL_VERSION_NUM >= 0x075700
  curl_easy_setopt(t->easy, CURLOPT_QUICK_EXIT, 1L);  // the end does not wait for a slow DNS server
#endif
}

// Carries out the notes. Returns 1 if the thread is to end.
static int ReadNotes(Transport* t, int64_t now) {
  gmewatch_stats stats;
  gmewatch_get_stats(t->watch, &stats);
  pthread_mutex_lock(&t->mutex);
  if (t->active != 0 && t->active == t->cancelled) {
    ChangeAddresses(t);
    End(t);
  }
  if (t->has_note && t->active == 0) Start(t);
  const int ends = t->stopping && (stats.pending_events == 0 || now >= t->stop_at);
  pthread_mutex_unlock(&t->mutex);
  return ends;
}

// Gives the answer, if there is one, to the core. Returns whether there was.
static int TakeAnswer(Transport* t) {
  int left = 0;
  CURLMsg* const message = curl_multi_info_read(t->multi, &left);
  if (message == NULL || message->msg != CURLMSG_DONE) return 0;
  long status = 0;
  if (message->data.result == CURLE_OK) {
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
  } else {
    ChangeAddresses(t);
    const char* const why = curl_easy_strerror(message->data.result);
    t->answer_size = strlen(why);
    memcpy(t->answer, why, t->answer_size);
  }
  const uint32_t id = t->active;
  End(t);
  gmewatch_on_response(t->watch, id, (int)status, t->answer, t->answer_size);
  return 1;
}

static int WaitMs(Transport* t, int64_t next, int64_t now) {
  pthread_mutex_lock(&t->mutex);
  if (t->stopping && t->stop_at < next) next = t->stop_at;
  pthread_mutex_unlock(&t->mutex);
  if (next <= now) return 0;
  return next - now < kIdleWaitMs ? (int)(next - now) : kIdleWaitMs;
}

static void* Run(void* user) {
  Transport* const t = (Transport*)user;
  for (;;) {
    const int64_t next = gmewatch_tick(t->watch);
    const int64_t now = gmewatch_now(t->watch);
    int running = 0;
    if (ReadNotes(t, now)) break;
    curl_multi_perform(t->multi, &running);
    if (TakeAnswer(t)) continue;
    curl_multi_poll(t->multi, NULL, 0, WaitMs(t, next, now), NULL);
  }
  End(t);
  return NULL;
}

static void Release(Transport* t) {
  if (t->easy != NULL) curl_easy_cleanup(t->easy);
  if (t->multi != NULL) curl_multi_cleanup(t->multi);
  curl_slist_free_all(t->headers);
  pthread_mutex_destroy(&t->mutex);
  free(t);
}

static int StartThread(Transport* t) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int failure = pthread_create(&t->thread, NULL, Run, t);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return failure == 0;
}

gmewatch_client* gmewatch_start(const gmewatch_options* options) {
  if (options == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return NULL;
  Transport* const t = (Transport*)calloc(1, sizeof *t);
  if (t == NULL) return NULL;
  pthread_mutex_init(&t->mutex, NULL);
  t->process = getpid();
  t->multi = curl_multi_init();
  t->easy = curl_easy_init();
  gmewatch_options own = gmewatch_defaults();
  memcpy(&own, options, options->size < sizeof own ? options->size : sizeof own);
  own.user = t;
  own.post = Post;
  own.cancel = Cancel;
  own.wake = Wake;
  // On a phone a connection does not live until the next batch.
  t->close_after_each = own.flush_ms >= 30000;
  if (t->multi != NULL && t->easy != NULL) {
    SetUp(t, own.ca_file);
    t->watch = gmewatch_create(&own);
  }
  if (t->watch != NULL && StartThread(t)) return t->watch;
  gmewatch_destroy(t->watch);
  Release(t);
  return NULL;
}

int gmewatch_stop(gmewatch_client* handle, int64_t flush_ms) {
  if (handle == NULL) return 1;
  Transport* const t = (Transport*)gmewatch_user(handle);
  gmewatch_stats stats;
  if (t->process == getpid()) {
    if (flush_ms > 0) gmewatch_flush(handle);
    pthread_mutex_lock(&t->mutex);
    t->stopping = 1;
    t->stop_at = gmewatch_now(handle) + (flush_ms > 0 ? flush_ms : 0);
    pthread_mutex_unlock(&t->mutex);
    curl_multi_wakeup(t->multi);
    pthread_join(t->thread, NULL);
    gmewatch_get_stats(handle, &stats);
    gmewatch_destroy(handle);
    Release(t);
    return stats.pending_events == 0;
  }
  // A forked child: the thread and curl's handles are the parent's.
  gmewatch_destroy(handle);
  return 0;
}
