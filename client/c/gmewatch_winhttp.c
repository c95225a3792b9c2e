// gmewatch_start over WinHTTP: one thread that ticks and sends, one request at a time. Link
// winhttp.lib. WinHTTP's calls wait, each for at most the request's timeout, so gmewatch_stop may
// take that long if the network hangs.
#include "gmewatch.h"

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <winhttp.h>

enum { kAnswerMax = 4096, kUrlMax = 1024, kHeadersMax = 2048, kIdleWaitMs = 60000 };

typedef struct Transport {
  gmewatch_client* watch;
  HANDLE thread;
  HANDLE wake;
  HINTERNET session;
  CRITICAL_SECTION lock;

  // Guarded by `lock`.
  int stopping;
  int64_t stop_at;
  int has_note;  // a request that the thread is to send
  uint32_t id;
  int timeout_ms;
  size_t body_size;
  char body[GMEWATCH_BODY_MAX];
  WCHAR url[kUrlMax];
  WCHAR headers[kHeadersMax];

  // The thread's own.
  size_t sending_size;
  char sending[GMEWATCH_BODY_MAX];
  size_t answer_size;
  char answer[kAnswerMax];
} Transport;

// Appends ASCII text; what does not fit is cut.
static void AppendWide(WCHAR* to, size_t room, const char* text) {
  size_t at = wcslen(to);
  for (; *text != '\0' && at + 1 < room; ++text) to[at++] = (WCHAR)(unsigned char)*text;
  to[at] = 0;
}

static int Post(void* user, const gmewatch_request* request) {
  Transport* const t = (Transport*)user;
  EnterCriticalSection(&t->lock);
  t->url[0] = 0;
  AppendWide(t->url, kUrlMax, request->url);
  t->headers[0] = 0;
  for (size_t i = 0; i < request->header_count; ++i) {
    AppendWide(t->headers, kHeadersMax, request->headers[i].name);
    AppendWide(t->headers, kHeadersMax, ": ");
    AppendWide(t->headers, kHeadersMax, request->headers[i].value);
    AppendWide(t->headers, kHeadersMax, "\r\n");
  }
  t->id = request->id;
  t->timeout_ms = (int)request->timeout_ms;
  t->body_size = request->body_size;
  memcpy(t->body, request->body, request->body_size);
  t->has_note = 1;
  LeaveCriticalSection(&t->lock);
  SetEvent(t->wake);
  return 1;
}

// A request that runs ends by its own timeout; the core ignores its answer.
static void Cancel(void* user, uint32_t id) {
  Transport* const t = (Transport*)user;
  EnterCriticalSection(&t->lock);
  if (t->id == id) t->has_note = 0;
  LeaveCriticalSection(&t->lock);
}

static void Wake(void* user) { SetEvent(((Transport*)user)->wake); }

static void ReadBody(Transport* t, HINTERNET request) {
  DWORD read = 0;
  t->answer_size = 0;
  while (t->answer_size < kAnswerMax &&
         WinHttpReadData(request, t->answer + t->answer_size, (DWORD)(kAnswerMax - t->answer_size),
                         &read) &&
         read > 0) {
    t->answer_size += read;
  }
}

// Sends the body; returns the HTTP status, 0 without an answer.
static int Send(Transport* t, const WCHAR* url, const WCHAR* headers) {
  URL_COMPONENTS parts;
  WCHAR host[256];
  DWORD status = 0;
  DWORD size = sizeof status;
  memset(&parts, 0, sizeof parts);
  parts.dwStructSize = sizeof parts;
  parts.lpszHostName = host;
  parts.dwHostNameLength = 256;
  parts.dwUrlPathLength = (DWORD)-1;
  t->answer_size = 0;
  if (!WinHttpCrackUrl(url, 0, 0, &parts)) return 0;
  const HINTERNET connection = WinHttpConnect(t->session, host, parts.nPort, 0);
  if (connection == NULL) return 0;
  const DWORD flags = parts.nScheme == INTERNET_SCHEME_HTTPS ? WINHTTP_FLAG_SECURE : 0;
  const HINTERNET request =
      WinHttpOpenRequest(connection, L"POST", parts.lpszUrlPath, NULL, WINHTTP_NO_REFERER,
                         WINHTTP_DEFAULT_ACCEPT_TYPES, flags);
  if (request != NULL) {
    // A redirect would carry the key to another server.
    DWORD off = WINHTTP_DISABLE_REDIRECTS | WINHTTP_DISABLE_COOKIES;
    WinHttpSetOption(request, WINHTTP_OPTION_DISABLE_FEATURE, &off, sizeof off);
    WinHttpSetTimeouts(request, t->timeout_ms, t->timeout_ms, t->timeout_ms, t->timeout_ms);
    if (WinHttpSendRequest(request, headers, (DWORD)-1, t->sending, (DWORD)t->sending_size,
                           (DWORD)t->sending_size, 0) &&
        WinHttpReceiveResponse(request, NULL) &&
        WinHttpQueryHeaders(request, WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER,
                            WINHTTP_HEADER_NAME_BY_INDEX, &status, &size,
                            WINHTTP_NO_HEADER_INDEX)) {
      ReadBody(t, request);
    }
    WinHttpCloseHandle(request);
  }
  WinHttpCloseHandle(connection);
  return (int)status;
}

