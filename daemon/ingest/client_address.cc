#include "daemon/ingest/client_address.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace gmewatch {
namespace {

std::optional<NetAddress> AddressOfPeer(absl::string_view peer) {
  const size_t port = peer.rfind(':');
  if (port == absl::string_view::npos) return std::nullopt;
  peer = peer.substr(0, port);
  if (absl::ConsumePrefix(&peer, "ipv4:")) return ParseNetAddress(peer);
  if (!absl::ConsumePrefix(&peer, "ipv6:")) return std::nullopt;
  // gRPC writes the brackets as they are or escaped, depending on its version.
  if (!absl::ConsumePrefix(&peer, "%5B")) absl::ConsumePrefix(&peer, "[");
  if (!absl::ConsumeSuffix(&peer, "%5D")) absl::ConsumeSuffix(&peer, "]");
  return ParseNetAddress(peer);
}

// What the nearest proxy wrote: the last item. Those before it are what it was sent.
std::optional<NetAddress> ForwardedFor(absl::string_view text) {
  const size_t comma = text.rfind(',');
  if (comma != absl::string_view::npos) text.remove_prefix(comma + 1);
  return ParseNetAddress(absl::StripAsciiWhitespace(text));
}

}  // namespace

void ClientAddress::Update(const Settings& settings) {
  std::vector<NetRange> fronts;
  for (const std::string& text : settings.ingest().fronts()) {
    const std::optional<NetRange> front = ParseNetRange(text);
    if (front.has_value()) fronts.push_back(*front);  // settings.cc rejects any other
  }
  has_fronts_.store(!fronts.empty());
  absl::MutexLock lock(&mutex_);
  fronts_.swap(fronts);
}

bool ClientAddress::IsFront(const NetAddress& address) const {
  absl::MutexLock lock(&mutex_);
  return std::any_of(fronts_.begin(), fronts_.end(),
                     [&](const NetRange& front) { return front.Contains(address); });
}

std::optional<NetAddress> ClientAddress::Of(const Caller& caller) const {
  const bool has_fronts = has_fronts_.load(std::memory_order_relaxed);
  // The usual case behind a proxy on this machine; reading the address would cost more than the
  // rest.
  if (!has_fronts && absl::StartsWith(caller.peer, "ipv4:127.")) return std::nullopt;
  const std::optional<NetAddress> address = AddressOfPeer(caller.peer);
  if (!address.has_value()) return std::nullopt;
  if (has_fronts && IsFront(*address)) return ForwardedFor(caller.forwarded_for);
  if (IsPrivate(*address)) return std::nullopt;
  return address;
}

}  // namespace gmewatch
