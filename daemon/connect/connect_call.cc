#include "daemon/connect/connect_call.h"

namespace gmewatch {

void ConnectCall::Answer() {
  loop_.Post([this] {
    settled_(this);
    delete this;
  });
}

}  // namespace gmewatch
