#include "tests/bench/sender.h"

#include <grpcpp/alarm.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmewatch/v1/error_reporting.pb.h"
#include "tests/bench/batch_bytes.h"
#include "tests/support/wire_client.h"

namespace gmewatch {
namespace {

constexpr size_t kRegionsPerApp = 32;

// gRPC buffers this many batches of a stream before it writes them.
constexpr uint64_t kBufferedWrites = 64;

gpr_timespec ToGprTime(absl::Time time) {
  const timespec t = absl::ToTimespec(time);
  return {t.tv_sec, static_cast<int32_t>(t.tv_nsec), GPR_CLOCK_REALTIME};
}

// One ReportStream.
class StreamSender final : public Sender {
 public:
  StreamSender(LoadThread* thread, const std::shared_ptr<grpc::Channel>& channel, size_t number,
               uint64_t batches)
      : Sender(thread, channel, number, batches),
        on_start_(this, &StreamSender::OnStart),
        on_write_(this, &StreamSender::OnWrite),
        on_read_(this, &StreamSender::OnRead),
        on_done_(this, &StreamSender::OnDone),
        on_finish_(this, &StreamSender::OnFinish),
        sent_ns_(options().window) {}

  void Begin() override {
    call_ =
        stub_.PrepareCall(&context_, "/gmewatch.v1.ErrorReporting/ReportStream", &thread_->queue);
    call_->StartCall(&on_start_);
  }

 private:
  void OnStart(bool ok) {
    if (!ok) {
      call_->Finish(&status_, &on_finish_);
      return;
    }
    call_->Read(&answer_, &on_read_);
    Write();
  }

  void OnWrite(bool ok) {
    writing_ = false;
    if (ok) Write();
  }

  // Writes the next batch if the window has room, or closes the stream at the end of the load.
  void Write() {
    if (writing_ || closed_) return;
    if (!MaySend(sent_)) {
      writing_ = closed_ = true;
      call_->WritesDone(&on_done_);
      return;
    }
    if (sent_ - acknowledged_ >= options().window) return;
    sent_ns_[sent_ % options().window] = absl::GetCurrentTimeNanos();
    ++sent_;
    const grpc::Slice slices[] = {
        grpc::Slice(absl::StrCat(sent_ == 1 ? NextSession() : "", SequencePart(sent_))), entries_};
    grpc::WriteOptions how;
    if (sent_ % kBufferedWrites != 0 && sent_ - acknowledged_ < options().window) {
      how.set_buffer_hint();
    }
    writing_ = true;
    call_->Write(grpc::ByteBuffer(slices, 2), how, &on_write_);
  }

  void OnRead(bool ok) {
    if (!ok) {
      closed_ = true;
      call_->Finish(&status_, &on_finish_);
      return;
    }
    const uint64_t newest = AcknowledgedBy(&answer_);
    if (newest == 0) rejected_ = true;
    const int64_t now = absl::GetCurrentTimeNanos();
    for (; acknowledged_ < newest; ++acknowledged_) {
      const int64_t took = now - sent_ns_[acknowledged_ % options().window];
      thread_->latency.Record(absl::Nanoseconds(took));
      ++thread_->acknowledged;
    }
    call_->Read(&answer_, &on_read_);
    Write();
  }

  void OnDone(bool /*ok*/) {}

  void OnFinish(bool /*ok*/) {
    if (status_.ok() && (rejected_ || acknowledged_ != sent_)) {
      status_ = {grpc::StatusCode::DATA_LOSS,
                 absl::StrCat(sent_, " batches were sent, ", acknowledged_,
                              rejected_ ? " acknowledged or rejected" : " acknowledged")};
    }
    End(status_);
  }

  grpc::ClientContext context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  grpc::ByteBuffer answer_;
  grpc::Status status_;
  OwnersEvent<StreamSender> on_start_;
  OwnersEvent<StreamSender> on_write_;
  OwnersEvent<StreamSender> on_read_;
  OwnersEvent<StreamSender> on_done_;
  OwnersEvent<StreamSender> on_finish_;
  std::vector<int64_t> sent_ns_;  // times of the unacknowledged batches, by number
  uint64_t sent_ = 0;
  uint64_t acknowledged_ = 0;
  bool writing_ = false;
  bool closed_ = false;
  bool rejected_ = false;
};

// Calls of Report, one after the other.
class UnarySender final : public Sender {
 public:
  UnarySender(LoadThread* thread, const std::shared_ptr<grpc::Channel>& channel, size_t number,
              uint64_t batches)
      : Sender(thread, channel, number, batches),
        on_finish_(this, &UnarySender::OnFinish),
        on_pause_(this, &UnarySender::OnPause),
        session_(NextSession()) {}

  void Begin() override {
    if (!MaySend(sent_)) {
      End(grpc::Status::OK);
      return;
    }
    if (options().session_per_batch && sent_ > 0) session_ = NextSession();
    ++sent_;
    sequence_ = options().session_per_batch ? 1 : sent_;
    Send();
  }

