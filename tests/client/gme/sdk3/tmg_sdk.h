// NOLINTBEGIN: the names are GME's own
// The names of GME 3.x that the adapter needs.
#ifndef __GME_SDK_H__  // what the adapter knows 3.x by
#define __GME_SDK_H__

enum ITMG_MAIN_EVENT_TYPE {
  ITMG_MAIN_EVENT_TYPE_ENTER_ROOM = 1,
  ITMG_MAIN_EVENT_TYPE_ROOM_DISCONNECT = 3,
  ITMG_MAIN_EVENT_TYPE_PTT_RECORD_COMPLETE = 5001,
  ITMG_MAIN_EVENT_TYPE_ROOM_MANAGEMENT_OPERATOR = 6000,
};

#endif  // __GME_SDK_H__
// NOLINTEND