// Sends the noted request, if there is one. Returns whether there was.
static int SendNote(Transport* t) {
  static const char kNoAnswer[] = "WinHTTP could not reach the server";
  uint32_t id = 0;
  WCHAR url[kUrlMax];
  WCHAR headers[kHeadersMax];
  EnterCriticalSection(&t->lock);
  const int has_note = t->has_note;
  if (has_note) {
    t->has_note = 0;
    id = t->id;
    memcpy(url, t->url, sizeof url);
    memcpy(headers, t->headers, sizeof headers);
    memcpy(t->sending, t->body, t->body_size);
    t->sending_size = t->body_size;
  }
  LeaveCriticalSection(&t->lock);
  if (!has_note) return 0;
  const int status = Send(t, url, headers);
  if (status == 0) {
    t->answer_size = sizeof kNoAnswer - 1;
    memcpy(t->answer, kNoAnswer, t->answer_size);
  }
  gmewatch_on_response(t->watch, id, status, t->answer, t->answer_size);
  return 1;
}

// Returns 1 if the thread is to end; else how long it may wait.
static int ShouldEnd(Transport* t, int64_t next, DWORD* wait) {
  gmewatch_stats stats;
  const int64_t now = gmewatch_now(t->watch);
  gmewatch_get_stats(t->watch, &stats);
  EnterCriticalSection(&t->lock);
  const int ends = t->stopping && (stats.pending_events == 0 || now >= t->stop_at);
  if (t->stopping && t->stop_at < next) next = t->stop_at;
  LeaveCriticalSection(&t->lock);
  *wait = next <= now ? 0 : next - now < kIdleWaitMs ? (DWORD)(next - now) : kIdleWaitMs;
  return ends;
}

static DWORD WINAPI Run(LPVOID user) {
  Transport* const t = (Transport*)user;
  for (;;) {
    DWORD wait = 0;
    const int64_t next = gmewatch_tick(t->watch);
    if (ShouldEnd(t, next, &wait)) return 0;
    if (!SendNote(t)) WaitForSingleObject(t->wake, wait);
  }
}

static void Release(Transport* t) {
  if (t->thread != NULL) CloseHandle(t->thread);
  if (t->wake != NULL) CloseHandle(t->wake);
  if (t->session != NULL) WinHttpCloseHandle(t->session);
  DeleteCriticalSection(&t->lock);
  free(t);
}

gmewatch_client* gmewatch_start(const gmewatch_options* options) {
  if (options == NULL) return NULL;
  Transport* const t = (Transport*)calloc(1, sizeof *t);
  if (t == NULL) return NULL;
  InitializeCriticalSection(&t->lock);
  t->wake = CreateEventW(NULL, FALSE, FALSE, NULL);
  t->session = WinHttpOpen(L"gmewatch", WINHTTP_ACCESS_TYPE_NO_PROXY, WINHTTP_NO_PROXY_NAME,
                           WINHTTP_NO_PROXY_BYPASS, 0);
  gmewatch_options own = gmewatch_defaults();
  memcpy(&own, options, options->size < sizeof own ? options->size : sizeof own);
  own.user = t;
  own.post = Post;
  own.cancel = Cancel;
  own.wake = Wake;
  if (t->wake != NULL && t->session != NULL) t->watch = gmewatch_create(&own);
  if (t->watch != NULL) t->thread = CreateThread(NULL, 0, Run, t, 0, NULL);
  if (t->thread != NULL) return t->watch;
  gmewatch_destroy(t->watch);
  Release(t);
  return NULL;
}

int gmewatch_stop(gmewatch_client* handle, int64_t flush_ms) {
  if (handle == NULL) return 1;
  Transport* const t = (Transport*)gmewatch_user(handle);
  gmewatch_stats stats;
  if (flush_ms > 0) gmewatch_flush(handle);
  EnterCriticalSection(&t->lock);
  t->stopping = 1;
  t->stop_at = gmewatch_now(handle) + (flush_ms > 0 ? flush_ms : 0);
  LeaveCriticalSection(&t->lock);
  SetEvent(t->wake);
  WaitForSingleObject(t->thread, INFINITE);
  gmewatch_get_stats(handle, &stats);
  gmewatch_destroy(handle);
  Release(t);
  return stats.pending_events == 0;
}
