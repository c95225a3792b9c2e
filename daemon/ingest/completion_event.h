// Events of gRPC's completion queues. A call starts an operation with the address of an Event as
// its tag; the queue's thread gets the tag back when the operation has ended and calls Done.
//
// Thread safety: none; an event belongs to its call, a Scratch to its thread.
#ifndef GMEWATCH_DAEMON_INGEST_COMPLETION_EVENT_H_
#define GMEWATCH_DAEMON_INGEST_COMPLETION_EVENT_H_

#include <string>

#include "daemon/ingest/check_batch.h"

namespace gmewatch {

// Memory that the thread of one completion queue reuses for every message: there are many calls and
// few threads.
struct Scratch {
  CheckedRequest request;
  std::string bytes;
};

// One outstanding operation.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  virtual ~Event() = default;

  // `ok` is gRPC's: false if the operation did not happen, because the call or the server has
  // ended.
  virtual void Done(bool ok, Scratch* scratch) = 0;
};

// An event that calls a method of the call that it is a member of.
template <typename Call>
class MemberEvent final : public Event {
 public:
  using Method = void (Call::*)(bool, Scratch*);
  MemberEvent(Call* call, Method method) : call_(call), method_(method) {}
  void Done(bool ok, Scratch* scratch) override { (call_->*method_)(ok, scratch); }

 private:
  Call* const call_;
  const Method method_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_INGEST_COMPLETION_EVENT_H_
