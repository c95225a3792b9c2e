#include "daemon/ingest/quotas.h"

#include "absl/hash/hash.h"

namespace gmewatch {
namespace {

constexpr size_t kSessionKeys = size_t{1} << 17;
constexpr size_t kAddressKeys = size_t{1} << 16;
constexpr size_t kAppKeys = size_t{1} << 12;

// A quota of N a second allows so many at once.
constexpr double kBurstSeconds = 10;

// The /64s of one /48 have together so many times the quota of one.
constexpr double kNetworkFactor = 16;

constexpr double kSecondsPerMinute = 60;

TokenRate PerSecond(uint64_t rate, double factor = 1) {
  const double per_second = static_cast<double>(rate) * factor;
  return {per_second, per_second * kBurstSeconds};
}

TokenRates Times(TokenRates rates, double factor) {
  for (TokenRate* rate : {&rates.batches, &rates.events, &rates.sessions}) {
    rate->per_second *= factor;
    rate->burst *= factor;
  }
  return rates;
}

// absl's hash differs in every process, so that nobody can choose names that share a bucket. Never
// 0.
template <typename... Parts>
uint64_t KeyOf(const Parts&... parts) {
  const uint64_t hash = absl::HashOf(parts...);
  return hash == 0 ? 1 : hash;
}

}  // namespace

Quotas::Quotas(const internal::Quotas& settings, Clock& clock)
    : clock_(clock),
      rates_(RatesOf(settings)),
      sessions_(kSessionKeys),
      addresses_(kAddressKeys),
      apps_(kAppKeys) {}

Quotas::Rates Quotas::RatesOf(const internal::Quotas& settings) {
  Rates out;
  out.session.events = {
      static_cast<double>(settings.session_events_per_minute()) / kSecondsPerMinute,
      static_cast<double>(settings.session_events_burst())};
  out.key = {PerSecond(settings.key_batches_per_second()),
             PerSecond(settings.key_events_per_second()),
             PerSecond(settings.key_sessions_per_second())};
  out.app = {PerSecond(settings.app_batches_per_second()),
             PerSecond(settings.app_events_per_second()),
             PerSecond(settings.app_sessions_per_second())};
  out.address = {PerSecond(settings.address_batches_per_second()),
                 PerSecond(settings.address_events_per_second()),
                 PerSecond(settings.address_sessions_per_second())};
  out.network = Times(out.address, kNetworkFactor);
  return out;
}

void Quotas::Update(const internal::Quotas& settings) {
  absl::MutexLock lock(&mutex_);
  rates_ = RatesOf(settings);
}

Sender Quotas::SenderOf(const SessionId& session, absl::string_view app, absl::string_view key,
                        absl::string_view subject, const std::optional<NetAddress>& address) {
  Sender out;
  // With the app, so that another app's key cannot use up the session's quota.
  out.session = subject.empty() ? KeyOf(session, app) : KeyOf(5, subject, app);
  out.app = KeyOf(1, app);
  if (!key.empty()) out.key = KeyOf(2, key);
  if (!subject.empty()) out.person = out.session;
  if (!address.has_value()) return out;
  out.address = KeyOf(3, IsIpv4(*address) ? *address : Prefix(*address, 64));
  if (!IsIpv4(*address)) out.network = KeyOf(4, Prefix(*address, 48));
  // Whoever has a /48 has 65,536 addresses of a quota, for nothing.
  if (out.person == 0) out.person = IsIpv4(*address) ? out.address : out.network;
  return out;
}

std::array<Quotas::Level, 5> Quotas::LevelsOf(const Sender& sender) {
  const bool player = !sender.relays;
  return {Level{"session", "session", &sessions_, player ? sender.session : 0, &rates_.session},
          Level{"address", "address", &addresses_, player ? sender.address : 0, &rates_.address},
          Level{"network", "address", &addresses_, player ? sender.network : 0, &rates_.network},
          Level{"key", "key", &apps_, sender.key, &rates_.key},
          Level{"app", "app", &apps_, sender.app, &rates_.app}};
}

std::optional<OverQuota> Quotas::Take(const Sender& sender, const Tokens& tokens) {
  const absl::Duration now = clock_.Monotonic();
  absl::ReaderMutexLock lock(&mutex_);
  const std::array<Level, 5> levels = LevelsOf(sender);
  for (size_t i = 0; i < levels.size(); ++i) {
    const Level& level = levels[i];
    if (level.key == 0 || !level.rates->limits()) continue;
    const absl::Duration wait = level.buckets->Take(level.key, tokens, *level.rates, now);
    if (wait == absl::ZeroDuration()) continue;
    for (size_t taken = 0; taken < i; ++taken) {
      const Level& before = levels[taken];
      if (before.key != 0) before.buckets->Return(before.key, tokens, *before.rates);
    }
    return OverQuota{level.whose, level.setting, wait};
  }
  return std::nullopt;
}

void Quotas::Return(const Sender& sender, const Tokens& tokens) {
  absl::ReaderMutexLock lock(&mutex_);
  for (const Level& level : LevelsOf(sender)) {
    if (level.key != 0) level.buckets->Return(level.key, tokens, *level.rates);
  }
}

}  // namespace gmewatch
