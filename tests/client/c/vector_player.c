// Plays transcripts (tests/client/vectors) on the core in C: reads lines that replay.py makes of
// them, and prints what the core does. It needs a C compiler only, so every toolchain can run it.
//
//   option NAME VALUE | id HEX            before `begin`; texts are hexadecimal
//   begin                                 makes the handle at time 0
//   step TIME CALL [ARGUMENT...]          the call, then a tick, both at that time
//
// Each step prints "post HEX" if a request was begun, "cancel" if one was given up, and "next TIME"
// or "next never".
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gmewatch.h"

enum { kLineMax = 65536, kTextMax = 1024, kIds = 8 };

typedef struct Player {
  gmewatch_client* watch;
  gmewatch_options options;
  int64_t now;
  int64_t wall_shift;
  uint32_t request;
  char texts[7][kTextMax];
  unsigned char ids[kIds][16];
  size_t id_count;
  size_t id_next;
  unsigned char spool[GMEWATCH_SPOOL_SIZE];
  int spool_fails;
} Player;

static Player player;
static char line[kLineMax];

static int64_t Clock(void* user) { return ((Player*)user)->now; }
static int64_t WallClock(void* user) {
  return 1700000000000 + ((Player*)user)->now + ((Player*)user)->wall_shift;
}

static int Random(void* user, void* bytes, size_t size) {
  Player* p = (Player*)user;
  if (size != 16 || p->id_next == p->id_count) return 0;
  memcpy(bytes, p->ids[p->id_next++], 16);
  return 1;
}

static int Post(void* user, const gmewatch_request* request) {
  const unsigned char* body = (const unsigned char*)request->body;
  printf("post ");
  for (size_t i = 0; i < request->body_size; ++i) printf("%02x", body[i]);
  printf("\n");
  ((Player*)user)->request = request->id;
  return 1;
}

static void Cancel(void* user, uint32_t id) {
  (void)user;
  (void)id;
  printf("cancel\n");
}

static int LoadSpool(void* user, size_t offset, void* bytes, size_t size) {
  if (((Player*)user)->spool_fails) return -1;
  memcpy(bytes, ((Player*)user)->spool + offset, size);
  return (int)size;
}

static int StoreSpool(void* user, size_t offset, const void* bytes, size_t size) {
  memcpy(((Player*)user)->spool + offset, bytes, size);
  return 1;
}

static void EraseSpool(void* user) { memset(((Player*)user)->spool, 0, GMEWATCH_SPOOL_SIZE); }

// Decodes a word of hexadecimal digits; "-" is the empty text.
static size_t FromHex(const char* word, unsigned char* to, size_t room) {
  size_t size = 0;
  for (; word[0] != '\0' && word[1] != '\0' && word[0] != '-' && size < room; word += 2) {
    unsigned int byte = 0;
    if (sscanf(word, "%2x", &byte) != 1) exit(2);
    to[size++] = (unsigned char)byte;
  }
  return size;
}

static int64_t Number(const char* word) { return (int64_t)strtoll(word, NULL, 10); }

static void SetText(const char* name, const char* word) {
  static const char* const kNames[] = {"url",         "app",         "region",  "key",
                                       "app_version", "sdk_version", "platform"};
  const char** const fields[] = {&player.options.url,         &player.options.app,
                                 &player.options.region,      &player.options.key,
                                 &player.options.app_version, &player.options.sdk_version,
                                 &player.options.platform};
  for (size_t i = 0; i < 7; ++i) {
    if (strcmp(name, kNames[i]) != 0) continue;
    player.texts[i][FromHex(word, (unsigned char*)player.texts[i], kTextMax - 1)] = '\0';
    *fields[i] = player.texts[i];
  }
}

