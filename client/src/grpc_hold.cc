#include "client/src/grpc_hold.h"

#include <grpc/grpc.h>
#include <grpcpp/grpcpp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"

namespace gmewatch::client {
namespace {

// gRPC 1.51 takes 4 descriptors to start and a few to connect.
constexpr int kDescriptors = 16;

// gRPC 1.51 starts a thread for each processor, from 2 to 16, and a few for timers, names and
// calls.
unsigned Threads() { return std::clamp(std::thread::hardware_concurrency(), 2U, 16U) + 6; }

absl::Status Missing(int got, int wanted, absl::string_view what, int error,
                     absl::string_view advice) {
  return absl::UnavailableError(absl::StrCat("not sent: the system gives this process ", got,
                                             " more ", what, ", and gRPC needs ", wanted, " (",
                                             std::generic_category().message(error), "); ", advice,
                                             "; the batch is kept and tried again"));
}

absl::Status CheckDescriptors() {
  std::vector<int> taken;
  int error = 0;
  while (error == 0 && taken.size() < kDescriptors) {
    const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
      error = errno;
    } else {
      taken.push_back(descriptor);
    }
  }
  for (const int descriptor : taken) close(descriptor);
  if (error == 0) return absl::OkStatus();
  return Missing(static_cast<int>(taken.size()), kDescriptors, "file descriptors", error,
                 "close some, or raise the limit RLIMIT_NOFILE");
}

// Waits until the one who started it lets go.
void* WaitFor(void* gate) {
  const std::lock_guard<std::mutex> open(*static_cast<std::mutex*>(gate));
  return nullptr;
}

absl::Status CheckThreads() {
  std::mutex gate;
  std::vector<pthread_t> threads;
  int error = 0;
  {
    const std::lock_guard<std::mutex> closed(gate);
    while (error == 0 && threads.size() < Threads()) {
      pthread_t thread;
      error = pthread_create(&thread, nullptr, WaitFor, &gate);
      if (error == 0) threads.push_back(thread);
    }
  }
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
  if (error == 0) return absl::OkStatus();
  return Missing(static_cast<int>(threads.size()), static_cast<int>(Threads()), "threads", error,
                 "end some, or raise the limit (RLIMIT_NPROC, pids.max, address space)");
}

}  // namespace

absl::Status GrpcHold::Start() {
  if (started_) return absl::OkStatus();
  if (absl::Status descriptors = CheckDescriptors(); !descriptors.ok()) return descriptors;
  if (absl::Status threads = CheckThreads(); !threads.ok()) return threads;
  grpc_init();
  keeper_ = grpc::CreateChannel("127.0.0.1:1", grpc::InsecureChannelCredentials());
  started_ = true;
  return absl::OkStatus();
}

GrpcHold::~GrpcHold() {
  if (!started_) return;
  keeper_.reset();
  grpc_shutdown();
}

}  // namespace gmewatch::client
