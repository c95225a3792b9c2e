// Events of a gRPC completion queue: an operation's tag that calls a method of the call it belongs
// to.
//
// Thread safety: none; Done runs on the queue's thread. The owner must outlive the operation.
#ifndef GMEWATCH_TESTS_BENCH_QUEUE_EVENT_H_
#define GMEWATCH_TESTS_BENCH_QUEUE_EVENT_H_

namespace gmewatch {

class QueueEvent {
 public:
  QueueEvent() = default;
  QueueEvent(const QueueEvent&) = delete;
  QueueEvent& operator=(const QueueEvent&) = delete;
  virtual ~QueueEvent() = default;
  virtual void Done(bool ok) = 0;
};

template <typename Owner>
class OwnersEvent final : public QueueEvent {
 public:
  using Method = void (Owner::*)(bool);
  OwnersEvent(Owner* owner, Method method) : owner_(owner), method_(method) {}
  void Done(bool ok) override { (owner_->*method_)(ok); }

 private:
  Owner* const owner_;
  const Method method_;
};

}  // namespace gmewatch

#endif  // GMEWATCH_TESTS_BENCH_QUEUE_EVENT_H_
