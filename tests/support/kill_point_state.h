/* The kill point that a test and the process to be killed share: a file that both map. C, since
 * kill_points.c is.
 *
 * Thread safety: the test fills everything but `countdown`, then sets `countdown` atomically; the
 * process only decrements it. */
#ifndef GMEWATCH_TESTS_SUPPORT_KILL_POINT_STATE_H_
#define GMEWATCH_TESTS_SUPPORT_KILL_POINT_STATE_H_

#include <stdint.h>

/* The environment variable with the path of the file. */
#define GMEWATCH_KILL_POINT_VARIABLE "GMEWATCH_KILL_POINT"

enum GmewatchKillCall {
  kKillAtRead = 0,  /* pread */
  kKillAtWrite = 1, /* pwrite */
  kKillAtSync = 2,  /* fsync, fdatasync */
  kKillAtSend = 3,  /* sendmsg, whatever the file: gRPC's answers */
  kKillAtLog = 4,   /* a line on standard error that contains `file` */
};

struct GmewatchKillPointState {
  int32_t countdown; /* the process ends at the call that makes it 0; 0: never */
  int32_t reached;   /* 1: it has ended there */
  int32_t call;      /* a GmewatchKillCall */
  int32_t after;     /* 0: before the call; 1: after it */
  char file[48];     /* the file's name without its folder */
};

#endif /* GMEWATCH_TESTS_SUPPORT_KILL_POINT_STATE_H_ */
