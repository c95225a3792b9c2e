// Who may read the admin port: whoever shows the token, if there is one; else whoever reaches it,
// but no page of another site that a browser shows.
//
// Such a page can have its own name lead to this port (DNS rebinding) and would then read it. Its
// name is in the header Host, so without a token that must be an address, a name without a dot,
// which no site of the internet has, or the host of expose.public_url. A page does not know the
// token.
//
// Thread safety: every method may be called from any thread.
#ifndef GMEWATCH_DAEMON_EXPOSE_ADMIN_GUARD_H_
#define GMEWATCH_DAEMON_EXPOSE_ADMIN_GUARD_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace gmewatch {

class AdminGuard {
 public:
  enum class Verdict { kAllowed, kNoToken, kOtherHost };

  AdminGuard() = default;
  AdminGuard(const AdminGuard&) = delete;
  AdminGuard& operator=(const AdminGuard&) = delete;

  // Empty: none is needed.
  void SetToken(absl::string_view token);
  bool needs_token() const;
  // The URL under which people reach the port; empty: none.
  void SetPublicUrl(absl::string_view url);

  // The values of the headers; empty if they are missing. The token is taken as "Bearer TOKEN", or
  // as the password of "Basic", which browsers ask for.
  Verdict Check(absl::string_view host, absl::string_view authorization) const;

 private:
  mutable absl::Mutex mutex_;
  std::string token_ ABSL_GUARDED_BY(mutex_);
  std::string public_host_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gmewatch

#endif  // GMEWATCH_DAEMON_EXPOSE_ADMIN_GUARD_H_