 private:
  void Send() {
    const grpc::Slice slices[] = {grpc::Slice(absl::StrCat(session_, SequencePart(sequence_))),
                                  entries_};
    sent_ns_ = absl::GetCurrentTimeNanos();
    context_ = std::make_unique<grpc::ClientContext>();
    call_ = stub_.PrepareUnaryCall(context_.get(), "/gmewatch.v1.ErrorReporting/Report",
                                   grpc::ByteBuffer(slices, 2), &thread_->queue);
    call_->StartCall();
    call_->Finish(&answer_, &status_, &on_finish_);
  }

  void OnFinish(bool /*ok*/) {
    if (status_.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED &&
        options().on_rejection != OnRejection::kFail) {
      ++thread_->rejections;
      rejected_ = true;
      Pause(options().on_rejection == OnRejection::kObey ? RetryDelayOf(status_)
                                                         : absl::ZeroDuration());
      return;
    }
    if (status_.ok() && AcknowledgedBy(&answer_) != sequence_) {
      status_ = {grpc::StatusCode::DATA_LOSS, "an answer acknowledges another batch"};
    }
    if (!status_.ok()) {
      End(status_);
      return;
    }
    thread_->latency.Record(absl::Nanoseconds(absl::GetCurrentTimeNanos() - sent_ns_));
    ++thread_->acknowledged;
    Pause(options().pause);
  }

  // Then sends the rejected batch again, or the next one.
  void Pause(absl::Duration pause) {
    if (pause == absl::ZeroDuration()) {
      OnPause(true);
      return;
    }
    // Not longer than the load lasts.
    const absl::Time end = std::min(absl::Now() + pause, absl::FromUnixNanos(thread_->end_ns));
    alarm_.Set(&thread_->queue, ToGprTime(end), &on_pause_);
  }

  void OnPause(bool /*ok*/) {
    if (std::exchange(rejected_, false) && MaySend(sent_ - 1)) {
      Send();
    } else {
      Begin();
    }
  }

  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> call_;
  grpc::ByteBuffer answer_;
  grpc::Status status_;
  OwnersEvent<UnarySender> on_finish_;
  OwnersEvent<UnarySender> on_pause_;
  grpc::Alarm alarm_;
  bool rejected_ = false;
  std::string session_;
  int64_t sent_ns_ = 0;
  uint64_t sent_ = 0;
  uint64_t sequence_ = 0;
};

}  // namespace

Sender::Sender(LoadThread* thread, const std::shared_ptr<grpc::Channel>& channel, size_t number,
               uint64_t batches)
    : thread_(thread),
      stub_(channel),
      entries_(EntriesPart(thread->options->entries)),
      batches_(batches),
      run_id_(NewSessionId()),
      next_session_(number) {}

bool Sender::MaySend(uint64_t sent) const {
  return (batches_ == 0 || sent < batches_) && thread_->status.ok() &&
         absl::GetCurrentTimeNanos() < thread_->end_ns;
}

std::string Sender::NextSession() {
  const size_t place = next_session_ % options().places;
  std::string id = run_id_;
  std::memcpy(id.data(), &next_session_, sizeof(next_session_));
  next_session_ += static_cast<size_t>(options().senders);
  return SessionPart(id, absl::StrCat("bench-", place / kRegionsPerApp),
                     absl::StrCat("region-", place % kRegionsPerApp));
}

void Sender::End(const grpc::Status& status) {
  if (!status.ok() && thread_->status.ok()) {
    thread_->status = absl::InternalError(
        absl::StrCat("gRPC status ", status.error_code(), ": ", status.error_message()));
  }
  --thread_->senders;
}

std::unique_ptr<Sender> MakeStreamSender(LoadThread* thread,
                                         const std::shared_ptr<grpc::Channel>& channel,
                                         size_t number, uint64_t batches) {
  return std::make_unique<StreamSender>(thread, channel, number, batches);
}

std::unique_ptr<Sender> MakeUnarySender(LoadThread* thread,
                                        const std::shared_ptr<grpc::Channel>& channel,
                                        size_t number, uint64_t batches) {
  return std::make_unique<UnarySender>(thread, channel, number, batches);
}

std::vector<std::shared_ptr<grpc::Channel>> Connect(const std::string& address, int connections) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  channels.reserve(static_cast<size_t>(connections));
  grpc::ChannelArguments arguments;
  // Channels to one address would share a connection otherwise.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  for (int i = 0; i < connections; ++i) {
    channels.push_back(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  }
  return channels;
}

uint64_t AcknowledgedBy(grpc::ByteBuffer* answer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!answer->Dump(&slices).ok()) return 0;
  for (const grpc::Slice& slice : slices) bytes.append(slice.begin(), slice.end());
  v1::ReportResponse response;
  const bool good = response.ParseFromString(bytes) && response.refused().empty();
  return good ? response.acknowledged_sequence() : 0;
}

}  // namespace gmewatch
