#include "daemon/ingest/ingest_probe.h"

#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "daemon/base/log.h"

namespace gmewatch {
namespace {

// RFC 9113, section 3.4: the preface and empty settings.
constexpr absl::string_view kHttp2Hello("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);

// The first message of a TLS client. The handshake is not completed: that would need a certificate
// where the server wants one, and the server has shown that it is there.
std::string TlsHello() {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()),
                                                             &SSL_CTX_free);
  if (context == nullptr) return "";
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context.get()), &SSL_free);
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), out);
  SSL_set_connect_state(ssl.get());
  SSL_do_handshake(ssl.get());
  std::string hello(static_cast<size_t>(BIO_pending(out)), '\0');
  BIO_read(out, hello.data(), static_cast<int>(hello.size()));
  return hello;
}

absl::Status Failed(absl::string_view what) {
  const int error = errno;
  const std::string text = absl::StrCat(what, ": ", std::generic_category().message(error));
  return error == EMFILE || error == ENFILE ? absl::ResourceExhaustedError(text)
                                            : absl::UnavailableError(text);
}

}  // namespace

IngestProbe::IngestProbe(const std::vector<int>& sockets, bool tls,
                         std::function<void(const absl::Status&)> on_dead,
                         std::function<void()> on_alive)
    : hello_(tls ? TlsHello() : std::string(kHttp2Hello)),
      on_dead_(std::move(on_dead)),
      on_alive_(std::move(on_alive)),
      task_([this] { return RunOnce(); }) {
  for (const int fd : sockets) {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    // A connection to 0.0.0.0 or [::] is one to this machine.
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
      addresses_.push_back(address);
    }
  }
}

absl::Status IngestProbe::status() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

absl::Duration IngestProbe::RunOnce() {
  absl::Status status;
  for (const sockaddr_storage& address : addresses_) {
    if (status.ok()) status = Try(address);
  }
  absl::Status before;
  {
    absl::MutexLock lock(&mutex_);
    before = std::exchange(status_, status);
  }
  if (before.ok() && !status.ok()) {
    LogWarning("the ingest port takes no new clients", {{"error", std::string(status.message())}});
  } else if (!before.ok() && status.ok()) {
    LogInfo("the ingest port takes new clients again");
  }
  const bool alive = status.ok() || absl::IsResourceExhausted(status);
  unanswered_ = alive ? 0 : unanswered_ + 1;
  if (alive) on_alive_();
  if (unanswered_ == kTriesUntilDead) on_dead_(status);
  return status.ok() ? kInterval : kPauseAfterFailure;
}

absl::Status IngestProbe::Try(const sockaddr_storage& address) const {
  const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return Failed("no socket to ask the ingest port with");
  const absl::Cleanup close_fd = [fd] { close(fd); };
  const timeval timeout = absl::ToTimeval(kAnswerTime);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
  const socklen_t size = address.ss_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    return Failed("the ingest port takes no connection");
  }
  char first = 0;
  if (send(fd, hello_.data(), hello_.size(), MSG_NOSIGNAL) >= 0 || errno == EPIPE) {
    const ssize_t got = recv(fd, &first, 1, 0);
    if (got > 0) return absl::OkStatus();
    if (got < 0 && errno != ECONNRESET) return Failed("the ingest port does not answer");
  }
  return absl::ResourceExhaustedError("new connections are closed at once");
}

}  // namespace gmewatch