static void SetOption(const char* name, const char* word) {
  gmewatch_options* o = &player.options;
  SetText(name, word);
  if (strcmp(name, "first_flush_ms") == 0) o->first_flush_ms = Number(word);
  if (strcmp(name, "flush_ms") == 0) o->flush_ms = Number(word);
  if (strcmp(name, "timeout_ms") == 0) o->timeout_ms = Number(word);
  if (strcmp(name, "initial_backoff_ms") == 0) o->initial_backoff_ms = Number(word);
  if (strcmp(name, "max_backoff_ms") == 0) o->max_backoff_ms = Number(word);
  if (strcmp(name, "horizon_ms") == 0) o->horizon_ms = Number(word);
  if (strcmp(name, "spool_ms") == 0) o->spool_ms = Number(word);
  if (strcmp(name, "seed") == 0) o->seed = (uint32_t)Number(word);
  if (strcmp(name, "consent") == 0) o->consent = (gmewatch_consent)Number(word);
  if (strcmp(name, "network") == 0) o->network = (int)Number(word);
  if (strcmp(name, "spool") == 0 && Number(word) != 0) {
    o->spool_load = LoadSpool;
    o->spool_store = StoreSpool;
    o->spool_erase = EraseSpool;
  }
}

static void Begin(void) {
  player.options.user = &player;
  player.options.post = Post;
  player.options.cancel = Cancel;
  player.options.clock = Clock;
  player.options.wall_clock = WallClock;
  player.options.random = Random;
  player.watch = gmewatch_create(&player.options);
  if (gmewatch_error(player.watch)[0] != '\0') printf("error %s\n", gmewatch_error(player.watch));
}

static void Step(const char* call, char* const* words, size_t count) {
  static unsigned char bytes[kLineMax / 2];
  const char* first = count > 0 ? words[0] : "0";
  const char* second = count > 1 ? words[1] : "-";
  const char* third = count > 2 ? words[2] : "0";
  if (strcmp(call, "report") == 0) {
    gmewatch_report(player.watch, (int32_t)Number(first), (uint32_t)Number(second));
  } else if (strcmp(call, "detail") == 0) {
    bytes[FromHex(second, bytes, sizeof bytes - 1)] = '\0';
    gmewatch_detail(player.watch, (int32_t)Number(first), (const char*)bytes, Number(third));
  } else if (strcmp(call, "answer") == 0) {
    const size_t size = FromHex(second, bytes, sizeof bytes);
    gmewatch_on_response(player.watch, player.request, (int)Number(first), bytes, size);
  } else if (strcmp(call, "consent") == 0) {
    gmewatch_set_consent(player.watch, (gmewatch_consent)Number(first));
  } else if (strcmp(call, "network") == 0) {
    gmewatch_set_network(player.watch, (int)Number(first));
  } else if (strcmp(call, "flush") == 0) {
    gmewatch_flush(player.watch);
  } else if (strcmp(call, "pause") == 0) {
    gmewatch_pause(player.watch);
  } else if (strcmp(call, "wall") == 0) {
    player.wall_shift += Number(first);
  } else if (strcmp(call, "readable") == 0) {
    player.spool_fails = !Number(first);
  } else if (strcmp(call, "kill") == 0) {
    free(player.watch);  // nothing of the handle is written
    Begin();
  } else if (strcmp(call, "tick") != 0) {
    printf("unknown call %s\n", call);
    exit(2);
  }
  const int64_t next = gmewatch_tick(player.watch);
  if (next == GMEWATCH_NEVER) {
    printf("next never\n");
  } else {
    printf("next %ld%03ld\n", (long)(next / 1000), (long)(next % 1000));
  }
  fflush(stdout);
}

int main(void) {
  char* words[8];
  player.options = gmewatch_defaults();
  while (fgets(line, sizeof line, stdin) != NULL) {
    size_t count = 0;
    for (char* word = strtok(line, " \r\n"); word != NULL && count < 8;
         word = strtok(NULL, " \r\n"))
      words[count++] = word;
    if (count == 3 && strcmp(words[0], "option") == 0) SetOption(words[1], words[2]);
    if (count == 2 && strcmp(words[0], "id") == 0 && player.id_count < kIds)
      FromHex(words[1], player.ids[player.id_count++], 16);
    if (count == 1 && strcmp(words[0], "begin") == 0) Begin();
    if (count >= 3 && strcmp(words[0], "step") == 0) {
      player.now = Number(words[1]);
      Step(words[2], words + 3, count - 3);
    }
  }
  if (player.watch != NULL) free(player.watch);
  return 0;
}
